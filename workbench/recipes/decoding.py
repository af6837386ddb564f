"""The `decode` and `exif` slots: names and definitions; the decoders themselves live in `workbench.frames`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from workbench.frames import read_picture
from workbench.recipes.catalogue import choice

PICTURE_DECODERS = {
    "cv2": (
        "cv2.imread / imdecode (IMREAD_COLOR), cv2.VideoCapture",
        "OpenCV: what production sees; pictures and video.",
    ),
    "pil": (
        "PIL.Image.open(...).convert('RGB')",
        "Pillow: keras.utils.load_img, torchvision; pictures only.",
    ),
    "tf": (
        "tf.io.decode_image, dct_method unset",
        "TensorFlow's default: the fast, less exact JPEG transform; pictures only.",
    ),
    "tf.accurate": (
        "tf.io.decode_jpeg(dct_method='INTEGER_ACCURATE')",
        "TensorFlow with the accurate JPEG transform: Pillow's pixels; pictures only.",
    ),
}


def _decoder(name: str) -> Callable[..., np.ndarray]:
    def decode(source: str | bytes, exif: str) -> np.ndarray:
        return read_picture(source, decode=name, exif=exif)

    return decode


for _name, (_source, _definition) in PICTURE_DECODERS.items():
    _decode = _decoder(_name)
    _decode.__doc__ = _definition
    choice("decode", _name, source=_source)(_decode)


@choice("decode", "pyav", source="av.VideoFrame.to_ndarray(format='rgb24'), PyAV 18")
def pyav(source: str, exif: str) -> np.ndarray:
    """PyAV (FFmpeg with swscale's own colour conversion); video only."""
    return read_picture(source, decode="pyav", exif=exif)


@choice("exif", "apply", source="cv2.IMREAD_COLOR, PIL.ImageOps.exif_transpose")
def apply() -> bool:
    """Turn the picture as its EXIF orientation says: OpenCV's default."""
    return True


@choice("exif", "ignore", source="PIL.Image.open, keras.utils.load_img, tf.io.decode_image")
def ignore() -> bool:
    """Leave the pixels as they are stored: what Pillow, Keras' load_img and TensorFlow do."""
    return False
