"""The picture decoders, each as production calls it: encoded bytes in, (H, W, 3) uint8 out.

What each does with 16 bits, palettes, CMYK, gray and animation is written down in `rules.py` and held by tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from PIL import Image

from workbench.errors import InvalidValue, UnreadableSource, WorkbenchError
from workbench.frames.damage import JPEG_MAGIC
from workbench.frames.frame import ChannelOrder
from workbench.frames.opencv_log import quiet_log
from workbench.frames.orientation import orientation_of, turn
from workbench.frames.pillow import open_picture, truncated_pictures
from workbench.quiet_tensorflow import import_tensorflow

END_OF_IMAGE = b"\xff\xd9"


@dataclass(frozen=True, slots=True)
class Decoder:
    """One way to decode pictures."""

    decode: Callable[[bytes, str, bool], np.ndarray]  # (encoded, exif policy, damaged is allowed) -> pixels
    order: ChannelOrder
    definition: str


def with_cv2(data: bytes, exif: str, damaged: bool) -> np.ndarray:
    """`cv2.imread(path)`; with exif "ignore", IMREAD_IGNORE_ORIENTATION. BGR.

    `imdecode` gives the same pixels as `imread` (and reads the TIFFs with a turned orientation that `imread` 4.14
    and 5.0 fail on); only a truncated JPEG, which `imread` completes with gray, needs its end marker back.
    """
    if damaged and data.startswith(JPEG_MAGIC):
        data += END_OF_IMAGE
    flags = cv2.IMREAD_COLOR | (cv2.IMREAD_IGNORE_ORIENTATION if exif == "ignore" else 0)
    try:
        with quiet_log():
            image = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise UnreadableSource(f"OpenCV says: {_one_line(error)}") from None
    if image is None:
        raise UnreadableSource("OpenCV cannot decode it; it is damaged, or of a kind that decode='pil' may read")
    return image


def with_pil(data: bytes, exif: str, damaged: bool) -> np.ndarray:
    """`np.asarray(Image.open(file).convert("RGB"))`; with exif "apply", as after `ImageOps.exif_transpose`. RGB."""
    if damaged and data.startswith(JPEG_MAGIC):
        data += END_OF_IMAGE
    try:
        with truncated_pictures(damaged):
            picture = open_picture(data)
            picture.load()
        image = _pil_rgb(picture)
    except WorkbenchError:
        raise
    except Exception as error:  # damaged data raises all there is
        raise UnreadableSource(f"Pillow says: {_one_line(error)}") from None
    return turn(image, orientation_of(picture)) if exif == "apply" else image


def with_tf(data: bytes, exif: str, damaged: bool) -> np.ndarray:
    """`tf.io.decode_image(data, channels=3, expand_animations=False)`: the fast, inexact DCT in a JPEG. RGB."""
    return _tensorflow(data, exif, damaged, dct_method="")


def with_tf_accurate(data: bytes, exif: str, damaged: bool) -> np.ndarray:
    """As `with_tf`, but a JPEG by `tf.io.decode_jpeg(dct_method="INTEGER_ACCURATE")`, equal to Pillow. RGB."""
    return _tensorflow(data, exif, damaged, dct_method="INTEGER_ACCURATE")


DECODERS: dict[str, Decoder] = {
    "cv2": Decoder(with_cv2, "bgr", "cv2.imread with its default flags"),
    "pil": Decoder(with_pil, "rgb", 'PIL.Image.open(path).convert("RGB"), what keras.utils.load_img does'),
    "tf": Decoder(with_tf, "rgb", "tf.io.decode_image(channels=3, expand_animations=False)"),
    "tf.accurate": Decoder(with_tf_accurate, "rgb", 'tf.io.decode_jpeg(dct_method="INTEGER_ACCURATE")'),
}


def _pil_rgb(picture: Image.Image) -> np.ndarray:
    """Convert as `convert("RGB")` does, but for the modes that it clips at 255 (16-bit gray would turn white)."""
    if not picture.mode.startswith(("I", "F")):
        return np.array(picture.convert("RGB"))
    values = np.asarray(picture)
    if picture.mode == "F" or values.min() < 0 or values.max() > 0xFFFF:
        raise InvalidValue(
            f"it holds 32-bit values (mode {picture.mode}), not a picture 0..255; scale them yourself and pass arrays"
        )
    return np.repeat((values >> 8).astype(np.uint8)[:, :, None], 3, axis=2)


def _tensorflow(data: bytes, exif: str, damaged: bool, *, dct_method: str) -> np.ndarray:
    if data[:2] == b"BM" and int.from_bytes(data[28:30], "little") <= 8:
        raise UnreadableSource("TensorFlow takes the palette numbers of this BMP for gray; use decode='cv2' or 'pil'")
    tf = _import_tensorflow()
    try:
        if data.startswith(JPEG_MAGIC):
            tensor = tf.io.decode_jpeg(data, channels=3, dct_method=dct_method, try_recover_truncated=damaged)
        else:
            tensor = tf.io.decode_image(data, channels=3, expand_animations=False)
    except tf.errors.InvalidArgumentError as error:
        reason = _one_line(error.message).split("}} ")[-1].split(" [Op:")[0]
        raise UnreadableSource(f"TensorFlow says: {reason}; decode='cv2' or 'pil' may read it") from None
    image: np.ndarray = tensor.numpy()
    if exif == "ignore":
        return image
    with open_picture(data) as picture:
        return turn(image, orientation_of(picture))


def _import_tensorflow() -> Any:
    try:
        return import_tensorflow()
    except ImportError:
        raise UnreadableSource("TensorFlow is not installed, and decode='tf' needs it; use 'cv2' or 'pil'") from None


def _one_line(error: object) -> str:
    return " ".join(str(error).split())


def with_repeated_chroma(data: bytes, *, accurate: bool = True) -> np.ndarray:
    """`tf.io.decode_jpeg(fancy_upscaling=False)`: subsampled chroma repeated instead of interpolated. RGB.

    Args:
        data: an encoded JPEG.
        accurate: `dct_method="INTEGER_ACCURATE"`; else TensorFlow's default, the fast one.
    """
    tf = _import_tensorflow()
    method = "INTEGER_ACCURATE" if accurate else ""
    image: np.ndarray = tf.io.decode_jpeg(data, channels=3, dct_method=method, fancy_upscaling=False).numpy()
    return image
