"""Where in the picture a tensor lies that shows only a part of it: by templates, then by whole pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import cv2
import numpy as np

from workbench.diagnose.identify.climb import Climb
from workbench.diagnose.identify.forms import form_of
from workbench.diagnose.identify.geometry import GRID, part_of, regress
from workbench.diagnose.identify.hypothesis import Hypothesis
from workbench.diagnose.identify.judge import Judge
from workbench.recipes.geometry import placement

Box = tuple[float, float, float, float]  # top, left, height, width
SMALL = 144  # pixels of the longer side of the picture in which the template is sought
CLOSE_UP = 512  # the same, when the place is refined
SHARES = (0.3, 0.36, 0.43, 0.5, 0.56, 0.62, 0.68, 0.74, 0.8, 0.86, 0.92, 0.97, 1.0)  # of the picture's height and width
SURE = 0.7  # correlation above which a place is looked at more closely
STEPS = (4, 2, 1)  # pixels
SMALLEST = 2  # pixels of a part's side
REACH = 3  # pixels: a kernel of four neighbours has its best place among worse ones
GROWTH = 60  # pixels


class Rois:
    """Finds the part of the pictures that the tensors show."""

    def __init__(self, judge: Judge, climb: Climb) -> None:
        self.judge, self.climb = judge, climb
        self.frames = range(len(judge.tensors))

    def find(self, oriented: list[Hypothesis]) -> Hypothesis | None:
        """Return the likeliest of these orientations with its part of the picture, None where none is likely."""
        best: tuple[float, Box, Hypothesis] | None = None
        for h in oriented:
            score, box = self._matched(h)
            if best is None or score > best[0] + 0.02:
                best = (score, box, h)
            if best[0] > 0.95:
                break
        if best is None or best[0] < SURE:
            return None
        _, box, h = best
        shown = self._refined(h, box)
        return h.slip("roi", self._whole(h, shown))

    def _matched(self, h: Hypothesis) -> tuple[float, Box]:
        """Return the correlation and place (in source pixels) of tensor 0 in picture 0."""
        source = self._source(0, h)
        shrink = min(1.0, SMALL / max(source.shape[:2]))
        picture = _gray(_reduced(source, shrink))
        template = _gray(self._laid_back(0, h))
        best, place = -1.0, (0.0, 0.0, float(source.shape[0]), float(source.shape[1]))
        for tall in SHARES:
            for wide in SHARES:
                size = (max(4, round(picture.shape[1] * wide)), max(4, round(picture.shape[0] * tall)))
                if size[0] > picture.shape[1] or size[1] > picture.shape[0]:
                    continue
                small = cv2.resize(template, size, interpolation=cv2.INTER_AREA)
                if float(small.std()) < 1e-6:
                    continue
                _, high, _, where = cv2.minMaxLoc(cv2.matchTemplate(picture, small, cv2.TM_CCOEFF_NORMED))
                if np.isfinite(high) and high > best:
                    best, place = high, (where[1] / shrink, where[0] / shrink, size[1] / shrink, size[0] / shrink)
        return best, place

    def _refined(self, h: Hypothesis, box: Box) -> Box:
        """Return the place at which the pictures explain the tensors best, by ever smaller steps."""
        best, score = box, self._unexplained(h, box)
        step = max(box[2:]) / 16
        while step > 0.2:
            moved = True
            while moved:
                moved = False
                for other in _moves(best, step):
                    tried = self._unexplained(h, other)
                    if tried < score:
                        best, score, moved = other, tried, True
            step /= 2
        return best

    def _unexplained(self, h: Hypothesis, box: Box) -> float:
        left = total = 0.0
        for i in self.frames:
            source = self._source(i, h)
            shrink = min(1.0, CLOSE_UP / max(source.shape[:2]))
            if (
                box[0] < -1
                or box[1] < -1
                or box[0] + box[2] > source.shape[0] + 1
                or box[1] + box[3] > source.shape[1] + 1
            ):
                return np.inf
            grid = self._grid(i, h)
            cells = _cells(_reduced(source, shrink), box, shrink, grid.shape)
            some, all_ = regress(cells, grid)
            left, total = left + some, total + all_
        return left / total if total else 1.0

    def _grid(self, i: int, h: Hypothesis) -> np.ndarray:
        numbers = self._laid_back(i, h)
        shrink = min(1.0, 2 * GRID / max(numbers.shape[:2]))
        return _reduced(numbers, shrink)

    def _source(self, i: int, h: Hypothesis) -> np.ndarray:
        flat = h.slip("roi", None).slip("mirror", None).slip("flip", None).slots(rotate=0)
        return self.judge.renderer.picture(i, flat)

    def _laid_back(self, i: int, h: Hypothesis) -> np.ndarray:
        """Return the part of tensor i that shows the picture, turned back as the picture lies."""
        numbers = self.judge.tensors.pixels(i, form_of(h.recipe, h.slips))
        if h.recipe.fit.startswith("letterbox"):
            numbers = _unpadded(numbers)
        numbers = np.rot90(numbers, h.recipe.rotate // 90)
        numbers = numbers[::-1] if "flip" in h.slips else numbers
        return np.ascontiguousarray(numbers[:, ::-1] if "mirror" in h.slips else numbers)

    def _whole(self, h: Hypothesis, shown: Box) -> tuple[int, int, int, int]:
        """Return the part whose fit shows `shown`: itself, or a larger one where the fit cuts a border off."""
        size = h.recipe.size or (1, 1)
        if h.recipe.rotate in (90, 270):
            size = size[::-1]
        placed = placement((round(shown[2] * 8), round(shown[3] * 8)), size, h.recipe.fit, h.recipe.crop_fraction)
        part = part_of(placed)
        tall = shown[2] * min(round(shown[2] * 8) / part[2], 1 / h.recipe.crop_fraction if part[2] else 1)
        wide = shown[3] * min(round(shown[3] * 8) / part[3], 1 / h.recipe.crop_fraction if part[3] else 1)
        if h.recipe.fit.startswith("letterbox") or h.recipe.fit == "stretch":
            tall, wide = shown[2], shown[3]
        top, left = shown[0] - (tall - shown[2]) / 2, shown[1] - (wide - shown[3]) / 2
        shapes = [self._source(i, h).shape for i in self.frames]
        most = min(shape[0] for shape in shapes), min(shape[1] for shape in shapes)
        first, second = (min(max(0, round(at)), side - SMALLEST) for at, side in zip((top, left), most, strict=True))
        tall, wide = (max(SMALLEST, round(side)) for side in (tall, wide))
        return first, second, min(tall, most[0] - first), min(wide, most[1] - second)

    def settled(self, h: Hypothesis) -> Hypothesis:
        """Return the hypothesis with its part moved by whole pixels to where its pixels lie best on a line."""
        frame = max(self.frames, key=lambda i: self.judge.line(i, h).score)
        shapes = [self._source(i, h).shape for i in self.frames]
        most = min(shape[0] for shape in shapes), min(shape[1] for shape in shapes)
        best, line = h, self.judge.line(frame, h)
        steps: list[Moves] = [partial(_moves, step=step) for step in STEPS]
        grown: list[Moves] = [_grown] if h.recipe.fit == "resize_crop" else []
        for moves in (*steps, _rows, _columns, _rows, _columns, *grown):
            moved = True
            while moved and not self.judge.on_line(line, best):
                moved = False
                for box in list(moves(best.slips["roi"])):
                    top, left, height, width = (int(n) for n in box)
                    inside = top >= 0 and left >= 0 and top + height <= most[0] and left + width <= most[1]
                    if not inside or height < SMALLEST or width < SMALLEST:
                        continue
                    tried = best.slip("roi", (top, left, height, width))
                    found = self.judge.line(frame, tried)
                    if found.score < line.score - 1e-6:
                        best, line, moved = tried, found, True
                moved = moved and moves not in WINDOWS
        return best


def _rows(box: Box) -> Iterator[Box]:
    """Yield the box with its upper and lower edge moved by up to REACH pixels, each with each."""
    top, left, height, width = box
    for up in range(-REACH, REACH + 1):
        for down in range(-REACH, REACH + 1):
            yield top + up, left, height - up + down, width


def _columns(box: Box) -> Iterator[Box]:
    """Yield the box with its left and right edge moved, as `_rows`."""
    for left, top, width, height in _rows((box[1], box[0], box[3], box[2])):
        yield top, left, height, width


def _moves(box: Box, step: float) -> Iterator[Box]:
    """Yield the box with one edge, or two opposite ones, moved by a step."""
    top, left, height, width = box
    for sign in (-step, step):
        yield top + sign, left, height - sign, width
        yield top, left, height + sign, width
        yield top + sign, left, height, width
        yield top, left + sign, height, width - sign
        yield top, left, height, width + sign
        yield top, left + sign, height, width


def _grown(box: Box) -> Iterator[Box]:
    """Yield the box grown or shrunk about its middle, up and down or sideways: a resize_crop cuts such borders off."""
    top, left, height, width = box
    for more in range(-GROWTH, GROWTH + 1):
        for odd in (-1, 0, 1):
            yield top - more, left, height + 2 * more + odd, width
            yield top, left - more, height, width + 2 * more + odd


Moves = Callable[[Box], Iterator[Box]]
WINDOWS: tuple[Moves, ...] = (_rows, _columns, _grown)  # gone through once


def _reduced(image: np.ndarray, shrink: float) -> np.ndarray:
    size = (max(1, round(image.shape[1] * shrink)), max(1, round(image.shape[0] * shrink)))
    if size == image.shape[1::-1]:
        return image.astype(np.float32)
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32).reshape(size[1], size[0], -1)


def _gray(image: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(image.reshape(*image.shape[:2], -1).mean(axis=2), dtype=np.float32)


def _cells(small: np.ndarray, box: Box, shrink: float, shape: tuple[int, ...]) -> np.ndarray:
    """Return the box of the reduced picture on the grid: the mean of 2 x 2 interpolated points a cell."""
    rows, columns = shape[0] * 2, shape[1] * 2
    down, across = box[2] * shrink / rows, box[3] * shrink / columns
    warp = np.array([[across, 0, box[1] * shrink + across / 2 - 0.5], [0, down, box[0] * shrink + down / 2 - 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    fine = cv2.warpAffine(small, warp, (columns, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return cv2.resize(fine, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)


def _unpadded(numbers: np.ndarray) -> np.ndarray:
    """Return the numbers without the rows and columns that are one constant all along the border."""
    corner = numbers[-1, -1]
    rows = np.flatnonzero((numbers != corner).any(axis=(1, 2)))
    columns = np.flatnonzero((numbers != corner).any(axis=(0, 2)))
    if not len(rows) or not len(columns):
        return numbers
    return numbers[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
