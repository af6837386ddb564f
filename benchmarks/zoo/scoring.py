"""When is an answer of `search` right? The rules of `benchmarks/mismatch_search.py`, which know no network.

Two questions are asked of a candidate, which is a recipe with all those it says it cannot be told from (`also`).
**Colour and range**: one of its recipes has the true `color` and a `range` that is the true one, or gives numbers
nowhere further from it than NEAR of its spread ((x - 127) / 128 and x / 127.5 - 1; x / 256 and x / 255), however it
is called. **The whole recipe**: the same recipe has the true `fit` (with its crop_fraction), too, and a `resize` that
is the true one or gives it within 1 level (ALIKE). `pad` and `rounding` do not count: the search's own space has one
pad, and rounding moves no value by more than half a level.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.diagnose.search import Candidate
from workbench.recipes import Recipe
from workbench.recipes.ranges import apply_range, parse_range

NEAR = 0.01  # of what lies between the numbers of black and of white
ALIKE = {"tf.bilinear": "cv2.linear", "tf.bilinear_aa": "pil.bilinear", "pil.box": "cv2.area"}  # within 1 level
Rule = Callable[[Recipe, Recipe], bool]


@dataclass(frozen=True)
class Score:
    """How one answer stands to the truth."""

    rank: int  # of the first candidate with the true colour and range, of those that differ in them; 0: none has them
    rank_whole: int  # of the first candidate that is the whole recipe, among all; 0: none is
    right: bool  # the best has the true colour and range
    right_whole: bool  # the best is the whole recipe
    tied: bool  # the truth's colour and range are in the credible set
    stated: float  # probability of the best
    resize: bool | None  # whether the kernel is the true one, where all that the best stands for has one; else None


def score(ranking: Sequence[Candidate], ties: Sequence[Candidate], truth: Recipe) -> Score:
    """Hold an answer against the truth."""
    colorings = {}  # (color, range) -> does any of its candidates hold the truth; in the order of the ranking
    for each in ranking:
        key = each.recipe.color, each.recipe.range
        colorings[key] = colorings.get(key, False) or holds(each, truth, same_coloring)
    whole = [holds(each, truth, same_whole) for each in ranking]
    return Score(
        rank=_first(list(colorings.values())),
        rank_whole=_first(whole),
        right=holds(ranking[0], truth, same_coloring),
        right_whole=whole[0],
        tied=any(holds(each, truth, same_coloring) for each in ties),
        stated=ranking[0].probability,
        resize=_resize(ranking[0], truth),
    )


def holds(candidate: Candidate, truth: Recipe, rule: Rule) -> bool:
    """Tell whether any recipe a candidate stands for is the truth by a rule."""
    return any(rule(recipe, truth) for recipe in (candidate.recipe, *candidate.also))


def same_coloring(recipe: Recipe, truth: Recipe) -> bool:
    """Tell whether colour and range are the true ones; see the top of this file."""
    return recipe.color == truth.color and same_range(recipe.range, truth.range)


def same_whole(recipe: Recipe, truth: Recipe) -> bool:
    """Tell whether colour, range, fit and kernel are the true ones."""
    mine, true = recipe.settings(), truth.settings()
    fits = mine.get("fit") == true.get("fit") and mine.get("crop_fraction") == true.get("crop_fraction")
    return fits and _kernel(recipe) == _kernel(truth) and same_coloring(recipe, truth)


def same_range(name: str, true: str) -> bool:
    """Tell whether two ranges give the same numbers for all levels of all channels, but for NEAR of their spread."""
    if "per_image" in (parse_range(name).name, parse_range(true).name):
        return name == true
    levels = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    mine, expected = apply_range(levels, name), apply_range(levels, true)
    return bool((np.abs(mine - expected).max(axis=0) <= NEAR * np.ptp(expected, axis=0)).all())


def _resize(candidate: Candidate, truth: Recipe) -> bool | None:
    kernels = {_kernel(recipe) for recipe in (candidate.recipe, *candidate.also)}
    return kernels == {_kernel(truth)} if len(kernels) == 1 else None


def _kernel(recipe: Recipe) -> str:
    return ALIKE.get(recipe.resize, recipe.resize)


def _first(hits: Sequence[bool]) -> int:
    return next((place for place, hit in enumerate(hits, start=1) if hit), 0)
