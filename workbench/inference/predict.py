"""`predict`: one model over many frames, in batches, decoding ahead while the model runs."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from workbench.errors import InvalidValue
from workbench.frames import open_frames
from workbench.frames.frame import FrameSequence, FrameStream
from workbench.inference.batches import FrameBatch, batches
from workbench.inference.prefetch import prefetch
from workbench.models import Model, check_batch, load_model
from workbench.recipes import Recipe
from workbench.recipes.callables import Compiled, Preprocess, compiled
from workbench.results import BoxFormat, Classification, DecodedBoxes, Prediction, as_classification, box_format, decode
from workbench.results.boxes import found_format

BATCH_SIZE = 16  # beyond it neither TensorFlow nor the caches gain on two cores (benchmarks/predict.py)
AHEAD = 2  # batches decoded and preprocessed ahead of the model
Source = FrameStream | str | Path | int | np.ndarray | list[Any]


def predict(  # noqa: PLR0913 - the three things a run is made of, and three rare options
    frames: Source,
    recipe: Preprocess,
    model: Model | Any,
    *,
    batch_size: int = BATCH_SIZE,
    limit: int | None = None,
    boxes: str | BoxFormat | None = "auto",
    progress: bool = True,
) -> Prediction:
    """Run a model over frames.

    Decoding and preprocessing go on in a thread of their own, two batches ahead; memory stays flat but for the
    outputs themselves.

    Args:
        frames: an opened source, or anything `open_frames` takes; pictures are decoded as the recipe says.
        recipe: a Recipe, or a function image -> tensor.
        model: a Model, or anything `load_model` takes.
        batch_size: frames a batch; a model with a batch axis of its own fixed length gets that, the last batch padded.
        limit: stop after so many frames; needed for a camera or network stream.
        boxes: how to read the outputs as boxes: a name of `box_formats()`, a BoxFormat, None for not at all, or
            "auto": where exactly one format fits.
        progress: show a progress bar.

    Raises:
        UnknownName: no box format has this name; nothing has run then.
        InputMismatch: the recipe's tensors do not fit the model's input; nothing has run then.
        InvalidValue: there are no frames, a stream has no limit, batch_size or limit is below 1, or the
            outputs are not in the named box format.
    """
    if boxes not in (None, "auto"):
        boxes = box_format(boxes)
    if batch_size < 1 or (limit is not None and limit < 1):
        raise InvalidValue(f"batch_size and limit are whole numbers from 1; got batch_size={batch_size}, limit={limit}")
    model = load_model(model)
    start = time.perf_counter()
    with opened(frames, recipe) as source:
        function = compiled(recipe, source.order)
        _check_fit(function, model)
        seconds: dict[str, float] = defaultdict(float)
        made = batches(_pictures(source, limit), function, _fixed_batch(model) or batch_size, arrays=AHEAD + 2)
        sizes: list[tuple[int, int]] = []
        parts = []
        with closing(prefetch(made, AHEAD)) as ahead, _bar(source, limit, progress) as bar:
            for batch in ahead:
                sizes += batch.sizes
                parts.append(_infer(batch, model, seconds=seconds, bar=bar))
        if not parts:
            raise InvalidValue(f"{source.origin or 'the source'}: no frames to predict")
        seconds["wall"] = time.perf_counter() - start
        made_of = replace(_prediction(parts, source, model=model), sizes=tuple(sizes), seconds=dict(seconds))
    return replace(made_of, detections=_detections(made_of, recipe, boxes, labels=model.labels))


@contextmanager
def opened(frames: Source, recipe: Preprocess) -> Generator[FrameStream]:
    """Give the source, its pictures decoded as the recipe says; close again what was opened here."""
    source = frames if isinstance(frames, FrameStream) else _open(frames, recipe)
    if isinstance(source, FrameSequence) and isinstance(recipe, Recipe):
        source = source.decoded_by(recipe.decode, recipe.exif)
    try:
        yield source
    finally:
        if source is not frames:
            source.close()


def _open(frames: Any, recipe: Preprocess) -> FrameStream:
    return (
        open_frames(frames, decode=recipe.decode, exif=recipe.exif)
        if isinstance(recipe, Recipe)
        else open_frames(frames)
    )


def _pictures(source: FrameStream, limit: int | None) -> Iterator[np.ndarray]:
    if limit is None and not isinstance(source, FrameSequence):
        raise InvalidValue(f"{source.origin}: a stream has no end; give limit, or take(source, limit=...) before")
    return islice(source.arrays(), limit)


def _check_fit(function: Compiled, model: Model) -> None:
    """Hold the tensor a recipe makes to the model's input before anything is decoded."""
    if function.shape is not None and model.inputs:
        length = _fixed_batch(model) or 1
        check_batch(np.empty((length, *function.shape), function.dtype), model.inputs, model.name)


def _fixed_batch(model: Model) -> int | None:
    """Return the length of the only batches a model takes; None where any will do."""
    return model.inputs[0].shape[0] if model.inputs else None


def _infer(batch: FrameBatch, model: Model, *, seconds: dict[str, float], bar: Any) -> dict[str, np.ndarray]:
    start = time.perf_counter()
    count = len(batch.tensors)
    tensors = _padded(batch.tensors, model)
    outputs = {name: _rows(name, values, len(tensors))[:count] for name, values in model.predict(tensors).items()}
    seconds["infer"] += time.perf_counter() - start
    seconds["decode"] += batch.decode_s
    seconds["preprocess"] += batch.preprocess_s
    bar.update(count)
    return outputs


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
    missing = (_fixed_batch(model) or 0) - len(tensors)
    if missing <= 0:
        return tensors
    return np.concatenate([tensors, np.zeros((missing, *tensors.shape[1:]), tensors.dtype)])


def _bar(source: FrameStream, limit: int | None, progress: bool) -> Any:
    length = len(source) if isinstance(source, FrameSequence) else limit
    total = length if limit is None or length is None else min(length, limit)
    return tqdm(total=total, unit="frame", disable=not progress, leave=False)


def _prediction(parts: list[dict[str, np.ndarray]], source: FrameStream, *, model: Model) -> Prediction:
    outputs = {name: _joined(part[name] for part in parts) for name in parts[0]}
    count = len(next(iter(outputs.values())))
    numbers = range(count)
    return Prediction(
        outputs=outputs,
        classification=_only_classification(outputs, model),
        indices=np.array([source.index_of(i) for i in numbers] if isinstance(source, FrameSequence) else numbers),
        origins=tuple(source.origin_of(i) if isinstance(source, FrameSequence) else source.origin for i in numbers),
        times_s=tuple(source.time_s(i) if isinstance(source, FrameSequence) else None for i in numbers),
        model=model.name,
    )


def _joined(arrays: Iterable[np.ndarray]) -> np.ndarray:
    parts = list(arrays)
    shapes = sorted({part.shape[1:] for part in parts})
    if len(shapes) > 1:
        raise InvalidValue(f"the outputs of different frames differ in size: {shapes}; give the recipe a size")
    return np.concatenate(parts)


def _only_classification(outputs: dict[str, np.ndarray], model: Model) -> Classification | None:
    values = list(outputs.values())
    if len(values) != 1:
        return None
    activation = model.outputs[0].activation if model.outputs else None
    return as_classification(values[0], model.labels, activation=activation)


def _detections(
    prediction: Prediction, recipe: Preprocess, boxes: str | BoxFormat | None, *, labels: tuple[str, ...] | None
) -> DecodedBoxes | None:
    """Decode the outputs as boxes; None where they are not asked for, or, for "auto", no one format fits."""
    outputs, sizes = prediction.outputs, prediction.sizes
    if boxes is None or (boxes == "auto" and prediction.classification):
        return None
    form = found_format(outputs, sizes, recipe, labels=labels) if boxes == "auto" else boxes
    return None if form is None else decode(outputs, sizes, recipe, format=form, labels=labels)
