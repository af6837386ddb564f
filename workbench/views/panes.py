"""One frame through two recipes, as four pictures: original, A, B and the difference.

A is what the model was trained with. Its tensor, and B's, are mapped back to pictures by A's conventions, so B
shows what the model takes the served pixels for: BGR looks blue, a wrong range too dark or too bright.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from workbench.errors import InvalidValue
from workbench.frames.frame import FrameSequence, as_rgb
from workbench.models import Model
from workbench.recipes import Recipe, to_picture
from workbench.recipes.callables import Compiled, Preprocess, compiled
from workbench.recipes.colors import channels
from workbench.views.answers import Answer, answer
from workbench.views.drawing import Difference, difference
from workbench.views.state import ViewerState


@dataclass(frozen=True, slots=True, eq=False)
class Panes:
    """What a viewer shows of one frame."""

    index: int
    original: np.ndarray  # (H, W, 3) uint8 RGB, as the source decodes it
    a: np.ndarray  # (h, w, 3) uint8 RGB: A's tensor as the model sees it
    b: np.ndarray  # B's tensor as the same model sees it
    difference: Difference  # of the two pictures, in levels 0..255; B brought to A's size if they differ
    tensors: tuple[np.ndarray, np.ndarray]  # of A and B, without batch axis

    @property
    def images(self) -> tuple[np.ndarray, ...]:
        """The four pictures, from left to right."""
        return self.original, self.a, self.b, self.difference.picture


def answers_to(model: Model, panes: Panes, state: ViewerState, *, k: int) -> tuple[Answer, ...]:
    """Return what the model answers to A and to B of a state's panes, k rows each at most."""
    height, width = panes.original.shape[:2]
    return answer(model, panes.tensors, (state.a, state.b), size=(height, width), k=k)


class PaneMaker:
    """Makes the panes of a state; keeps compiled recipes, decoders and the last decoded picture of each."""

    def __init__(self, frames: FrameSequence) -> None:
        self._frames = frames
        self._compiled: dict[tuple[Preprocess, str], Compiled] = {}
        self._sources: dict[tuple[str, str], FrameSequence] = {}
        self._decoded: dict[int, tuple[int, np.ndarray]] = {}  # id of a source -> its last index and array

    def __call__(self, state: ViewerState) -> Panes:
        """Return the panes of `state`.

        Raises:
            WorkbenchError: a frame cannot be decoded so, or a recipe does not fit its picture.
        """
        original = as_rgb(self._array(self._frames, state.index), self._frames.order)
        tensors = self.tensor(state.a, state.index), self.tensor(state.b, state.index)
        a, b = pictures(state.a, state.b, tensors)
        alike = b if a.shape == b.shape else cv2.resize(b, a.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        return Panes(state.index, original, a, b, difference(a, alike), tensors)

    def tensor(self, preprocess: Preprocess, index: int) -> np.ndarray:
        """Return the tensor, without batch axis, of frame `index` through a recipe or function."""
        source = self._source(preprocess)
        key = preprocess, source.order
        if key not in self._compiled:
            self._compiled[key] = compiled(preprocess, source.order)
        return self._compiled[key](self._array(source, index))

    def close(self) -> None:
        """Close what was opened here, which the given frames are not."""
        for source in self._sources.values():
            if source is not self._frames:
                source.close()

    def _source(self, preprocess: Preprocess) -> FrameSequence:
        if not isinstance(preprocess, Recipe) or not self._frames.decoders:
            return self._frames
        key = preprocess.decode, preprocess.exif
        if key not in self._sources:
            self._sources[key] = self._frames.decoded_by(*key)
        return self._sources[key]

    def _array(self, source: FrameSequence, index: int) -> np.ndarray:
        kept = self._decoded.get(id(source))
        if kept is None or kept[0] != index:
            kept = self._decoded[id(source)] = index, source.array(index)
        return kept[1]


def pictures(a: Preprocess, b: Preprocess, tensors: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return both tensors as pictures (h, w, 3) uint8 RGB, as a model trained with `a` understands them.

    Raises:
        InvalidValue: neither side is a Recipe, so nothing says what the numbers mean.
    """
    trained = a if isinstance(a, Recipe) else b
    if not isinstance(trained, Recipe):
        raise InvalidValue("A and B are both functions; make one a Recipe, to say what the numbers mean")
    shown = (to_picture(t[None], readable(trained, p))[0] for p, t in zip((a, b), tensors, strict=True))
    return next(shown), next(shown)


def readable(trained: Recipe, given: Preprocess) -> Recipe:
    """Return `trained`, but in the form of `given` where that form is one the model would refuse.

    A model stops at another layout, dtype or channel count; the picture still shows what the pixels are.
    """
    if not isinstance(given, Recipe):
        return trained
    slots: dict[str, Any] = {"layout": given.layout}
    if given.dtype != trained.dtype:
        slots |= {"dtype": given.dtype, "quantization": given.quantization}
    if channels(given.color) != channels(trained.color):
        slots |= {"color": given.color, "range": given.range}
    return trained.replace(**slots)
