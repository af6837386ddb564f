"""`compare_models`: several models, runtimes and recipes over the same frames, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from workbench.diagnose.box_comparison import THRESHOLD
from workbench.diagnose.cost import Cost, costs
from workbench.diagnose.drift import output_drift
from workbench.diagnose.drift_result import Drift
from workbench.diagnose.model_comparison import Contender, ModelComparison
from workbench.errors import InvalidValue
from workbench.frames.frame import FrameSequence, FrameStream
from workbench.inference import predict_many
from workbench.inference.answers import fixed_batch
from workbench.inference.sources import Source, opened, pictures
from workbench.models import LoadedModel, Model, load_model
from workbench.recipes import Recipe
from workbench.recipes.callables import Preprocess, compiled
from workbench.results import BoxFormat, Prediction

SAME_PIXELS = {"dtype", "quantization", "layout"}  # slots that leave the numbers as they are
MEASURED_FRAMES = 4  # frames whose tensors the latency is measured on
Sides = Mapping[str, tuple[Preprocess, Model | Any]]


def compare_models(  # noqa: PLR0913 - what is compared on which frames, and five options by name
    sides: Sides,
    frames: Source,
    labels: Sequence[int] | np.ndarray | None = None,
    *,
    boxes: str | BoxFormat | None = "auto",
    threshold: float = THRESHOLD,
    measure: bool = True,
    processes: bool = True,
    progress: bool = True,
) -> ModelComparison:
    """Run the same frames through several models, each with its recipe, and hold all answers against the first's.

    Every frame is decoded once for all recipes that decode alike.

    Args:
        sides: name -> (recipe or function, Model or anything `load_model` takes); the first is held against.
        frames: an opened sequence, or anything `open_frames` takes.
        labels: true class index of each frame, where known; boxes have none here, `compare` takes true boxes.
        boxes: how to read outputs as boxes, as in `predict`.
        threshold: the lowest score of a box that counts.
        measure: measure the latency: the median of `predict` on one frame's real tensor, all models in turn.
        processes: with `measure`, also load each model's file in a process of its own, for load time and memory;
            a model that has no file gets none, and `Cost.note` says so.
        progress: show a progress bar.

    Raises:
        InvalidValue: no side, a stream that comes once, or not one true class for each frame.
        InputMismatch: a recipe's tensors do not fit its model's input.
    """
    if not sides:
        raise InvalidValue("compare_models needs at least one side, such as {'keras': (recipe, model)}")
    if isinstance(frames, FrameStream) and not isinstance(frames, FrameSequence):
        raise InvalidValue(f"{frames.origin}: a stream comes once; keep some frames with take(source, limit=...)")
    loaded = {name: (recipe, load_model(model)) for name, (recipe, model) in sides.items()}
    predictions = predict_many(frames, loaded, boxes=boxes, progress=progress)
    first = next(iter(loaded.values()))[0]
    slots = {name: _slots(first, recipe) for name, (recipe, _) in loaded.items()}
    contenders = {name: Contender(model.name, _runtime(model), slots[name]) for name, (_, model) in loaded.items()}
    return ModelComparison(
        predictions,
        contenders,
        costs=_costs(loaded, frames, processes=processes) if measure else {},
        drifts=_drifts(predictions, {n: r for n, (r, _) in loaded.items()}),
        truth=None if labels is None else np.asarray(labels),
        threshold=threshold,
    )


def _slots(first: Preprocess, other: Preprocess) -> dict[str, tuple[Any, Any]]:
    return first - other if isinstance(first, Recipe) and isinstance(other, Recipe) else {}


def _runtime(model: Model) -> str:
    return model.runtime if isinstance(model, LoadedModel) else ""


def _drifts(predictions: Mapping[str, Prediction], recipes: Mapping[str, Preprocess]) -> dict[str, Drift]:
    """Compare the raw outputs of those that get the pixels of the first with its outputs."""
    name, *others = predictions
    first = recipes[name]
    return {
        other: output_drift((name, other), predictions[name].outputs, predictions[other].outputs)
        for other in others
        if _same_pixels(first, recipes[other])
    }


def _same_pixels(first: Preprocess, other: Preprocess) -> bool:
    both = isinstance(first, Recipe) and isinstance(other, Recipe)
    return first == other or (both and set(_slots(first, other)) <= SAME_PIXELS)


def _costs(loaded: Mapping[str, tuple[Preprocess, Model]], frames: Source, *, processes: bool) -> dict[str, Cost]:
    """Measure on the tensors of the first few frames, as each model's own recipe makes them."""
    models, tensors = {}, {}
    for name, (recipe, model) in loaded.items():
        with opened(frames, recipe) as source:
            function = compiled(recipe, source.order)
            made = [function(image) for image in pictures(source, MEASURED_FRAMES)]
        models[name] = model
        tensors[name] = [np.stack([tensor] * (fixed_batch(model) or 1)) for tensor in made]
    return costs(models, tensors, processes=processes)
