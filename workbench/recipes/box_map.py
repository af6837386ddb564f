"""Boxes through a recipe's geometry: from tensor pixels to pixels of the source frame, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.recipes.geometry import Placement, Size, placement
from workbench.recipes.slots import Slots

SWAPS_SIDES = (90, 270)  # degrees


@dataclass(frozen=True, slots=True)
class BoxMap:
    """What `rotate`, `fit` and `size` do to the coordinates of one picture."""

    source: Size  # height, width of the frame as the recipe decodes it, EXIF orientation applied or not
    rotate: int  # degrees clockwise, before the fit
    placed: Placement  # of the rotated picture

    @property
    def tensor(self) -> Size:
        """Height and width of the tensor in pixels."""
        return self.placed.size

    def to_source(self, xyxy: np.ndarray) -> np.ndarray:
        """Carry boxes (..., 4) x0, y0, x1, y1 from tensor pixels to source pixels, float64; nothing is clipped."""
        rotated = self.placed.to_source(xyxy)
        return turned(rotated, _turned_size(self.source, self.rotate), -self.rotate % 360)

    def to_tensor(self, xyxy: np.ndarray) -> np.ndarray:
        """Carry boxes (..., 4) from source pixels to tensor pixels, float64; nothing is clipped."""
        return self.placed.to_tensor(turned(xyxy, self.source, self.rotate))


def box_map(recipe: Slots, source: Size) -> BoxMap:
    """Return how a recipe moves the boxes of a frame of `source` (height, width) pixels."""
    height, width = source
    rotated = _turned_size((height, width), recipe.rotate)
    placed = placement(rotated, recipe.size, recipe.fit, recipe.crop_fraction)
    return BoxMap((height, width), recipe.rotate, placed)


def turned(xyxy: np.ndarray, size: Size, degrees: int) -> np.ndarray:
    """Turn boxes (..., 4) with their picture of `size` (height, width) by 0, 90, 180 or 270 degrees clockwise."""
    x0, y0, x1, y1 = np.moveaxis(np.asarray(xyxy, np.float64), -1, 0)
    height, width = size
    turns = {
        0: (x0, y0, x1, y1),
        90: (height - y1, x0, height - y0, x1),
        180: (width - x1, height - y1, width - x0, height - y0),
        270: (y0, width - x1, y1, width - x0),
    }
    return np.stack(turns[degrees], axis=-1)


def _turned_size(size: Size, degrees: int) -> Size:
    return size[::-1] if degrees in SWAPS_SIDES else size
