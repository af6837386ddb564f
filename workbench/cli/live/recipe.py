"""Which recipe feeds the model where none is named: only one that is known to be right, and it is said which."""

from __future__ import annotations

from typing import NamedTuple

from workbench.errors import InvalidValue
from workbench.models import Model, load_model
from workbench.models.contract import contract
from workbench.models.contract.sign import Expectation
from workbench.models.contract.value import shown
from workbench.models.original import APPLICATIONS
from workbench.recipes import Recipe, load_recipe, presets

NEEDED = ("size", "range")  # wrong or missing, the answers are; the other slots cost little, or have one usual choice
CERTAIN = 0.8  # confidence from which on these are taken without asking: weights that look scaled are not enough


class Fed(NamedTuple):
    """A recipe, and how it was come by."""

    recipe: Recipe
    source: str


def recipe_for(model: str, given: str | None) -> Fed:
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
    loaded = load_model(model)
    try:
        return _said_by(loaded)
    finally:
        loaded.close()


def _said_by(model: Model) -> Fed:
    found = contract(model)
    hints = {slot: found.slots[slot] for slot in NEEDED if slot in found.slots}
    unsaid = [slot for slot in NEEDED if slot not in hints or not _certain(hints[slot])]
    if found.input is None or unsaid:
        guesses = [f"{slot} {shown(hints[slot])} ({hints[slot].confidence:.0%})" for slot in unsaid if slot in hints]
        guess = f"; a hint too weak to go by: {'; '.join(guesses)}" if guesses else ""
        raise InvalidValue(
            f"{model.name} does not say which {' and '.join(unsaid) or 'input'} it was trained with; give --recipe, "
            f"or find it: workbench diagnose MODEL FRAMES{guess}"
        )
    said = ", ".join(f"{slot} {shown(hint)}" for slot, hint in hints.items())
    return Fed(found.applied_to(Recipe()), f"what the model says of its input: {said}")


def _certain(hint: Expectation) -> bool:
    """Tell whether a hint leaves one choice, and little doubt."""
    whole = not isinstance(hint.best, tuple) or None not in hint.best  # a size may have a side that is free
    return whole and len(hint.values) == 1 and hint.confidence >= CERTAIN
