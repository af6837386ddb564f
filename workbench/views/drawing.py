"""Draw on pictures: fit them to a size, put them side by side, colour the difference of two.

Every function takes (H, W, 3) pictures, RGB, and returns a new one; nothing changes what it was given.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from workbench.errors import InvalidValue


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """Where two pictures or tensors differ, as a picture with a stated scale."""

    picture: np.ndarray  # (H, W, 3) uint8 RGB: black where equal, bright yellow at `scale` and above
    scale: float  # the difference that gets the brightest colour; in the units of what was compared
    mean: float  # mean absolute difference over all values
    max: float  # largest absolute difference


def fit(image: np.ndarray, *, height: int, width: int) -> np.ndarray:
    """Resize `image` to the largest (h, w) within (height, width), keeping its shape.

    Enlarging repeats pixels (nearest), so that a pixel stays a visible square; shrinking averages (area).
    """
    factor = min(height / image.shape[0], width / image.shape[1])
    size = max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor))
    return cv2.resize(image, size, interpolation=cv2.INTER_NEAREST if factor >= 1 else cv2.INTER_AREA)


def side_by_side(
    images: Sequence[np.ndarray], *, gap: int = 8, background: tuple[int, int, int] = (128, 128, 128)
) -> np.ndarray:
    """Put pictures in a row, all as high as the highest, with `gap` pixels of `background` between them."""
    if not images:
        raise InvalidValue("side_by_side needs at least one picture; got none")
    height = max(image.shape[0] for image in images)
    scaled = [fit(image, height=height, width=2**30) for image in images]
    row = np.full((height, sum(i.shape[1] for i in scaled) + gap * (len(scaled) - 1), 3), background, np.uint8)
    left = 0
    for image in scaled:
        row[:, left : left + image.shape[1]] = image
        left += image.shape[1] + gap
    return row


def tile(
    images: Sequence[np.ndarray],
    *,
    columns: int,
    gap: int = 8,
    background: tuple[int, int, int] = (128, 128, 128),
) -> np.ndarray:
    """Put pictures in rows of `columns` equal cells, each picture centred in its cell."""
    if not images or columns < 1:
        raise InvalidValue(f"tile needs pictures and at least one column; got {len(images)} and {columns}")
    height, width = (max(image.shape[axis] for image in images) for axis in (0, 1))
    rows = -(-len(images) // columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), background, np.uint8)
    for place, image in enumerate(images):
        top = place // columns * (height + gap) + (height - image.shape[0]) // 2
        left = place % columns * (width + gap) + (width - image.shape[1]) // 2
        sheet[top : top + image.shape[0], left : left + image.shape[1]] = image
    return sheet


def difference(a: np.ndarray, b: np.ndarray, *, scale: float | None = None) -> Difference:
    """Map |a - b| of two (H, W, C) arrays of one shape to colours, by the channel that differs most.

    Without `scale` it is the first of 1, 2, 5, 10, 20, 50... at or above the largest difference (255 at most
    for uint8 pictures), so it seldom jumps from frame to frame. A place where either is NaN counts as `scale`.
    """
    if a.shape != b.shape or a.ndim != 3:
        raise InvalidValue(f"a difference needs two (H, W, C) arrays of one shape; got {a.shape} and {b.shape}")
    apart = np.abs(a.astype(np.float32) - b.astype(np.float32))
    known = apart[np.isfinite(apart)]
    largest = float(known.max()) if known.size else 0.0
    top = scale if scale is not None else _round_up(largest)
    top = min(top, 255.0) if a.dtype == np.uint8 and scale is None else top
    levels = np.nan_to_num(apart.max(axis=2) / top, nan=1.0, posinf=1.0)
    coloured = cv2.applyColorMap((np.minimum(levels, 1) * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)
    mean = float(known.mean()) if known.size else math.nan
    return Difference(cv2.cvtColor(coloured, cv2.COLOR_BGR2RGB), float(top), mean, largest)


def _round_up(value: float) -> float:
    """Return the first of ... 0.1, 0.2, 0.5, 1, 2, 5, 10 ... at or above `value`; 1 for no difference."""
    if value <= 0:
        return 1.0
    decade = 10.0 ** math.floor(math.log10(value))
    return next(float(f"{step * decade:.6g}") for step in (1, 2, 5, 10) if step * decade >= value * (1 - 1e-9))
