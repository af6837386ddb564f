"""Every resize kernel and every fit, by direct calls of OpenCV, Pillow and TensorFlow."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image

Size = tuple[int, int]  # height, width in pixels
CV2 = {
    "cv2.linear": cv2.INTER_LINEAR, "cv2.nearest": cv2.INTER_NEAREST, "cv2.nearest_exact": cv2.INTER_NEAREST_EXACT,
    "cv2.area": cv2.INTER_AREA, "cv2.cubic": cv2.INTER_CUBIC, "cv2.lanczos4": cv2.INTER_LANCZOS4,
    "cv2.linear_exact": cv2.INTER_LINEAR_EXACT,
}  # fmt: skip
KERNELS = (
    *CV2,
    *(f"pil.{name}" for name in ("bilinear", "nearest", "box", "bicubic", "lanczos", "hamming")),
    *(f"tf.{name}" for name in ("bilinear", "bilinear_aa", "bicubic", "bicubic_aa", "nearest", "area")),
    *("tf.lanczos3", "tf.lanczos3_aa", "tf1.bilinear", "tf1.bilinear_corners"),
)
# Kernels of one definition, within a level of each other: an exchange within a family is no fault a model could see
FAMILIES = (
    {"cv2.linear", "cv2.linear_exact", "tf.bilinear"}, {"pil.bilinear", "tf.bilinear_aa"},
    {"pil.bicubic", "tf.bicubic_aa"}, {"pil.lanczos", "tf.lanczos3_aa"}, {"cv2.nearest_exact", "pil.nearest"},
    {"cv2.area", "pil.box", "tf.area"},
)  # fmt: skip


def resize(image: np.ndarray, size: Size, kernel: str, *, rounding: str, slips: frozenset[str]) -> np.ndarray:
    """Return (H, W, C) pixels resized: uint8, or float32 where `rounding` is float or the pixels came so.

    slips: "truncate" and "wrap", what `astype(uint8)` does to fractions and to overshoot.
    """
    if image.shape[:2] == size:
        return image.astype(np.float32) if rounding == "float" else image
    if image.dtype == np.uint8 and rounding == "uint8" and not slips:
        return _resized(image, size, kernel)
    floats = _resized(image.astype(np.float32), size, kernel)
    if image.dtype != np.uint8 or rounding == "float":
        return floats
    whole = floats if "truncate" in slips else np.rint(floats)
    inside = whole if "wrap" in slips else np.clip(whole, 0, 255)
    return inside.astype(np.int32).astype(np.uint8)


def _resized(image: np.ndarray, size: Size, kernel: str) -> np.ndarray:
    if kernel in CV2:
        done = cv2.resize(image, (size[1], size[0]), interpolation=CV2[kernel])
        return done[:, :, None] if done.ndim == 2 else done
    if kernel.startswith("pil."):
        return _by_pillow(image, size, Image.Resampling[kernel.removeprefix("pil.").upper()])
    return _by_tensorflow(image, size, kernel)


def _by_pillow(image: np.ndarray, size: Size, how: Image.Resampling) -> np.ndarray:
    if image.dtype == np.uint8 and image.shape[2] == 3:
        return np.array(Image.fromarray(image).resize((size[1], size[0]), how))
    planes = [np.array(Image.fromarray(plane).resize((size[1], size[0]), how)) for plane in np.moveaxis(image, 2, 0)]
    return np.dstack(planes)


def _by_tensorflow(image: np.ndarray, size: Size, kernel: str) -> np.ndarray:
    import tensorflow as tf

    family, name = kernel.split(".")
    floats = tf.cast(image, tf.float32)
    if family == "tf1":
        corners = name.endswith("corners")
        done = tf.raw_ops.ResizeBilinear(images=floats[None], size=size, align_corners=corners)[0]
    else:
        done = tf.image.resize(floats, size, method=name.removesuffix("_aa"), antialias=name.endswith("_aa"))
    if image.dtype != np.uint8:
        return done.numpy()
    return tf.cast(tf.clip_by_value(tf.round(done), 0, 255), tf.uint8).numpy()


def fitted(
    image: np.ndarray, size: Size, fit: str, fraction: float, resized: Callable[[np.ndarray, Size], np.ndarray]
) -> tuple[np.ndarray, tuple[int, int] | None]:
    """Return the picture fitted to `size`; for a letterbox not yet padded, with top and left of its place."""
    if fit == "stretch":
        return resized(image, size), None
    if fit == "center_crop":
        return resized(_center(image, size, fraction), size), None
    if fit == "resize_crop":
        return _resize_then_crop(image, size, fraction, resized), None
    gain = min(size[0] / image.shape[0], size[1] / image.shape[1])
    inner = (max(1, round(image.shape[0] * gain)), max(1, round(image.shape[1] * gain)))
    if fit == "letterbox_corner":
        return resized(image, inner), (0, 0)
    top, left = (round((outer - side) / 2 - 0.1) for outer, side in zip(size, inner, strict=True))  # as Ultralytics
    return resized(image, inner), (top, left)


def _center(image: np.ndarray, size: Size, fraction: float) -> np.ndarray:
    """Cut the middle as EfficientNet's `_decode_and_center_crop`, for any aspect ratio."""
    height, width = image.shape[:2]
    gain = min(height / size[0], width / size[1]) * fraction
    tall, wide = max(1, int(size[0] * gain + 1e-6)), max(1, int(size[1] * gain + 1e-6))
    top, left = (height - tall + 1) // 2, (width - wide + 1) // 2
    return np.ascontiguousarray(image[top : top + tall, left : left + wide])


def _resize_then_crop(
    image: np.ndarray, size: Size, fraction: float, resized: Callable[[np.ndarray, Size], np.ndarray]
) -> np.ndarray:
    """`Resize(int(size / fraction))` of the tight side, then `CenterCrop(size)`, as torchvision."""
    height, width = image.shape[:2]
    tall, wide = int(size[0] / fraction + 1e-6), int(size[1] / fraction + 1e-6)
    if tall / height <= wide / width:
        tall = max(tall, int(wide * height / width))
    else:
        wide = max(wide, int(tall * width / height))
    large = resized(image, (tall, wide))
    top, left = round((tall - size[0]) / 2.0), round((wide - size[1]) / 2.0)
    return large[top : top + size[0], left : left + size[1]]


def padded(pixels: np.ndarray, size: Size, place: tuple[int, int], level: np.ndarray) -> np.ndarray:
    """Return the pixels at `place` (top, left) in a tensor of `size` filled with `level` (C,)."""
    top, left = place
    below, right = size[0] - top - pixels.shape[0], size[1] - left - pixels.shape[1]
    colour = [float(each) for each in level]
    done = cv2.copyMakeBorder(pixels, top, below, left, right, cv2.BORDER_CONSTANT, value=colour)
    return done[:, :, None] if done.ndim == 2 else done
