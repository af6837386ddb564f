"""A recipe as it serves a stream: what makes the tensors, and how the boxes are read, found once and kept."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np

from workbench.errors import InvalidValue
from workbench.frames.frame import ChannelOrder
from workbench.inference.answers import expect_fit
from workbench.models import Model
from workbench.recipes import Recipe
from workbench.recipes.callables import Compiled, Preprocess, compiled
from workbench.results import BoxFormat, DecodedBoxes, box_format, decode
from workbench.results.boxes import found_format

SAMPLES = 16  # frames that a format is looked for in together, as `predict` does
LOOKS = (1, 2, 4, 8, SAMPLES)  # numbers of frames after which it is looked for
MOST_BYTES = 2**24  # of their outputs; beyond, a frame is judged alone
MOST_SKIPPED = 256  # frames between two searches of a model whose outputs fit no format
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
    """Reads the outputs of one frame as boxes, by the format that was named, or by the one that is found.

    It is found in the first frames together, again while they hold no boxes (rows of zeros fit more than one format),
    and anew where it turns out not to fit.
    """

    def __init__(self, boxes: Boxes, recipe: Preprocess, labels: tuple[str, ...] | None) -> None:
        self._wanted, self._searches = boxes is not None, boxes == "auto"
        self._recipe, self._labels = recipe, labels
        self._form = None if boxes in (None, "auto") else box_format(boxes)
        self._settled = not self._searches
        self._seen: list[tuple[dict[str, np.ndarray], tuple[int, int]]] = []
        self._count = self._boxes = 0  # frames and boxes since the search began
        self._skip, self._pause = 0, SAMPLES  # frames to let pass before the next search
        self._lock = threading.Lock()

    def __call__(
        self, outputs: dict[str, np.ndarray], size: tuple[int, int], *, classified: bool
    ) -> DecodedBoxes | None:
        """Return the boxes of one frame of height, width `size`; None where there is no one format for them.

        Raises:
            InvalidValue: the outputs are not in the format that was named.
        """
        if not self._wanted or (self._searches and classified):
            return None
        form = self._form if self._settled else self._guess(outputs, size)
        if form is None:
            return None
        try:
            found = self._decoded(outputs, size, form)
        except InvalidValue:
            if not self._searches:
                raise
            form = self._anew(outputs, size)
            return None if form is None else self._decoded(outputs, size, form)
        self._boxes += len(found[0])
        return found

    def _decoded(self, outputs: dict[str, np.ndarray], size: tuple[int, int], form: BoxFormat) -> DecodedBoxes:
        return decode(outputs, [size], self._recipe, format=form, labels=self._labels)

    def _anew(self, outputs: dict[str, np.ndarray], size: tuple[int, int]) -> BoxFormat | None:
        """Begin the search with this frame."""
        with self._lock:
            self._settled = False
            self._seen.clear()
            self._count = self._boxes = self._skip = 0
        return self._guess(outputs, size)

    def _guess(self, outputs: dict[str, np.ndarray], size: tuple[int, int]) -> BoxFormat | None:
        """Return what fits all frames seen; after SAMPLES of them, some with boxes, that is kept."""
        with self._lock:
            if self._skip:
                self._skip -= 1
                return self._form
            self._count += 1
            if sum(values.nbytes for values in outputs.values()) > MOST_BYTES // SAMPLES or not self._alike(outputs):
                self._seen.clear()
            self._seen.append((outputs, size))
            if self._count in LOOKS:
                together = {name: np.concatenate([frame[name] for frame, _ in self._seen]) for name in outputs}
                sizes = [size for _, size in self._seen]
                self._form = found_format(together, sizes, self._recipe, labels=self._labels)
            if self._count == SAMPLES:
                self._settled = self._form is not None and self._boxes > 0
                self._seen.clear()
                self._count = 0
                if self._form is None:  # a model without boxes is looked at less and less
                    self._skip, self._pause = self._pause, min(2 * self._pause, MOST_SKIPPED)
            return self._form

    def _alike(self, outputs: dict[str, np.ndarray]) -> bool:
        """Say whether outputs can be put together with those seen before."""
        before = self._seen[-1][0] if self._seen else outputs
        return [values.shape for values in before.values()] == [values.shape for values in outputs.values()]
