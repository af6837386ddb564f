"""Where the picture lies in the tensor, found at low resolution and without knowing colour or range.

The tensor and the picture are brought to a small grid. For each orientation and fit, every channel of the tensor is
regressed on the picture's red, green and blue (and a constant): what is left unexplained tells how well they lie on
each other, whatever the order of the channels, the luma weights and the range are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from workbench.diagnose.identify.forms import Form, Tensors
from workbench.diagnose.identify.hypothesis import Hypothesis
from workbench.diagnose.identify.render import Renderer
from workbench.diagnose.identify.slips import SLIPS
from workbench.recipes import Recipe
from workbench.recipes.catalogue import lookup
from workbench.recipes.geometry import Placement, placement

GRID = 40  # cells of the longer side at which tensor and picture are held against each other
SMALL = 256  # pixels of the longer side of the reduced picture
FRACTIONS = (1.0, 0.96, 0.92, 0.875, 0.84, 0.8, 0.76, 0.72, 0.68, 0.64, 0.6, 0.55, 0.5)
RIDGE = 1e-6
THIN = 3  # every third row and column of a border is looked at


@dataclass(frozen=True, slots=True)
class Fitting:
    """How well a hypothesis' geometry explains the tensors."""

    hypothesis: Hypothesis
    unexplained: float  # share of the tensors' variance, 0..1


class Geometry:
    """Scores the geometry of hypotheses on the frames of a case."""

    def __init__(self, tensors: Tensors, renderer: Renderer) -> None:
        self.tensors, self.renderer = tensors, renderer
        self._upright = lru_cache(maxsize=32)(self._reduced)
        self._small = lru_cache(maxsize=64)(self._laid)
        self._grid = lru_cache(maxsize=64)(self._tensor_grid)
        self._pad = lru_cache(maxsize=64)(self._padding)

    def unexplained(self, h: Hypothesis, form: Form, frames: range) -> float:
        """Return the share of the tensors' variance that the picture in this place does not explain."""
        left = total = 0.0
        for i in frames:
            numbers = self.tensors.pixels(i, form)
            some, all_ = self._frame(i, h, form, numbers)
            left, total = left + some, total + all_
        return left / total if total > 0 else 1.0

    def _frame(self, i: int, h: Hypothesis, form: Form, numbers: np.ndarray) -> tuple[float, float]:
        small, scale = self._small(i, h.recipe.decode, h.recipe.exif, _turns(h), h.slips.get("roi"))
        source = (round(small.shape[0] / scale[0]), round(small.shape[1] / scale[1]))
        size = (numbers.shape[0], numbers.shape[1])
        placed = placement(source, size, h.recipe.fit, h.recipe.crop_fraction)
        (top, left), (height, width) = placed.offset, placed.resized
        if placed.fills or top < 0 or left < 0:
            grid, pad = self._grid(i, form, None), 0.0
        else:
            region = (top, left, height, width)
            grid, pad = self._grid(i, form, region), self._pad(i, form, region)
        part = part_of(placed)
        crop = _cut(small, part, scale)
        cells = cv2.resize(crop, (grid.shape[1], grid.shape[0]), interpolation=cv2.INTER_AREA)
        share = grid.shape[0] * grid.shape[1] / max(1, height * width if top >= 0 and left >= 0 else size[0] * size[1])
        left_over, spread = regress(cells, grid)
        return left_over / share + pad, spread / share + pad

    def _padding(self, i: int, form: Form, region: tuple[int, int, int, int]) -> float:
        """Return how much the numbers outside the region vary; nothing where they are one constant."""
        numbers, (top, left, height, width) = self.tensors.pixels(i, form), region
        some = numbers[::THIN, ::THIN]
        outside = np.ones(numbers.shape[:2], bool)
        outside[top : top + height, left : left + width] = False
        values = some[outside[::THIN, ::THIN]]
        return float(values.var(axis=0, dtype=np.float64).sum() * len(values)) * THIN**2 if len(values) else 0.0

    def _tensor_grid(self, i: int, form: Form, region: tuple[int, int, int, int] | None) -> np.ndarray:
        numbers = self.tensors.pixels(i, form)
        if region:
            top, left, height, width = region
            numbers = numbers[top : top + height, left : left + width]
        shrink = min(1.0, GRID / max(numbers.shape[:2]))
        size = (max(1, round(numbers.shape[1] * shrink)), max(1, round(numbers.shape[0] * shrink)))
        return np.asarray(cv2.resize(numbers, size, interpolation=cv2.INTER_AREA)).reshape(size[1], size[0], -1)

    def _laid(
        self, i: int, decode: str, exif: str, turns: tuple[int, bool, bool], roi: tuple[int, int, int, int] | None
    ) -> tuple[np.ndarray, tuple[float, float]]:
        """Return the reduced picture, turned, as float32, and its scale down and across."""
        rotate, mirror, flip = turns
        small, (down, across) = self._upright(i, decode, exif, roi)
        for name, wanted in (("mirror", mirror), ("flip", flip)):
            small = SLIPS[name].apply(small, True) if wanted else small
        laid = np.ascontiguousarray(lookup("rotate", rotate).apply(small), np.float32)
        return laid, (across, down) if rotate in (90, 270) else (down, across)

    def _reduced(
        self, i: int, decode: str, exif: str, roi: tuple[int, int, int, int] | None
    ) -> tuple[np.ndarray, tuple[float, float]]:
        """Return the picture reduced to SMALL, and its scale down and across."""
        image = self.renderer.picture(i, Hypothesis(Recipe(decode=decode, exif=exif)).slip("roi", roi))
        shrink = min(1.0, SMALL / max(image.shape[:2]))
        size = (max(1, round(image.shape[1] * shrink)), max(1, round(image.shape[0] * shrink)))
        small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
        return small, (size[1] / image.shape[0], size[0] / image.shape[1])


def _turns(h: Hypothesis) -> tuple[int, bool, bool]:
    return h.recipe.rotate, "mirror" in h.slips, "flip" in h.slips


def part_of(placed: Placement) -> tuple[float, float, float, float]:
    """Return top, left, height, width of the part of the picture that the tensor shows, in picture pixels."""
    top, left, height, width = placed.crop
    if placed.offset[0] >= 0 and placed.offset[1] >= 0:
        return top, left, height, width
    down, across = height / placed.resized[0], width / placed.resized[1]
    return (-placed.offset[0] * down, -placed.offset[1] * across, placed.size[0] * down, placed.size[1] * across)


def _cut(small: np.ndarray, part: tuple[float, float, float, float], scale: tuple[float, float]) -> np.ndarray:
    """Return the part of the reduced picture, by whole pixels or, where it is cut off between pixels, interpolated."""
    top, left, height, width = part[0] * scale[0], part[1] * scale[1], part[2] * scale[0], part[3] * scale[1]
    if (top, left) == (0, 0) and (round(height), round(width)) == small.shape[:2]:
        return small
    rows, columns = max(1, round(height)), max(1, round(width))
    warp = np.array(
        [[width / columns, 0, left + width / columns / 2 - 0.5], [0, height / rows, top + height / rows / 2 - 0.5]]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(small, warp, (columns, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE))


def regress(cells: np.ndarray, grid: np.ndarray) -> tuple[float, float]:
    """Return the sum of squares left when the grid's channels are regressed on the cells', and their whole spread."""
    x, y = _centred(cells), _centred(grid)
    spread = float(np.vdot(y, y))
    gram, shared = x @ x.T, x @ y.T
    gram.flat[:: len(gram) + 1] += RIDGE * gram.trace() + 1e-9
    y -= np.linalg.solve(gram, shared).T @ x
    return float(np.vdot(y, y)), spread


def _centred(pixels: np.ndarray) -> np.ndarray:
    """Return the channels (C, h * w) without their means; a row each, which takes half the time of columns."""
    rows = np.array(pixels.reshape(-1, pixels.shape[2]).T, np.float64, order="C")
    rows -= rows.mean(axis=1, keepdims=True)
    return rows
