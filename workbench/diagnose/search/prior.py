"""What is likely before any frame is looked at: the model's own contract, and how common a colouring is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from workbench.diagnose.search.sameness import Class
from workbench.diagnose.search.space import Axes
from workbench.models.contract import Contract
from workbench.models.contract.intervals import ends
from workbench.models.contract.sign import Expectation
from workbench.recipes import Recipe

LEAST = 1e-3  # probability left to what the contract speaks against: files can be wrong about themselves
# How often a choice is met, as a share of the commonest: the presets of recipes/presets.py use the first ones; the
# rest is mistakes (scaled twice, means in the wrong order, luma of the wrong channels) or rare. A judgement, kept mild:
# no more than ln(5) = 1.6 nats a slot.
COLORS = {"rgb": 1.0, "bgr": 0.7, "gray": 1.0, "gray3": 0.4, "gray_bgr": 0.2}
RANGES = {
    "raw": 1.0, "unit": 1.0, "symmetric": 1.0, "centered": 0.8, "torch": 0.8, "caffe": 0.8, "per_image": 0.5,
    "unit256": 0.5, "torch_swapped": 0.2, "caffe_swapped": 0.2, "double_unit": 0.2,
}  # fmt: skip
OTHER = 0.3  # any affine(...)


def log_prior(axes: Axes, contract: Contract) -> np.ndarray:
    """Return the log prior of every coloring, (colorings,), not normalized; members of one class are not added up."""
    recipes = [axes.recipe(number, 0) for number in range(len(axes.colorings))]
    total = np.array([_common(recipe) for recipe in recipes])
    for slot in ("color", "range"):
        expected = contract.slots.get(slot)
        if expected is not None:
            total += _expected(expected, [getattr(recipe, slot) for recipe in recipes])
    return total


def families(axes: Axes, classes: Sequence[Class]) -> np.ndarray:
    """Return a number for each class of colorings, equal where the mean of the channels is put to the same interval.

    `caffe` and `caffe_swapped` are one family, for they tell red from blue only; `raw` and `unit` are two.
    """
    found: list[tuple[object, ...]] = []
    for each in classes:
        name = axes.recipe(each.leader, 0).range
        kind = "per_image" if name == "per_image" else "fixed"
        found.append((kind, *(round(end, 3) for end in ends(name))))
    return np.array([found.index(family) for family in found])


def _common(recipe: Recipe) -> float:
    return float(np.log(COLORS.get(recipe.color, OTHER) * RANGES.get(recipe.range, OTHER)))


def _expected(expected: Expectation, values: Sequence[str]) -> np.ndarray:
    """Give the contract's confidence to the choices it names, the rest to the others."""
    inside = [value in expected.values for value in values]
    counts: Mapping[bool, int] = {flag: len({v for v, i in zip(values, inside, strict=True) if i is flag})
                                  for flag in (True, False)}  # fmt: skip
    if not counts[True] or not counts[False]:
        return np.zeros(len(values))
    sure = min(expected.confidence, 1 - LEAST)
    share = {True: sure / counts[True], False: max(1 - sure, LEAST) / counts[False]}
    return np.log([share[flag] for flag in inside])
