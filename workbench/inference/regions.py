"""Cut boxes out of a frame: grown by a margin, clipped to the frame, and what cannot be cut is named.

Nothing here copies pixels: a region is a view on its frame.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from workbench.errors import InvalidValue
from workbench.results.cascade import CLASSIFIED

MIN_SIDE = 2  # pixels: below it a region has no structure that a resize could show a classifier


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """The pictures cut out of one frame, and what became of each of its N boxes."""

    pictures: list[np.ndarray]  # R views (h, w, 3) on the frame
    # (N,) text, what became of each box, a name of `results.cascade.FATES`; R of them are "whole" or "clipped"
    fates: np.ndarray

    @property
    def places(self) -> np.ndarray:
        """(R,) int: the box each picture belongs to."""
        return np.flatnonzero(np.isin(self.fates, CLASSIFIED))

    @property
    def counts(self) -> dict[str, int]:
        """How many boxes met each fate."""
        return dict(Counter(self.fates.tolist()))


def crop_regions(image: np.ndarray, xyxy: np.ndarray, *, margin: float = 0.0) -> Regions:
    """Cut boxes (N, 4) x0, y0, x1, y1 in pixels out of `image` (H, W, 3).

    A region holds the pixels whose centres lie in the box, so that boxes on whole pixels are cut exactly.
    Each side is moved outward by `margin` times the box's width or height (inward where negative); then the
    region is clipped to the frame. Boxes that cannot be cut are left out, and their fate says why.

    Raises:
        InvalidValue: the boxes are not (N, 4), or the margin would turn them inside out.
    """
    boxes = np.asarray(xyxy, dtype=np.float64)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise InvalidValue(f"boxes are (N, 4), x0, y0, x1, y1 in pixels; got {boxes.shape}")
    check_margin(margin)
    size = np.array([image.shape[1], image.shape[0]], dtype=np.float64)  # width, height
    low, high = boxes[:, :2], boxes[:, 2:]
    with np.errstate(invalid="ignore", over="ignore"):  # NaN, Inf and huge edges are told apart below
        edges = np.rint(grown(boxes, margin))
        inside = np.clip(edges, 0, np.tile(size, 2))
        reasons = {
            "not finite": ~np.isfinite(boxes).all(axis=1),
            "empty": (high <= low).any(axis=1),
            "outside": ((high <= 0) | (low >= size)).any(axis=1),
            "too small": ((inside[:, 2:] - inside[:, :2]) < MIN_SIDE).any(axis=1),
            "clipped": (inside != edges).any(axis=1),
        }
    fates = np.select(list(reasons.values()), list(reasons), default="whole")
    cut = inside[np.isin(fates, CLASSIFIED)].astype(int).tolist()
    return Regions([image[y0:y1, x0:x1] for x0, y0, x1, y1 in cut], fates)


def grown(boxes: np.ndarray, margin: float) -> np.ndarray:
    """Return boxes (N, 4) with each side moved outward by `margin` times the box's width or height."""
    low, high = boxes[:, :2], boxes[:, 2:]
    return np.hstack([low - margin * (high - low), high + margin * (high - low)])


def check_margin(margin: float) -> None:
    """Refuse a margin that leaves nothing of a box.

    Raises:
        InvalidValue: not a number above -0.5.
    """
    if not np.isfinite(margin) or margin <= -0.5:
        raise InvalidValue(f"margin is a share of a box's side, above -0.5 (0.1: a tenth more a side); got {margin}")
