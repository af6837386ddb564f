"""What a model answers to the tensors of A and B, in the form a viewer and a figure show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import WorkbenchError
from workbench.inference.answers import found_boxes, inferred, only_classification
from workbench.models import Model
from workbench.recipes.callables import Preprocess
from workbench.recipes.geometry import Size
from workbench.results import Prediction
from workbench.results.boxes.columns import labels_of, scores_of
from workbench.results.boxes.decode import THRESHOLD

if TYPE_CHECKING:
    import supervision as sv

HOLES = "NaN or Inf in the output: boxes may be missing."
SURE = 0.5  # the score from which on a box counts when two answers are held against each other


@dataclass(frozen=True, slots=True)
class Answer:
    """The most probable classes of one tensor or its surest boxes, or why there are none."""

    rows: tuple[tuple[str, float], ...] = ()  # (label, probability or score), best first
    note: str = ""  # in place of rows, or what is wrong with them
    error: str = ""  # the note is an error's text
    boxes: tuple[str, ...] | None = None  # sorted labels of all boxes that count; None where a row is a class

    @property
    def said(self) -> tuple[str, ...]:
        """What makes it the same answer as another one: the most probable class, or how many boxes of which class."""
        return tuple(label for label, _ in self.rows[:1]) if self.boxes is None else self.boxes


def answer(
    model: Model, tensors: Sequence[np.ndarray], recipes: Sequence[Preprocess], *, size: Size, k: int = 5
) -> tuple[Answer, ...]:
    """Return the model's answer to each tensor (no batch axis).

    Tensors of one shape go in one batch, to a model that takes batches. A tensor that the model refuses gets an
    Answer that says why, and the others are answered all the same.

    Args:
        model: answers with class probabilities, boxes in a format that is recognised, or anything else.
        tensors: what the recipes made of one frame.
        recipes: one a tensor.
        size: height, width of the frame in pixels.
        k: the most rows of an answer.
    """
    if len({(tensor.shape, tensor.dtype) for tensor in tensors}) == 1:
        return _predicted(model, np.stack(tensors), recipes, size=size, k=k)
    pairs = zip(tensors, recipes, strict=True)
    return tuple(_predicted(model, tensor[None], [recipe], size=size, k=k)[0] for tensor, recipe in pairs)


def _predicted(
    model: Model, batch: np.ndarray, recipes: Sequence[Preprocess], *, size: Size, k: int
) -> tuple[Answer, ...]:
    try:
        parts = inferred(model, batch)
    except WorkbenchError as error:
        return (Answer(note="No answer: the model refuses this input.", error=str(error)),) * len(batch)
    rows = [
        {name: values[place : place + 1] for name, values in part.items()}
        for part in parts
        for place in range(len(next(iter(part.values()))))
    ]
    return tuple(_read(model, outputs, recipe, size=size, k=k) for outputs, recipe in zip(rows, recipes, strict=True))


def _read(model: Model, outputs: dict[str, np.ndarray], recipe: Preprocess, *, size: Size, k: int) -> Answer:
    """Read the outputs (1, ...) of one tensor, as `predict` does."""
    classes = only_classification(outputs, model)
    if classes is not None:
        return _of_classes(classes.top(k)[0])
    found = found_boxes(outputs, [size], recipe, labels=model.labels)
    return Answer(note=_summary(outputs)) if found is None else _of_boxes(found[0], k, holes=_holes(outputs))


def answer_in(prediction: Prediction, *, k: int = 5) -> Answer:
    """Return what a prediction says of its first frame, in at most k rows."""
    if prediction.classification is not None:
        return _of_classes(prediction.classification.top(k)[0])
    if prediction.detections is not None:
        return _of_boxes(prediction.detections[0], k, holes=bool(prediction.not_finite[0]))
    return Answer(note=_summary(prediction.outputs))


def _of_classes(rows: list[tuple[str, float]]) -> Answer:
    return Answer(rows=tuple(rows)) if rows else Answer(note="NaN or Inf in the output: no class can be named.")


def _holes(outputs: dict[str, np.ndarray]) -> bool:
    return any(values.dtype.kind == "f" and not np.isfinite(values).all() for values in outputs.values())


def _of_boxes(found: sv.Detections, k: int, *, holes: bool) -> Answer:
    rows = tuple(zip(labels_of(found), scores_of(found).tolist(), strict=True))  # best first
    none = "" if rows else f"No box with a score of {THRESHOLD:g} or more."
    return Answer(
        rows[: k - holes],
        HOLES if holes else none,
        boxes=tuple(sorted(label for label, score in rows if score >= SURE)),
    )


def _summary(outputs: dict[str, np.ndarray]) -> str:
    """Say what the outputs are where they are no class probabilities."""
    parts = []
    for name, values in outputs.items():
        one = np.asarray(values[0])
        span = f"{one.min():.4g} to {one.max():.4g}" if one.size and one.dtype.kind in "fiub" else ""
        parts.append(f"{name} {one.shape} {span}".rstrip())
    return "; ".join(parts)
