"""Recipes: a model's preprocessing as a value that can be compared, changed, described and compiled."""

from workbench.recipes import decoding, resizers_tf, tensors  # noqa: F401 - they fill the catalogue
from workbench.recipes.catalogue import CATALOGUE, Choice, choices
from workbench.recipes.compiled import CompiledRecipe
from workbench.recipes.picture import to_picture
from workbench.recipes.presets import load_recipe, preset, presets
from workbench.recipes.ranges import affine
from workbench.recipes.recipe import Recipe
from workbench.recipes.slots import SLOTS

__all__ = [
    "CATALOGUE",
    "SLOTS",
    "Choice",
    "CompiledRecipe",
    "Recipe",
    "affine",
    "choices",
    "load_recipe",
    "preset",
    "presets",
    "to_picture",
]
