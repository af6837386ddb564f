"""The registry of layouts: functions that find boxes, scores and classes in the outputs of one frame.

A layout is registered where it is written (`@layout("rows", source=...)`); its definition is the first line of its
docstring. A reader returns None where the outputs do not have its shape; it changes no number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from workbench.recipes.geometry import Size
from workbench.results.boxes.format import BoxFormat

NEARLY_WHOLE = 0.05  # graphs with 8-bit constants give classes such as 1.988 and 4.012; they are rounded
FrameOutputs = Mapping[str, np.ndarray]  # the outputs of one frame by name, without batch axis


@dataclass(frozen=True, slots=True, eq=False)
class RawBoxes:
    """K boxes of one frame, in the numbers the model gave."""

    boxes: np.ndarray  # (K, 4) in the axes and unit of a format
    scores: np.ndarray  # (K,) in 0..1
    classes: np.ndarray  # (K,) whole numbers, counted from the format's class_offset

    def __len__(self) -> int:
        return len(self.scores)


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What is known beside the outputs."""

    format: BoxFormat
    tensor: Size | None = None  # height, width the model was given; None where a function made the tensor
    classes: int | None = None  # how many names there are
    anchors: np.ndarray | None = None  # (A, 4) centre y, centre x, height, width in 0..1 of the tensor
    named: bool = False  # a person chose this layout, so fewer signs will do


Reader = Callable[[FrameOutputs, Given], RawBoxes | None]


@dataclass(frozen=True, slots=True)
class Layout:
    """One named layout."""

    name: str
    definition: str  # one line
    source: str  # the library, paper or file it was checked against
    read: Reader


LAYOUTS: dict[str, Layout] = {}


def layout(name: str, *, source: str) -> Callable[[Reader], Reader]:
    """Register the decorated reader as layout `name`."""

    def register(read: Reader) -> Reader:
        if not read.__doc__:
            raise TypeError(f"layout {name!r} has no docstring, and so no definition")
        LAYOUTS[name] = Layout(name, read.__doc__.strip().splitlines()[0], source, read)
        return read

    return register


def only(outputs: FrameOutputs, *shape: int | None) -> np.ndarray | None:
    """Return the one output of a shape (None: any length); None where there is none, or more than one."""
    found = [array for array in outputs.values() if _has(array, shape)]
    return found[0] if len(found) == 1 else None


def _has(array: np.ndarray, shape: tuple[int | None, ...]) -> bool:
    return array.ndim == len(shape) and all(m in (None, n) for n, m in zip(array.shape, shape, strict=True))


def are_scores(values: np.ndarray) -> bool:
    """Tell whether the finite ones of these numbers are in 0..1."""
    finite = values[np.isfinite(values)]
    return bool(((finite >= -1e-4) & (finite <= 1 + 1e-4)).all())


def are_classes(values: np.ndarray) -> bool:
    """Tell whether the finite ones of these numbers are whole, from 0 on, but for NEARLY_WHOLE."""
    finite = values[np.isfinite(values)]
    return bool((finite >= -NEARLY_WHOLE).all() and (np.abs(finite - np.rint(finite)) <= NEARLY_WHOLE).all())


def best_class(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the highest score of each row of (K, C), and its column; a row with NaN has the score NaN."""
    columns = scores.argmax(axis=1)
    return scores.max(axis=1), columns
