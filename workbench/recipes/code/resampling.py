"""Resizing as numbers: which pixels each place looks at and how much they weigh, along one axis of a fixed length.

What a model needs to hold a resize inside. For uint8 pictures OpenCV's bilinear counts in whole numbers (weights of 11
binary places), so it is reproduced to the bit; its formulas are those of OpenCV 5.0, modules/imgproc/src/resize.cpp.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.recipes.catalogue import lookup
from workbench.recipes.code.pillow import pillow_weights
from workbench.recipes.code.resizing import PILLOW, TENSORFLOW
from workbench.recipes.code.tf_kernels import tf_area_weights, tf_cubic_weights, tf_weights
from workbench.recipes.geometry import Size

ONE = 2048  # the weight 1.0 of OpenCV's 8-bit resize: INTER_RESIZE_COEF_SCALE


@dataclass(frozen=True, slots=True, eq=False)
class Taps:
    """For each of `size` places along one axis: the pixels it looks at, and their weights."""

    index: np.ndarray  # (size, taps) int
    weights: np.ndarray  # (size, taps)

    def matrix(self, length: int) -> np.ndarray:
        """Return the weights as a matrix (size, length)."""
        full = np.zeros((len(self.index), length), self.weights.dtype)
        np.add.at(full, (np.arange(len(full))[:, None], self.index), self.weights)
        return full


def pillow_taps(name: str, length: int, size: int) -> Taps:
    """Return Pillow's weights as whole numbers of 1 / 2**22, which its 8-bit resize counts in."""
    index, weights = pillow_weights(length, size, *PILLOW[name])
    return Taps(index, np.trunc(weights * 2**22 + np.copysign(0.5, weights)))


def float_taps(name: str, length: int, size: int) -> Taps | None:
    """Return the float32 weights of a resizer whose formula is known, else None; tf.area's are of sums, not means."""
    if name in PILLOW:
        index, weights = pillow_weights(length, size, *PILLOW[name])
        return Taps(index, weights.astype(np.float32))
    if name == "cv2.cubic":
        return cubic_taps(length, size)
    if name in TENSORFLOW:
        return Taps(*tf_weights(length, size, *TENSORFLOW[name]))
    if name == "tf.bicubic":
        return Taps(*tf_cubic_weights(length, size))
    if name == "tf.area":
        return Taps(*tf_area_weights(length, size))
    return None


def nearest_index(name: str, length: int, size: int) -> np.ndarray:
    """Return which of `length` pixels each of `size` places takes, as the library itself says."""
    ramp = np.arange(length, dtype=np.float32)[:, None, None]
    taken = ramp if size == length else lookup("resize", name).apply(ramp, (size, 1))
    return np.asarray(taken[:, 0, 0], dtype=int)


def measured_matrix(name: str, lengths: Size, other: Size) -> np.ndarray:
    """Return the float32 weights (size, length) of a resizer, measured by resizing one bright row at a time.

    Args:
        name: of the resizer.
        lengths: of this axis in pixels, before and after the resize.
        other: the same of the other axis: OpenCV's area looks at both when it chooses how to resize.
    """
    across = [1 + (other[0] > other[1]), 1 + (other[0] < other[1])]  # enough to tell shrinking from enlarging
    resizer = lookup("resize", name).apply
    row = np.zeros((lengths[0], across[0], 1), np.float32)
    columns = []
    for lit in range(lengths[0]):
        row[lit] = 1
        columns.append(resizer(row, (lengths[1], across[1]))[:, 0, 0])
        row[lit] = 0
    return np.stack(columns, axis=1)


def linear_taps(length: int, size: int, *, across: bool, area: bool = False) -> Taps:
    """Return the two pixels of OpenCV's 8-bit INTER_LINEAR and their weights as whole numbers of 1 / 2048.

    Args:
        length: of this axis in pixels.
        size: of this axis after the resize.
        across: along the width, where a place beyond the last pixel takes that pixel whole.
        area: the places of INTER_AREA where it enlarges.
    """
    inverse = size / length
    if area:
        before = np.floor(np.arange(size) / inverse).astype(int)
        part = (np.arange(1, size + 1) - (before + 1) * inverse).astype(np.float32)
        part = np.where(part <= 0, np.float32(0), part - np.floor(part))
    else:
        place = ((np.arange(size) + 0.5) * (1 / inverse) - 0.5).astype(np.float32)
        before = np.floor(place).astype(int)
        part = place - before.astype(np.float32)
    if across:
        part = np.where((before < 0) | (before >= length - 1), np.float32(0), part)
    weights = np.rint(np.stack([1 - part, part], axis=1) * ONE)
    return Taps(np.clip(np.stack([before, before + 1], axis=1), 0, length - 1), weights)


def linear_exact_taps(length: int, size: int) -> Taps:
    """Return the two pixels of INTER_LINEAR_EXACT and their weights as whole numbers of 1 / 256."""
    place = (np.arange(size) + 0.5) * (length / size) - 0.5
    before = np.floor(place).astype(int)
    part = np.rint((place - before) * 256)
    part = np.where((before < 0) | (before >= length - 1), 0, part)
    return Taps(np.clip(np.stack([before, before + 1], axis=1), 0, length - 1), np.stack([256 - part, part], axis=1))


def lanczos4_taps(length: int, size: int) -> Taps:
    """Return the eight pixels of OpenCV's 8-bit INTER_LANCZOS4 and their weights as whole numbers of 1 / 2048."""
    index, part = _around(length, size, 8, np.float32)
    distance = part[:, None].astype(np.float64) - np.arange(-3, 5)
    weights = np.sinc(distance) * np.sinc(distance / 4)
    weights = np.rint((weights / weights.sum(axis=1, keepdims=True)).astype(np.float32) * ONE)
    return Taps(index, weights)


def cubic_taps(length: int, size: int) -> Taps:
    """Return the four pixels of OpenCV's INTER_CUBIC and their weights: Keys' cubic, a = -0.75."""
    index, part = _around(length, size, 4, np.float64)
    distance = np.abs(part[:, None] - np.arange(-1, 3))
    inner = (1.25 * distance - 2.25) * distance**2 + 1
    outer = ((-0.75 * distance + 3.75) * distance - 6) * distance + 3
    return Taps(index, np.where(distance < 1, inner, outer).astype(np.float32))


def _around(length: int, size: int, taps: int, dtype: type[np.floating]) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels around each place (size, taps), and how far it lies behind the one before it (size,)."""
    place = ((np.arange(size) + 0.5) * (1 / (size / length)) - 0.5).astype(dtype)
    before = np.floor(place)
    index = before.astype(int)[:, None] + np.arange(1 - taps // 2, taps // 2 + 1)
    return np.clip(index, 0, length - 1), place - before
