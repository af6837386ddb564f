"""`compare`: the same frames through two recipes or two models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from workbench.diagnose.box_comparison import THRESHOLD, BoxComparison
from workbench.diagnose.comparison import Comparison
from workbench.errors import InvalidValue
from workbench.inference import predict_many
from workbench.inference.sources import Source
from workbench.models import Model
from workbench.recipes import Recipe
from workbench.recipes.callables import Preprocess
from workbench.results import BoxFormat, Prediction

if TYPE_CHECKING:
    import supervision as sv

Side = tuple[Preprocess, Model | Any]
Labels: TypeAlias = "Sequence[int] | np.ndarray | Sequence[sv.Detections] | None"


def compare(  # noqa: PLR0913 - the two sides, the frames, and four options by name
    a: Side,
    b: Side,
    frames: Source,
    *,
    labels: Labels = None,
    boxes: str | BoxFormat | None = "auto",
    threshold: float = THRESHOLD,
    progress: bool = True,
) -> Comparison | BoxComparison:
    """Run the same frames through (recipe, model) A and B and hold the answers against each other.

    Boxes give a `BoxComparison`, class probabilities a `Comparison`.

    Args:
        a: recipe and model as in training, or whatever is to be trusted.
        b: recipe and model as in serving.
        frames: an opened sequence, or anything `open_frames` takes; each recipe decodes it its own way.
        labels: true class index of each frame, or its true boxes, where known.
        boxes: how to read both sides' outputs as boxes, as in `predict`.
        threshold: the lowest score of a box that counts.
        progress: show progress bars.

    Raises:
        InvalidValue: not the same number of frames or classes, or neither boxes nor class probabilities on each side.
    """
    sides = list(predict_many(frames, {"a": a, "b": b}, boxes=boxes, progress=progress).values())
    recipes = a[0], b[0]
    slots = recipes[0] - recipes[1] if isinstance(recipes[0], Recipe) and isinstance(recipes[1], Recipe) else {}
    return held(sides[0], sides[1], slots=slots, labels=labels, threshold=threshold)


def held(
    a: Prediction, b: Prediction, *, slots: dict[str, tuple[Any, Any]], labels: Labels, threshold: float
) -> Comparison | BoxComparison:
    """Hold B's answers against A's: boxes where a side has any, else class probabilities.

    Raises:
        InvalidValue: as `compare`.
    """
    if labels is not None and not isinstance(labels, Sequence | np.ndarray):
        raise InvalidValue(f"labels: expected one for each of {len(a)} frames; got {labels!r}")
    if a.detections is not None or b.detections is not None:
        known: Any = None if labels is None else tuple(labels)
        return BoxComparison(a, b, slots=slots, truth=known, threshold=threshold)
    return Comparison(a, b, slots=slots, truth=None if labels is None else np.asarray(labels))
