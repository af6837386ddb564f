"""Recipes as a person types them: a preset, a file, or a change of a recipe such as `color=bgr` or just `bgr`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import yaml

from workbench.errors import InvalidValue, unknown
from workbench.recipes.catalogue import CATALOGUE
from workbench.recipes.presets import PRESETS, load_recipe
from workbench.recipes.recipe import Recipe
from workbench.recipes.slots import SLOTS

OWN = "own"  # no change
OUTSIDE = r"(?![^(\[]*[)\]])"  # a sign inside brackets belongs to a value: affine(127.5, 128), [64, 64]


def split_names(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the recipes of lists such as `color=bgr,range=affine(127.5, 128)`, in order."""
    parts = (part.strip() for text in texts for part in re.split(f",{OUTSIDE}", text))
    return tuple(part for part in parts if part)


def read_change(text: str) -> dict[str, Any]:
    """Return the slots that `slot=choice`, or several joined by `+`, sets; `own` sets none.

    A choice that one slot alone has, such as `cv2.area` or `bgr`, needs no slot before it.

    Raises:
        InvalidValue: a part that is no `slot=choice`, or one slot twice.
        UnknownName: a slot nobody knows.
    """
    slots: dict[str, Any] = {}
    for part in [] if text.strip() == OWN else re.split(rf"\+{OUTSIDE}", text):
        known = _slot_of(part.strip())
        slot, _, choice = (word.strip() for word in (f"{known}={part}" if known else part).partition("="))
        if not choice:
            raise InvalidValue(f"{text!r} is no change of a recipe; write slot=choice, several joined by +, or {OWN!r}")
        if slot not in SLOTS:
            raise unknown("slot", slot, SLOTS)
        if slot in slots:
            raise InvalidValue(f"{text!r} sets {slot} twice; keep one")
        slots[slot] = _value(choice)
    return slots


def is_change(text: str) -> bool:
    """Tell whether a recipe's text changes another recipe, and stands for none by itself."""
    return "=" in text or text.strip() == OWN or all(_slot_of(part.strip()) for part in text.split("+"))


def read_recipe(text: str, own: Recipe) -> Recipe:
    """Return the recipe that a text stands for: a change of `own`, else a preset's name or a YAML file.

    Raises:
        InvalidValue: no `slot=choice`, or a choice that its slot does not take.
        UnknownName: no such preset, slot or choice; the text names the closest.
        UnreadableSource: the file cannot be read.
    """
    if is_change(text):
        return own.replace(**read_change(text))
    if text not in PRESETS and not text.lower().endswith((".yaml", ".yml")):
        choices = {name for names in CATALOGUE.values() for name in names if _slot_of(name)}
        raise unknown("preset or choice", text, {*PRESETS, *choices})
    return load_recipe(text)


def _slot_of(choice: str) -> str:
    """Return the one slot that has this choice; empty where none has, or several."""
    slots = [slot for slot, names in CATALOGUE.items() if choice in names]
    return slots[0] if len(slots) == 1 and not choice.isdigit() else ""


def _value(choice: str) -> Any:
    """Return a choice in its type: 90, [64, 64] and null are no text; cv2.linear is."""
    try:
        return yaml.safe_load(choice)
    except yaml.YAMLError:
        return choice
