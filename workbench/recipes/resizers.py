"""The `resize` slot by OpenCV and Pillow. Each takes (H, W, C) uint8 or float32 and keeps the dtype.

Two families are both called "bilinear": those that widen the kernel when they shrink a picture (Pillow,
TensorFlow with antialias=True) and those that look at four neighbours only (OpenCV, TensorFlow, Keras).
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image

from workbench.recipes.catalogue import choice
from workbench.recipes.geometry import Size

Resizer = Callable[[np.ndarray, Size], np.ndarray]

CV2 = {
    "cv2.linear": (cv2.INTER_LINEAR, "INTER_LINEAR: four neighbours, no antialias; OpenCV's default."),
    "cv2.nearest": (cv2.INTER_NEAREST, "INTER_NEAREST: the pixel at floor(x * scale), without half-pixel centres."),
    "cv2.nearest_exact": (cv2.INTER_NEAREST_EXACT, "INTER_NEAREST_EXACT: pixel centre nearest; ties go down in 4.x."),
    "cv2.area": (cv2.INTER_AREA, "INTER_AREA: the mean of the covered source area; linear when enlarging."),
    "cv2.cubic": (cv2.INTER_CUBIC, "INTER_CUBIC: 4 x 4 neighbours, a = -0.75, no antialias."),
    "cv2.lanczos4": (cv2.INTER_LANCZOS4, "INTER_LANCZOS4: 8 x 8 neighbours, no antialias."),
    "cv2.linear_exact": (cv2.INTER_LINEAR_EXACT, "INTER_LINEAR_EXACT: linear with bit-exact fixed-point arithmetic."),
}  # fmt: skip

PIL = {
    "pil.bilinear": (Image.Resampling.BILINEAR, "BILINEAR: triangle kernel as wide as the reduction: antialiased."),
    "pil.nearest": (Image.Resampling.NEAREST, "NEAREST: the nearest pixel centre; keras.utils.load_img's default."),
    "pil.box": (Image.Resampling.BOX, "BOX: the mean of the covered source area."),
    "pil.bicubic": (Image.Resampling.BICUBIC, "BICUBIC: a = -0.5, kernel as wide as the reduction: antialiased."),
    "pil.lanczos": (Image.Resampling.LANCZOS, "LANCZOS: three lobes, kernel as wide as the reduction: antialiased."),
    "pil.hamming": (Image.Resampling.HAMMING, "HAMMING: sharper than bilinear at the same width: antialiased."),
}  # fmt: skip


def cv2_resizer(flag: int) -> Resizer:
    """Return `cv2.resize` with one interpolation flag, keeping the channel axis."""

    def resize(image: np.ndarray, size: Size) -> np.ndarray:
        return cv2.resize(image, size[::-1], interpolation=flag).reshape(*size, image.shape[2])

    return resize


def pil_resizer(flag: Image.Resampling) -> Resizer:
    """Return `PIL.Image.resize` with one filter: RGB or L pictures for uint8, mode F by channel for float32."""

    def resize(image: np.ndarray, size: Size) -> np.ndarray:
        if image.dtype == np.uint8:
            picture = Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)
            return np.asarray(picture.resize(size[::-1], flag)).reshape(*size, image.shape[2])
        planes = [Image.fromarray(image[..., c]).resize(size[::-1], flag) for c in range(image.shape[2])]
        return np.stack([np.asarray(plane, dtype=np.float32) for plane in planes], axis=-1)

    return resize


def _register(names: dict[str, tuple[int, str]], make: Callable[[int], Resizer], source: str) -> None:
    for name, (flag, definition) in names.items():
        resize = make(flag)
        resize.__doc__ = definition
        choice("resize", name, source=source.format(definition.split(":")[0]))(resize)


_register(CV2, cv2_resizer, "cv2.resize(interpolation=cv2.{}), OpenCV 5.0 and 4.14")
_register(PIL, pil_resizer, "PIL.Image.resize(resample={}), Pillow 13")  # type: ignore[arg-type]
