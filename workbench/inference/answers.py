"""One model in a run: batches of its recipe's tensors in, its answers about every frame out."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from workbench.errors import InvalidValue
from workbench.frames.frame import FrameStream
from workbench.inference.batches import FrameBatch
from workbench.inference.sources import whereabouts
from workbench.models import Model, TensorSpec, check_batch
from workbench.models.engines.fast import engine_of
from workbench.recipes import Recipe
from workbench.recipes.callables import Compiled, Preprocess
from workbench.results import BoxFormat, Classification, DecodedBoxes, Prediction, as_classification, decode
from workbench.results.boxes import found_format


class Answers:
    """What a model said so far.

    Attributes:
        recipe: what makes its tensors.
        model: the model.
        seconds: what each stage took, summed over the batches; decoding is shared by all models of a run.
    """

    def __init__(self, recipe: Preprocess, model: Model) -> None:
        self.recipe, self.model = recipe, model
        self.seconds: dict[str, float] = defaultdict(float)
        self._parts: list[dict[str, np.ndarray]] = []
        self._sizes: list[tuple[int, int]] = []

    def expect_fit(self, function: Compiled) -> None:
        """Hold the tensor a recipe makes to the model's input before anything is decoded.

        Raises:
            InputMismatch: they do not fit.
        """
        expect_fit(function, self.model)

    def add(self, batch: FrameBatch) -> None:
        """Run the model on a batch, in parts where it takes one length only; the last is padded."""
        start = time.perf_counter()
        self._parts += inferred(self.model, batch.tensors)
        self.seconds["infer"] += time.perf_counter() - start
        self.seconds["decode"] += batch.decode_s
        self.seconds["preprocess"] += batch.preprocess_s
        self._sizes += batch.sizes

    def prediction(self, source: FrameStream, boxes: str | BoxFormat | None, *, wall_s: float) -> Prediction:
        """Return all answers; `wall_s` is the time of the whole run.

        Raises:
            InvalidValue: there are none, they differ in size, or are not in the named box format.
        """
        if not self._parts:
            raise InvalidValue(f"{source.origin or 'the source'}: no frames to predict")
        return predicted(
            self._parts,
            self.model,
            sizes=self._sizes,
            where=whereabouts(source, len(self._sizes)),
            recipe=self.recipe,
            boxes=boxes,
            seconds={**self.seconds, "wall": wall_s},
        )


class Described(Protocol):
    """What a model says of itself, which is needed to read its outputs; a Model is one."""

    @property
    def name(self) -> str:
        """Name for tables and pictures."""
        ...

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """The outputs, in the model's order; empty where it does not say."""
        ...

    @property
    def labels(self) -> tuple[str, ...] | None:
        """Class names in class order, where known."""
        ...


def predicted(  # noqa: PLR0913 - what the model said, of which frames, and how it is read
    parts: Sequence[Mapping[str, np.ndarray]],
    model: Described,
    *,
    sizes: Sequence[tuple[int, int]],
    where: Mapping[str, Any],
    recipe: Preprocess,
    boxes: str | BoxFormat | None,
    seconds: dict[str, float],
) -> Prediction:
    """Read what a model said about N frames, in parts that follow each other.

    Args:
        parts: raw outputs (n, ...) by name, at least one.
        model: what the model says of itself.
        sizes: N times height, width of the source frame in pixels.
        where: `indices`, `origins` and `times_s` of the frames, see `whereabouts`.
        recipe: what made the tensors.
        boxes: how to read the outputs as boxes, as for `predict_many`.
        seconds: what each stage took.

    Raises:
        InvalidValue: the parts differ in shape, or are not in the named box format.
    """
    outputs = {name: _joined(name, [part[name] for part in parts], recipe) for name in parts[0]}
    classes = only_classification(outputs, model)
    wanted = None if boxes == "auto" and classes else boxes
    return Prediction(
        outputs=outputs,
        classification=classes,
        **where,
        model=model.name,
        sizes=tuple(sizes),
        seconds=seconds,
        detections=found_boxes(outputs, sizes, recipe, labels=model.labels, boxes=wanted),
        engine=engine_of(model),
    )


def expect_fit(function: Compiled, model: Model) -> None:
    """Hold the tensor that a recipe makes to a model's input, where both are known.

    Raises:
        InputMismatch: they do not fit.
    """
    if function.shape is not None and model.inputs:
        check_batch(np.empty((fixed_batch(model) or 1, *function.shape), function.dtype), model.inputs, model.name)


def inferred(model: Model, tensors: np.ndarray) -> list[dict[str, np.ndarray]]:
    """Return a model's outputs for tensors (N, ...), part by part, in parts of the length that it takes.

    Raises:
        InputMismatch: the model does not take them.
        InvalidValue: an output has not one row for each of them.
    """
    length = fixed_batch(model) or len(tensors)
    return [_infer(model, tensors[at : at + length]) for at in range(0, len(tensors), length)]


def _infer(model: Model, tensors: np.ndarray) -> dict[str, np.ndarray]:
    given = _padded(tensors, model)
    outputs = model.predict(given)
    return {name: _rows(name, values, len(given))[: len(tensors)] for name, values in outputs.items()}


def fixed_batch(model: Model) -> int | None:
    """Return the length of the only batches a model takes; None where any will do."""
    return model.inputs[0].shape[0] if model.inputs else None


def _rows(name: str, values: np.ndarray, count: int) -> np.ndarray:
    """Refuse an output from which no frame's own part can be told."""
    if values.ndim == 0 or len(values) != count:
        raise InvalidValue(
            f"output {name!r} has the shape {values.shape} for a batch of {count}: one row a frame is needed; "
            "if the model merges frames, call predict with batch_size=1, and keep the batch axis in its outputs"
        )
    return values


def _padded(tensors: np.ndarray, model: Model) -> np.ndarray:
    """Fill up the last batch with zeros where a model takes batches of one length only."""
    missing = (fixed_batch(model) or 0) - len(tensors)
    if missing <= 0:
        return tensors
    return np.concatenate([tensors, np.zeros((missing, *tensors.shape[1:]), tensors.dtype)])


def _joined(name: str, parts: list[np.ndarray], recipe: Preprocess) -> np.ndarray:
    """Put the batches of one output together.

    Raises:
        InvalidValue: they differ in shape, as the maps of pictures of different sizes do, or the lists of a detector
            that gives as many boxes as it finds.
    """
    shapes = sorted({part.shape[1:] for part in parts})
    if len(shapes) > 1:
        cure = "" if isinstance(recipe, Recipe) and recipe.size else "give the recipe a size, or, with one, "
        told = ", ".join(map(str, shapes[:4])) + (", ..." if len(shapes) > 4 else "")
        raise InvalidValue(
            f"output {name!r} differs in shape from frame to frame: {told}; {cure}have the model pad its output to one "
            "length, such as combined_non_max_suppression(..., pad_per_class=True) does with a score of 0"
        )
    return np.concatenate(parts)


def found_boxes(
    outputs: dict[str, np.ndarray],
    sizes: Sequence[tuple[int, int]],
    recipe: Preprocess,
    *,
    labels: Sequence[str] | None,
    boxes: str | BoxFormat | None = "auto",
) -> DecodedBoxes | None:
    """Decode outputs as boxes; None where that is not wanted or, for "auto", no one format fits."""
    form = found_format(outputs, sizes, recipe, labels=labels) if boxes == "auto" else boxes
    return None if form is None else decode(outputs, sizes, recipe, format=form, labels=labels)


def only_classification(outputs: dict[str, np.ndarray], model: Described) -> Classification | None:
    """Read the only output of a model as class probabilities; None where it is none, or there are more outputs."""
    values = list(outputs.values())
    if len(values) != 1:
        return None
    activation = model.outputs[0].activation if model.outputs else None
    return as_classification(values[0], model.labels, activation=activation)
