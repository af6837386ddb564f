"""Files and clips into pixels, as users call it: OpenCV, Pillow, TensorFlow, PyAV. All return (H, W, 3) uint8 RGB."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image, ImageOps

BACKGROUNDS = {"white": (255, 255, 255), "black": (0, 0, 0)}
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip


@lru_cache(maxsize=24)
def picture(path: Path, decode: str, exif: str, chroma: bool = False, alpha: str | None = None) -> np.ndarray:
    """Return a picture file decoded; chroma: 4:2:0 chroma repeated; alpha: laid over "white" or "black"."""
    if alpha:
        return _over(path, alpha)
    if chroma or decode.startswith("tf"):
        return _by_tensorflow(path, decode, exif, chroma)
    if decode == "cv2":
        flags = cv2.IMREAD_COLOR if exif == "apply" else cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
        return cv2.cvtColor(cv2.imread(str(path), flags), cv2.COLOR_BGR2RGB)
    with Image.open(path) as opened:
        upright = ImageOps.exif_transpose(opened) if exif == "apply" else opened
        return np.array(upright.convert("RGB"))


def _over(path: Path, alpha: str) -> np.ndarray:
    with Image.open(path) as opened:
        picture = opened.convert("RGBA")
    background = Image.new("RGB", picture.size, BACKGROUNDS[alpha])
    background.paste(picture, mask=picture.getchannel("A"))
    return np.array(background)


def _by_tensorflow(path: Path, decode: str, exif: str, chroma: bool) -> np.ndarray:
    import tensorflow as tf

    data = path.read_bytes()
    if path.suffix == ".jpg":
        method = "" if decode == "tf" else "INTEGER_ACCURATE"
        image = tf.io.decode_jpeg(data, channels=3, dct_method=method, fancy_upscaling=not chroma).numpy()
    else:
        image = tf.io.decode_image(data, channels=3, expand_animations=False).numpy()
    with Image.open(path) as opened:
        turn = UPRIGHT.get(opened.getexif().get(0x0112, 1)) if exif == "apply" else None
    return image if turn is None else np.array(Image.fromarray(image).transpose(turn))


@lru_cache(maxsize=16)
def clip_frames(clip: Path, indices: tuple[int, ...], matrix: str = "", video_range: str = "") -> tuple[Any, ...]:
    """Return frames of a clip; matrix "709": read as BT.709; video_range "full": limited range read as full."""
    settings: dict[str, Any] = {}
    if matrix:
        settings["src_colorspace"] = Colorspace.ITU709
    if video_range:
        settings["src_color_range"] = ColorRange.JPEG
    with av.open(str(clip)) as container:
        frames = islice(container.decode(video=0), max(indices) + 1)
        wanted = {i: frame for i, frame in enumerate(frames) if i in indices}
    return tuple(wanted[i].reformat(format="rgb24", **settings).to_ndarray() for i in indices)
