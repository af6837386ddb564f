"""`predict_many`: several models and recipes over the same frames, each frame decoded once."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from workbench.errors import InvalidValue
from workbench.frames.frame import FrameStream
from workbench.inference.answers import Answers, fixed_batch
from workbench.inference.batches import shared_batches
from workbench.inference.prefetch import prefetch
from workbench.inference.sources import Source, check_limit, decoding, opened, pictures, progress_bar
from workbench.models import Model, load_model
from workbench.recipes.callables import Preprocess, compiled
from workbench.results import BoxFormat, Prediction, box_format

BATCH_SIZE = 16  # beyond it neither TensorFlow nor the caches gain on two cores (benchmarks/predict.py)
AHEAD = 2  # batches decoded and preprocessed ahead of the models


def predict_many(  # noqa: PLR0913 - the frames, what is run on them, and four rare options
    frames: Source,
    sides: Mapping[str, tuple[Preprocess, Model | Any]],
    *,
    batch_size: int = BATCH_SIZE,
    limit: int | None = None,
    boxes: str | BoxFormat | None = "auto",
    progress: bool = True,
) -> dict[str, Prediction]:
    """Run several models over the same frames, each with its recipe.

    Recipes that decode alike share the decoded pictures, and equal recipes share the tensors. The stage times
    `decode` and `wall` of a prediction are those of all models that shared a decoder.

    Args:
        frames: an opened source, or anything `open_frames` takes; pictures are decoded as each recipe says.
        sides: name -> (recipe or function image -> tensor, Model or anything `load_model` takes).
        batch_size: frames a batch; a model with a batch axis of its own fixed length gets that, the last part padded.
        limit: stop after so many frames; needed for a camera or network stream.
        boxes: how to read the outputs as boxes: a name of `box_formats()`, a BoxFormat, None for not at all, or
            "auto": where exactly one format fits.
        progress: show a progress bar.

    Raises:
        UnknownName: no box format has this name; nothing has run then.
        InputMismatch: a recipe's tensors do not fit its model's input; nothing has run then.
        InvalidValue: there is no side, there are no frames, a stream has no limit, batch_size or limit is below 1,
            or the outputs are not in the named box format.
    """
    if boxes not in (None, "auto"):
        boxes = box_format(boxes)
    if batch_size < 1:
        raise InvalidValue(f"batch_size is a whole number of frames from 1; got {batch_size}")
    check_limit(limit)
    if not sides:
        raise InvalidValue("predict_many needs at least one side, such as {'keras': (recipe, model)}")
    answers = _loaded(sides)
    groups: dict[tuple[str, str] | None, dict[str, Answers]] = {}
    for name, side in answers.items():
        groups.setdefault(decoding(frames, side.recipe), {})[name] = side
    predictions: dict[str, Prediction] = {}
    for group in groups.values():
        with opened(frames, next(iter(group.values())).recipe) as source:
            start = time.perf_counter()
            _run(source, list(group.values()), batch_size=batch_size, limit=limit, progress=progress)
            wall_s = time.perf_counter() - start
            predictions |= {name: side.prediction(source, boxes, wall_s=wall_s) for name, side in group.items()}
    return {name: predictions[name] for name in sides}


def _loaded(sides: Mapping[str, tuple[Preprocess, Model | Any]]) -> dict[str, Answers]:
    """Load every model, one that several sides name only once."""
    keys = {name: str(model) if isinstance(model, str | Path) else id(model) for name, (_, model) in sides.items()}
    models = {keys[name]: model for name, (_, model) in sides.items()}
    loaded = {key: load_model(model) for key, model in models.items()}
    return {name: Answers(recipe, loaded[keys[name]]) for name, (recipe, _) in sides.items()}


def _run(source: FrameStream, sides: Sequence[Answers], *, batch_size: int, limit: int | None, progress: bool) -> None:
    """Decode once, make the tensors of every different recipe, and give them to every model."""
    recipes: list[Preprocess] = []
    for side in sides:
        recipes += [side.recipe] if side.recipe not in recipes else []
    functions = [compiled(recipe, source.order) for recipe in recipes]
    for side in sides:
        side.expect_fit(functions[recipes.index(side.recipe)])
    lengths = {fixed_batch(side.model) for side in sides}
    length = lengths.pop() if len(lengths) == 1 else None
    made = shared_batches(pictures(source, limit), functions, length or batch_size, arrays=AHEAD + 2)
    with closing(prefetch(made, AHEAD)) as ahead, progress_bar(source, limit, progress) as bar:
        for parts in ahead:
            for side in sides:
                side.add(parts[recipes.index(side.recipe)])
            bar.update(len(parts[0].sizes))
