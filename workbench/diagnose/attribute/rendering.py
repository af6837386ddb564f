"""Answers to mixes that hold slips: mistakes of serving's that no recipe can make."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any

import numpy as np

from workbench.diagnose.identify.hypothesis import Hypothesis
from workbench.diagnose.identify.pictures import Pictures
from workbench.diagnose.identify.render import Renderer
from workbench.errors import InputMismatch, InvalidValue
from workbench.frames.frame import FrameSequence
from workbench.inference.answers import Answers
from workbench.inference.batches import FrameBatch
from workbench.models import Model
from workbench.recipes import Recipe
from workbench.results import BoxFormat, Prediction


class Rendered:
    """One model over the tensors of recipes with slips; mixes that begin alike share what they begin with."""

    def __init__(self, frames: FrameSequence, model: Model) -> None:
        self.frames, self.model = frames, model
        numbers = list(range(len(frames)))
        self._renderer = Renderer(Pictures(frames, numbers, encoded=bool(frames.decoders), shifts=True))

    def __call__(
        self, recipe: Recipe, slips: Mapping[str, Any], boxes: str | BoxFormat | None, *, length: int
    ) -> Prediction:
        """Return the answers to all frames, `length` of them at a time.

        Raises:
            InvalidValue: the model refuses the tensors, which stops a run instead of changing an answer.
        """
        start, answers, mix = perf_counter(), Answers(recipe, self.model), Hypothesis(recipe, dict(slips))
        for at in range(0, len(self.frames), length):
            numbers = range(at, min(at + length, len(self.frames)))
            tensors = np.stack([self._renderer.tensor(i, mix) for i in numbers])
            sizes = [self._size(i) for i in numbers]
            try:
                answers.add(FrameBatch(tensors, sizes, 0.0, 0.0))
            except InputMismatch as error:
                raise InvalidValue(f"{', '.join(slips)}: {error}; leave it out of the slips") from error
        return answers.prediction(self.frames, boxes, wall_s=perf_counter() - start)

    def _size(self, index: int) -> tuple[int, int]:
        height, width = self.frames.array(index).shape[:2]
        return height, width
