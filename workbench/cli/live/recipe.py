"""Which recipe feeds the model where none is named: only one that is known to be right, and it is said which."""

from __future__ import annotations

from typing import NamedTuple

from workbench.errors import InvalidValue
from workbench.models import Model, load_model
from workbench.models.contract import contract
from workbench.models.contract.sign import SURE
from workbench.models.contract.value import shown
from workbench.models.original import APPLICATIONS
from workbench.recipes import Recipe, load_recipe, presets

NEEDED = ("size", "range")  # wrong or missing, the answers are; the other slots cost little, or have one usual choice


class Fed(NamedTuple):
    """A recipe, and how it was come by."""

    recipe: Recipe
    source: str


def recipe_for(model: str, given: str | None, *, trust: bool = False) -> Fed:
    """Return the recipe given; else the model's own preset; else what the model says of its input, if it says enough.

    Raises:
        WorkbenchError: the recipe is not there, or no recipe, or the model cannot be loaded.
        InvalidValue: none was given, and the model does not say what it was trained on.
    """
    if given is not None:
        return Fed(load_recipe(given), given)
    own = f"keras.{model.removeprefix(APPLICATIONS)}" if model.startswith(APPLICATIONS) else model
    if own in presets():
        return Fed(load_recipe(own), f"the preset {own}")
    return _said_by(load_model(model, trust=trust))


def _said_by(model: Model) -> Fed:
    found = contract(model)
    sure = {slot: each for slot, each in found.slots.items() if each.confidence >= SURE}
    unsaid = [slot for slot in NEEDED if slot not in sure]
    if found.input is None or unsaid:
        what = " and ".join(unsaid) or "input"
        raise InvalidValue(
            f"{model.name} does not say which {what} it was trained with; give --recipe, "
            "or find it: workbench diagnose MODEL FRAMES"
        )
    said = ", ".join(f"{slot} {shown(each)}" for slot, each in sure.items() if slot in NEEDED)
    return Fed(found.applied_to(Recipe()), f"what the model says of its input: {said}")
