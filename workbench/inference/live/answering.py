"""One frame or a few: through the recipe and the model, to a Prediction of one frame each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.frames.capture.capture import Captured
from workbench.inference.answers import fixed_batch, inferred, only_classification
from workbench.inference.live.ledger import Waiting
from workbench.inference.live.serving import Serving
from workbench.models import Model
from workbench.models.engines.fast import FastModel
from workbench.recipes.callables import Compiled, Preprocess
from workbench.results import Prediction

BATCHING = ("keras", "savedmodel", "frozen-graph")  # runtimes that run many frames quicker together
TENSORFLOW_ROWS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What became of one frame, until it is handed out."""

    captured: Captured
    prediction: Prediction | None
    recipe: Preprocess | None
    seconds: dict[str, float]  # decode, wait, preprocess, infer
    done_s: float  # `time.monotonic()`


class Answerer:
    """A model that one thread at a time asks.

    Attributes:
        model: the model; None for pictures only.
        origin: of frames that do not say it themselves.
        rows: frames that it takes best in one call.
    """

    def __init__(self, model: Model | None, origin: str = "") -> None:
        self.model, self.origin = model, origin
        self.rows = best_rows(model)
        self._slots: np.ndarray | None = None

    def __call__(self, frames: Sequence[Waiting], serving: Serving | None) -> list[Answer]:
        """Return the answers about frames of one size, each as the model gives it for that frame alone.

        Raises:
            Exception: whatever the recipe or the model raises.
        """
        if self.model is None or serving is None:
            return [_answer(frame, None, None, (0.0, 0.0)) for frame in frames]
        images = [frame.captured.image for frame in frames]
        start = time.perf_counter()
        with serving.alone:
            tensors = self._tensors(images, serving.function)
        made = time.perf_counter()
        parts = inferred(self.model, tensors)
        each_s = (made - start) / len(frames), (time.perf_counter() - made) / len(frames)
        rows = ({name: values[i : i + 1] for name, values in part.items()} for part in parts for i in _rows(part))
        return [
            _answer(frame, self._prediction(frame.captured, outputs, serving, each_s), serving.recipe, each_s)
            for frame, outputs in zip(frames, rows, strict=True)
        ]

    def _tensors(self, images: list[np.ndarray], function: Compiled) -> np.ndarray:
        """Fill an array that is used again for the next frames."""
        if function.shape is None or function.dtype is None:
            return function.batch(images)
        shape = (max(self.rows, len(images)), *function.shape)
        if self._slots is None or self._slots.shape != shape or self._slots.dtype != function.dtype:
            self._slots = np.empty(shape, dtype=function.dtype)
        for image, slot in zip(images, self._slots, strict=False):
            function(image, slot)
        return self._slots[: len(images)]

    def _prediction(
        self, captured: Captured, outputs: dict[str, np.ndarray], serving: Serving, each_s: tuple[float, float]
    ) -> Prediction:
        assert self.model is not None
        height, width = captured.image.shape[:2]
        classes = only_classification(outputs, self.model)
        return Prediction(
            outputs=outputs,
            classification=classes,
            indices=np.array([captured.number]),
            origins=(captured.origin or self.origin,),
            times_s=(captured.time_s,),
            model=self.model.name,
            sizes=((height, width),),
            seconds={"decode": captured.decode_s, "preprocess": each_s[0], "infer": each_s[1]},
            detections=serving.boxes(outputs, (height, width), classified=classes is not None),
        )


def best_rows(model: Model | None) -> int:
    """Return how many frames a model takes best in one call: as it was measured, or as is known of its runtime."""
    if model is None:
        return 1
    if fixed := fixed_batch(model):
        return fixed
    if isinstance(model, FastModel) and model.engine.trial.rows is not None:
        return model.engine.trial.rows
    return TENSORFLOW_ROWS if getattr(model, "runtime", None) in BATCHING else 1


def _answer(
    frame: Waiting, prediction: Prediction | None, recipe: Preprocess | None, each_s: tuple[float, float]
) -> Answer:
    captured, wait_s = frame.captured, frame.taken_s - frame.arrived_s
    seconds = {"decode": captured.decode_s, "wait": wait_s, "preprocess": each_s[0], "infer": each_s[1]}
    return Answer(captured, prediction, recipe, seconds, time.monotonic())


def _rows(part: dict[str, np.ndarray]) -> range:
    return range(len(next(iter(part.values()))))
