"""A recipe as it serves a stream: what makes the tensors, and how the boxes are read, found once and kept."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np

from workbench.frames.frame import ChannelOrder
from workbench.inference.answers import expect_fit
from workbench.models import Model
from workbench.recipes import Recipe
from workbench.recipes.callables import Compiled, Preprocess, compiled
from workbench.results import BoxFormat, DecodedBoxes, box_format, decode
from workbench.results.boxes import found_format

SAMPLES = 16  # frames that a format is looked for in together, as `predict` does
MOST_BYTES = 2**24  # of their outputs; beyond, a frame is judged alone
Boxes = str | BoxFormat | None


@dataclass(frozen=True, slots=True, eq=False)
class Serving:
    """A recipe in use; a stream switches from one to the next between two frames."""

    recipe: Preprocess
    function: Compiled
    boxes: BoxReader
    alone: AbstractContextManager[object]  # entered to call `function`: a user's own may not stand two threads


def serving(recipe: Preprocess, model: Model, order: ChannelOrder, boxes: Boxes = "auto") -> Serving:
    """Compile a recipe for pictures in channel order `order`, and hold it to the model.

    Raises:
        InputMismatch: its tensors do not fit the model's input.
        InvalidValue: it is neither a recipe nor a function.
        UnknownName: no box format has this name.
    """
    function = compiled(recipe, order)
    expect_fit(function, model)
    alone: AbstractContextManager[object] = nullcontext() if isinstance(recipe, Recipe) else threading.Lock()
    return Serving(recipe, function, BoxReader(boxes, recipe, model.labels), alone)


class BoxReader:
    """Reads the outputs of one frame as boxes."""

    def __init__(self, boxes: Boxes, recipe: Preprocess, labels: tuple[str, ...] | None) -> None:
        self.wanted = boxes is not None
        self._recipe, self._labels = recipe, labels
        self._searched = boxes == "auto"
        self._form = None if boxes in (None, "auto") else box_format(boxes)
        self._seen: list[tuple[dict[str, np.ndarray], tuple[int, int]]] = []
        self._count = 0
        self._looks_at = {1, 2, 4, 8, SAMPLES}  # numbers of frames seen
        self._lock = threading.Lock()

    def __call__(
        self, outputs: dict[str, np.ndarray], size: tuple[int, int], *, classified: bool
    ) -> DecodedBoxes | None:
        """Return the boxes of one frame of height, width `size`; None where there is no one format for them.

        Raises:
            InvalidValue: the outputs are not in the format that was named.
        """
        if not self.wanted or (self._searched and classified):
            return None
        form = self._found(outputs, size) if self._searched else self._form
        return None if form is None else decode(outputs, [size], self._recipe, format=form, labels=self._labels)

    def _found(self, outputs: dict[str, np.ndarray], size: tuple[int, int]) -> BoxFormat | None:
        """Look for the format in the first frames together, and keep what fits all of them."""
        with self._lock:
            self._count += 1
            if sum(values.nbytes for values in outputs.values()) > MOST_BYTES // SAMPLES or not self._alike(outputs):
                self._seen.clear()
            self._seen.append((outputs, size))
            if self._count in self._looks_at:
                together = {name: np.concatenate([frame[name] for frame, _ in self._seen]) for name in outputs}
                sizes = [size for _, size in self._seen]
                self._form = found_format(together, sizes, self._recipe, labels=self._labels)
            if self._count == SAMPLES:
                self._searched = self._form is None  # else it is kept from now on
                self._seen.clear()
                self._count, self._looks_at = 0, {SAMPLES}  # a model without boxes is asked once in a while only
            return self._form

    def _alike(self, outputs: dict[str, np.ndarray]) -> bool:
        """Say whether outputs can be put together with those seen before."""
        before = self._seen[-1][0] if self._seen else outputs
        return [values.shape for values in before.values()] == [values.shape for values in outputs.values()]
