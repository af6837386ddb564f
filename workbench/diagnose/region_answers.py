"""The tensors of two recipes of one frame, and a model's answers to many tensors that stand for one frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from workbench.errors import InvalidValue
from workbench.frames.frame import FrameSequence
from workbench.inference.answers import found_boxes, inferred, only_classification
from workbench.models import Model
from workbench.recipes import Recipe
from workbench.recipes.callables import Preprocess, compiled
from workbench.results import BoxFormat, Prediction
from workbench.results.boxes import DecodedBoxes


class Tensors:
    """Pairs of tensors, training's and serving's, of each frame, without batch axis.

    Attributes:
        size: height, width in pixels of the frame asked for last.
    """

    def __init__(self, frames: FrameSequence, training: Recipe, serving: Preprocess) -> None:
        self.frames, self.size = frames, (0, 0)
        sides: tuple[Preprocess, Preprocess] = (training, serving)
        self._sources = [self._read(side) for side in sides]
        self._functions = [compiled(side, s.order) for side, s in zip(sides, self._sources, strict=True)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Close what was opened here, which the given frames are not."""
        for source in self._sources:
            if source is not self.frames:
                source.close()

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        pictures = [source.array(index) for source in self._sources]
        a, b = (function(each) for function, each in zip(self._functions, pictures, strict=True))
        if a.shape != b.shape:
            raise InvalidValue(
                f"training makes a tensor {a.shape} and serving {b.shape}: a region of one is none of the other; "
                "give both the same size, layout and number of channels"
            )
        self.size = pictures[0].shape[0], pictures[0].shape[1]
        return a, b

    def _read(self, side: Preprocess) -> FrameSequence:
        return self.frames.decoded_by(side.decode, side.exif) if isinstance(side, Recipe) else self.frames


class Answered:
    """What a model answers to K tensors of each frame; the first is training's, the others are serving's."""

    def __init__(self, model: Model, recipes: tuple[Preprocess, Preprocess], boxes: str | BoxFormat | None) -> None:
        self.model, self.recipes, self.boxes = model, recipes, boxes
        self._outputs: list[dict[str, np.ndarray]] = []  # of each frame, (K, ...) by name
        self._sizes: list[tuple[int, int]] = []

    def add(self, tensors: Sequence[np.ndarray], size: tuple[int, int]) -> None:
        """Run the model on the K tensors of a frame of `size` (height, width in pixels)."""
        parts = inferred(self.model, np.stack(tensors))
        self._outputs.append({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})
        self._sizes.append(size)

    def predictions(self) -> list[Prediction]:
        """Return K predictions of all frames, read in the way the first is."""
        count = len(next(iter(self._outputs[0].values())))
        first = self._prediction(0, self.recipes[0], self.boxes)
        boxes = first.detections.format if isinstance(first.detections, DecodedBoxes) else None
        return [first, *(self._prediction(place, self.recipes[1], boxes) for place in range(1, count))]

    def _prediction(self, place: int, recipe: Preprocess, boxes: str | BoxFormat | None) -> Prediction:
        outputs = {name: np.stack([each[name][place] for each in self._outputs]) for name in self._outputs[0]}
        classes = only_classification(outputs, self.model)
        frames = len(self._sizes)
        wanted = None if boxes == "auto" and classes else boxes
        found = found_boxes(outputs, self._sizes, recipe, labels=self.model.labels, boxes=wanted)
        return Prediction(
            outputs, classes, np.arange(frames), ("",) * frames, (None,) * frames, self.model.name, tuple(self._sizes),
            detections=found,
        )  # fmt: skip
