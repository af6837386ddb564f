"""The sums that every separable resampling is made of. Exported as they stand, with what calls them."""

# mypy: disable-error-code="no-any-return"
# (an annotated variable would satisfy it, and would be exported, too)

from __future__ import annotations

import numpy as np


def weighted_rows(pixels: np.ndarray, index: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return one row for each row of `index` (size, taps): the rows of `pixels` it names, weighted and summed."""
    rows = pixels.reshape(len(pixels), -1)
    total = np.zeros((len(index), rows.shape[1]), weights.dtype)
    for i, w in zip(index.T, weights.T, strict=True):
        total += rows[i] * w[:, None]
    return total.reshape(len(index), *pixels.shape[1:])


def to_uint8(pixels: np.ndarray) -> np.ndarray:
    """Round to whole levels, half to even, and clip to 0..255."""
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
