"""`compare_variants`: one model, one set of frames, several ways of feeding it, each held against the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.diagnose.box_comparison import THRESHOLD, BoxComparison
from workbench.diagnose.compare import Labels, held
from workbench.diagnose.comparison import Comparison
from workbench.errors import InvalidValue
from workbench.inference import predict_many
from workbench.inference.sources import Source
from workbench.models import Model, load_model
from workbench.readable import visible
from workbench.recipes import Recipe
from workbench.results import BoxFormat, Prediction

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class Variants:
    """What each variant of a recipe costs."""

    recipe: Recipe  # the one the others are held against
    reference: Prediction
    comparisons: dict[str, Comparison | BoxComparison]  # variant -> reference against variant

    def __repr__(self) -> str:
        return visible(f"Variants({', '.join(self.comparisons)} against the recipe, {len(self.reference)} frames)")

    @property
    def predictions(self) -> dict[str, Prediction]:
        """The answers of every variant, the reference first."""
        return {"reference": self.reference} | {name: each.b for name, each in self.comparisons.items()}

    @property
    def accuracies(self) -> dict[str, float]:
        """Top-1 accuracy of every variant, the reference first; empty without true classes, and for boxes."""
        classes = {name: each for name, each in self.comparisons.items() if isinstance(each, Comparison)}
        known = {name: each.accuracy for name, each in classes.items() if each.accuracy}
        if not known:
            return {}
        reference = next(iter(known.values()))[0]
        return {"reference": reference} | {name: pair[1] for name, pair in known.items()}

    def to_frame(self) -> pd.DataFrame:
        """Return one row a variant: the slots it changes and what that costs."""
        import pandas as pd

        rows = []
        for name, each in self.comparisons.items():
            changed = ", ".join(f"{slot}: {a} → {b}" for slot, (a, b) in each.slots.items()) or "nothing"
            rows.append({"variant": name, "changes": changed} | each.cost)
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Return the costs in plain types, by variant."""
        return {name: each.to_dict() for name, each in self.comparisons.items()}


def compare_variants(  # noqa: PLR0913 - what is run, and four options by name
    recipe: Recipe,
    variants: Mapping[str, Mapping[str, Any]],
    model: Model | Any,
    frames: Source,
    *,
    labels: Labels = None,
    boxes: str | BoxFormat | None = "auto",
    threshold: float = THRESHOLD,
    progress: bool = True,
) -> Variants:
    """Run the same frames through a recipe and through variants of it.

    Args:
        recipe: the recipe as in training.
        variants: name -> the slots that are different there.
        model: a Model, or anything `load_model` takes.
        frames: an opened sequence, or anything `open_frames` takes.
        labels: true class index of each frame, or its true boxes, where known.
        boxes: how to read the outputs as boxes, as in `predict`.
        threshold: the lowest score of a box that counts.
        progress: show progress bars.

    Raises:
        InvalidValue: no variant, neither boxes nor class probabilities, or not one label for each frame.
        UnknownName: a variant changes a slot, or to a choice, that nobody knows.
    """
    if not variants:
        raise InvalidValue("compare_variants needs at least one variant, such as {'BGR': {'color': 'bgr'}}")
    recipes = {name: recipe.replace(**slots) for name, slots in variants.items()}
    model = load_model(model)
    sides = {str(place): (each, model) for place, each in enumerate((recipe, *recipes.values()))}
    reference, *answers = predict_many(frames, sides, boxes=boxes, progress=progress).values()
    comparisons = {
        name: held(reference, answer, slots=recipe - variant, labels=labels, threshold=threshold)
        for (name, variant), answer in zip(recipes.items(), answers, strict=True)
    }
    return Variants(recipe, reference, comparisons)
