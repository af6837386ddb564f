"""TensorFlow's resampling in NumPy: antialiased, bicubic, Lanczos, area, nearest. Exported as it stands.

Sources: TensorFlow 2.21, core/kernels/image/: scale_and_translate_op.cc, resize_bicubic_op.cc, resize_area_op.cc,
resize_nearest_neighbor_op.cc, image_resizer_state.h. All is float32, in the order TensorFlow sums.
"""

# mypy: disable-error-code="no-any-return"
# (an annotated variable would satisfy it, and would be exported, too)

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from workbench.recipes.code.kernels import cubic
from workbench.recipes.code.rows import weighted_rows

Kernel = Callable[[np.ndarray], np.ndarray]


def tf_weights(length: int, size: int, kernel: Kernel, reach: float, antialias: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return which of `length` pixels each of `size` places looks at, and their weights, both (size, taps)."""
    step = 1 / (np.float32(size) / np.float32(length))
    widening = max(step, np.float32(1)) if antialias else np.float32(1)
    centre = (np.arange(size, dtype=np.float32) + np.float32(0.5)) * step
    around = np.float32(reach) * widening
    first = np.clip(np.ceil(centre - around - np.float32(0.5)), 0, length - 1).astype(int)
    last = np.clip(np.floor(centre + around - np.float32(0.5)), 0, length - 1).astype(int)
    index = first + np.arange((last - first).max() + 1)[:, None]
    distance = (index.astype(np.float32) + np.float32(0.5) - centre) * (1 / widening)
    weights = np.where(index <= last, kernel(distance), np.float32(0))
    return np.minimum(index, length - 1).T, (weights * (1 / weights.sum(axis=0))).T


def tf_resize(image: np.ndarray, size: tuple[int, int], kernel: Kernel, reach: float, antialias: bool) -> np.ndarray:
    """Resize to (height, width) as `tf.image.resize` with that kernel: first down, then across; float32."""
    if image.shape[:2] == size:
        return image.astype(np.float32)
    rows = weighted_rows(image, *tf_weights(image.shape[0], size[0], kernel, reach, antialias))
    columns = tf_weights(image.shape[1], size[1], kernel, reach, antialias)
    return cv2.transpose(weighted_rows(cv2.transpose(rows), *columns))


def tf_cubic_weights(length: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the four of `length` pixels each of `size` places looks at, and their weights, both (size, 4)."""
    step = np.float32(length) / np.float32(size)
    place = (np.arange(size, dtype=np.float32) + np.float32(0.5)) * step - np.float32(0.5)
    index = np.floor(place) + np.arange(-1, 3)[:, None]
    distance = np.rint((place - np.floor(place)) * 1024) / 1024 - np.arange(-1, 3)[:, None]
    weights = np.where((index >= 0) & (index < length), cubic(distance), 0).astype(np.float32)
    return np.clip(index, 0, length - 1).astype(int).T, (weights * (1 / weights.sum(axis=0))).T


def tf_cubic(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize to (height, width) as `tf.image.resize` with bicubic, not antialiased; float32."""
    rows = weighted_rows(image, *tf_cubic_weights(image.shape[0], size[0]))
    return cv2.transpose(weighted_rows(cv2.transpose(rows), *tf_cubic_weights(image.shape[1], size[1])))


def tf_area_weights(length: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels of `length` under each of `size` places and how much of each, both (size, taps)."""
    step = np.float32(length) / np.float32(size)
    start, end = (np.arange(n, n + size, dtype=np.float32) * step for n in (0, 1))
    first, last = np.floor(start).astype(int), np.ceil(end).astype(int) - 1
    index = first + np.arange((last - first).max() + 1)[:, None]
    begins, ends = index < start, index + 1 > end  # the place begins, or ends, inside this pixel
    part = np.minimum(index + 1, end, dtype=np.float32) - np.maximum(index, start, dtype=np.float32)
    weights = np.where(index > last, 0, np.where(begins & ends, step, part)).astype(np.float32)
    return np.minimum(index, length - 1).T, weights.T


def tf_area(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize to (height, width) as `tf.image.resize` with area: first across, then down; float32."""
    columns = weighted_rows(cv2.transpose(image), *tf_area_weights(image.shape[1], size[1]))
    pixels = weighted_rows(cv2.transpose(columns), *tf_area_weights(image.shape[0], size[0]))
    steps = [np.float32(length) / np.float32(places) for length, places in zip(image.shape, size, strict=False)]
    return pixels * (1 / (steps[0] * steps[1]))


def tf_nearest_index(length: int, size: int) -> np.ndarray:
    """Return which of `length` pixels each of `size` places takes."""
    step = np.float32(length) / np.float32(size)
    place = (np.arange(size, dtype=np.float32) + np.float32(0.5)) * step
    return np.minimum(np.floor(place).astype(int), length - 1)


def tf_nearest(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize to (height, width) by the nearest pixel, as `tf.image.resize` with nearest."""
    rows, columns = (tf_nearest_index(length, places) for length, places in zip(image.shape, size, strict=False))
    return image[rows][:, columns]
