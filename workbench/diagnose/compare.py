"""`compare`: the same frames through two recipes or two models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from workbench.diagnose.comparison import Comparison
from workbench.inference import predict
from workbench.inference.predict import Source
from workbench.models import Model, load_model
from workbench.recipes import Recipe
from workbench.recipes.callables import Preprocess

Side = tuple[Preprocess, Model | Any]


def compare(
    a: Side,
    b: Side,
    frames: Source,
    *,
    labels: Sequence[int] | np.ndarray | None = None,
    progress: bool = True,
) -> Comparison:
    """Run the same frames through (recipe, model) A and B and hold the answers against each other.

    Args:
        a: recipe and model as in training, or whatever is to be trusted.
        b: recipe and model as in serving.
        frames: an opened sequence, or anything `open_frames` takes; each recipe decodes it its own way.
        labels: true class index of each frame, where known.
        progress: show progress bars.

    Raises:
        InvalidValue: not the same number of frames or classes, or no class probabilities.
    """
    models = [load_model(a[1])]
    models.append(models[0] if b[1] is a[1] else load_model(b[1]))
    sides = [predict(frames, side[0], model, progress=progress) for side, model in zip((a, b), models, strict=True)]
    truth = None if labels is None else np.asarray(labels)
    slots = a[0] - b[0] if isinstance(a[0], Recipe) and isinstance(b[0], Recipe) else {}
    return Comparison(sides[0], sides[1], slots=slots, truth=truth)
