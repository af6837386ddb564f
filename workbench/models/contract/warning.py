"""Warn of a recipe that contradicts its model, once for each pair of them."""

from __future__ import annotations

import warnings
import weakref
from typing import Any

from workbench.errors import PreprocessingWarning
from workbench.models.contract.contract import contract
from workbench.models.model import Model
from workbench.recipes import Recipe

_warned: weakref.WeakKeyDictionary[Any, set[str]] = weakref.WeakKeyDictionary()


def warn_of_contradictions(model: Model, recipe: Any, *, stacklevel: int = 3) -> None:
    """Warn where a recipe contradicts what the model says; nothing is run, and a function for a recipe is let be.

    `stacklevel` is that of `warnings.warn`: 3 names the line that called the caller.
    """
    if not isinstance(recipe, Recipe):
        return
    try:
        seen = _warned.setdefault(model, set())
    except TypeError:  # a user's own model, of a class that cannot be hashed or weakly held
        seen = set()
    if recipe.id in seen:
        return
    seen.add(recipe.id)
    if found := contract(model).contradictions(recipe):
        warnings.warn(f"{model.name}: {'. '.join(found)}", PreprocessingWarning, stacklevel=stacklevel)
