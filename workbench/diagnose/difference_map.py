"""Where in the picture two recipes differ, and where it moves the answer: a map over regions of the tensor."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.diagnose.attribute.metrics import UNITS, frame_losses, possible
from workbench.diagnose.attribute.wording import figure
from workbench.diagnose.region_answers import Answered, Tensors
from workbench.errors import InvalidValue
from workbench.frames import open_frames
from workbench.frames.frame import FrameSequence, FrameStream
from workbench.inference.sources import Source, progress_bar
from workbench.models import Model, load_model
from workbench.readable import visible
from workbench.recipes import Recipe, to_picture
from workbench.recipes.callables import Preprocess
from workbench.results import BoxFormat

if TYPE_CHECKING:
    import pandas as pd

FINE = {"flips": "kl"}  # a flip is all or nothing; what one region gives back is seen in the divergence


@dataclass(frozen=True, slots=True, eq=False)
class DifferenceMap:
    """The difference of two recipes' tensors over N frames, by region."""

    pixels: np.ndarray  # (h, w) float32, mean absolute difference in pixel levels 0..255, as training reads tensors
    grid: tuple[int, int]  # rows, columns of regions
    count: int  # N
    metric: str = ""  # of the loss; "" without a model
    loss: float = float("nan")  # of serving against training, mean over frames
    recovered: np.ndarray | None = None  # (rows, columns), loss given back where a region is as in training

    def __repr__(self) -> str:
        return visible(f"DifferenceMap({self.verdict})")

    @property
    def levels(self) -> np.ndarray:
        """(rows, columns) mean absolute difference of each region, in pixel levels."""
        rows, columns = (edges(n, parts) for n, parts in zip(self.pixels.shape, self.grid, strict=True))
        return np.array([[self.pixels[top:low, left:right].mean() for left, right in columns] for top, low in rows])

    @property
    def verdict(self) -> str:
        """One sentence a person can act on."""
        mean, worst = float(self.pixels.mean()), _place(self.levels)
        if not mean:
            return f"The tensors are the same (frames: {self.count})."
        where = f"row {worst[0] + 1}, column {worst[1] + 1} of {self.grid[0]} x {self.grid[1]}"
        told = f"The tensors differ by {mean:.1f} levels on average, most in {where} ({self.levels[worst]:.1f})"
        if self.recovered is None:
            return f"{told}."
        if not np.isfinite(self.recovered).any():
            return f"{told}; the answers hold NaN or Inf, so no loss can be told."
        if self.loss <= 0:
            return f"{told}; no answer of {self.count} frames changes."
        best = _place(self.recovered)
        value, whole = (figure(float(each), self.loss) for each in (self.recovered[best], self.loss))
        back = f"{value} of {whole} {UNITS[self.metric]} come back"
        there = "there" if best == worst else f"in row {best[0] + 1}, column {best[1] + 1}"
        return f"{told}; with training's pixels {there} {back}."

    def to_frame(self) -> pd.DataFrame:
        """Return one row a region: its place, its difference in levels, and the loss that it gives back."""
        import pandas as pd

        rows, columns = np.indices(self.grid).reshape(2, -1)
        table = pd.DataFrame({"row": rows + 1, "column": columns + 1, "levels": self.levels.ravel()})
        return table if self.recovered is None else table.assign(recovered=self.recovered.ravel())

    def to_dict(self) -> dict[str, Any]:
        """Return the map in plain types."""
        told = {"frames": self.count, "grid": list(self.grid), "levels": _rounded(self.levels), "verdict": self.verdict}
        if self.recovered is None:
            return told
        return told | {"metric": self.metric, "loss": round(self.loss, 6), "recovered": _rounded(self.recovered)}


def difference_map(  # noqa: PLR0913 - the model, the frames, the two sides, and three options by name
    model: Model | Any | None,
    frames: Source,
    *,
    training: Recipe,
    serving: Preprocess,
    grid: tuple[int, int] = (4, 4),
    boxes: str | BoxFormat | None = "auto",
    progress: bool = True,
) -> DifferenceMap:
    """Show where two recipes' tensors differ, and what each region of it costs.

    Each region of serving's tensor in turn is replaced by training's, and the loss that this gives back is measured:
    divergence for classes, overlap for boxes, the change of the outputs for anything else. That takes
    rows x columns + 2 answers a frame: 18 with the 4 x 4 regions of the default.

    Args:
        model: a Model, or anything `load_model` takes; None for the differences alone, without an answer.
        frames: an opened sequence, or anything `open_frames` takes that stays.
        training: the recipe as in training; by its conventions both tensors are read as pixel levels.
        serving: the recipe as in serving, or a function image -> tensor.
        grid: rows and columns of regions.
        boxes: how to read the outputs as boxes, as in `predict`.
        progress: show a progress bar.

    Raises:
        InvalidValue: tensors of different shapes, a grid finer than the tensor or below 1, or frames that do not stay.
        InputMismatch: the model does not take the tensors.
    """
    if min(grid) < 1:
        raise InvalidValue(f"grid is (rows, columns) of regions from 1; got {grid}")
    with ExitStack() as stack:
        source = frames if isinstance(frames, FrameStream) else stack.enter_context(open_frames(frames))
        if not isinstance(source, FrameSequence) or not len(source):
            raise InvalidValue("a difference map needs frames that stay: take(source, limit=100)")
        tensors = stack.enter_context(Tensors(source, training, serving))
        answered = None if model is None else Answered(load_model(model), (training, serving), boxes)
        totals: list[np.ndarray] = []
        with progress_bar(source, None, progress) as bar:
            for index in range(len(source)):
                a, b = tensors[index]
                totals.append(_levels(a, b, training))
                if answered is not None:
                    answered.add([a, b, *_swapped(a, b, grid, training.layout)], tensors.size)
                bar.update()
    pixels = np.asarray(np.mean(totals, axis=0, dtype=np.float64), np.float32)
    if answered is None:
        return DifferenceMap(pixels, grid, len(source))
    return _with_answers(pixels, grid, answered)


def edges(length: int, parts: int) -> list[tuple[int, int]]:
    """Return from and to, in pixels, of each of so many parts of a length.

    Raises:
        InvalidValue: there are more parts than pixels.
    """
    if parts > length:
        raise InvalidValue(f"a tensor of {length} pixels cannot be parted into {parts} regions; give a coarser grid")
    cuts = np.linspace(0, length, parts + 1).round().astype(int).tolist()
    return list(pairwise(cuts))


def _levels(a: np.ndarray, b: np.ndarray, training: Recipe) -> np.ndarray:
    """Return (h, w) the mean over the channels of the absolute difference, in levels as training reads them."""
    one, other = to_picture(np.stack([a, b]), training).astype(np.int16)
    return np.asarray(np.abs(one - other).mean(axis=2, dtype=np.float32))


def _swapped(a: np.ndarray, b: np.ndarray, grid: tuple[int, int], layout: str) -> list[np.ndarray]:
    """Return B's tensor once for each region, row by row, with A's numbers in that region."""
    height, width = a.shape[:2] if layout == "nhwc" else a.shape[1:]
    made = []
    for top, low in edges(height, grid[0]):
        for left, right in edges(width, grid[1]):
            region = (slice(top, low), slice(left, right))
            place = region if layout == "nhwc" else (slice(None), *region)
            tensor = b.copy()
            tensor[place] = a[place]
            made.append(tensor)
    return made


def _with_answers(pixels: np.ndarray, grid: tuple[int, int], answered: Answered) -> DifferenceMap:
    training, *others = answered.predictions()
    name = possible(training, None)[0]
    metric = FINE.get(name, name)
    served, *regions = (_mean(frame_losses(metric, training, other, None)) for other in others)
    recovered = served - np.reshape(regions, grid)
    return DifferenceMap(pixels, grid, len(training), metric, served, recovered)


def _mean(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else float("nan")


def _place(values: np.ndarray) -> tuple[int, int]:
    row, column = np.unravel_index(int(np.nanargmax(values)), values.shape)
    return int(row), int(column)


def _rounded(values: np.ndarray) -> list[list[float]]:
    return [[round(float(each), 6) for each in row] for row in values]
