"""What is likely before any frame is looked at: the model's own contract, and how common a colouring is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from workbench.diagnose.search.space import Axes
from workbench.models.contract import Contract
from workbench.models.contract.sign import Expectation
from workbench.recipes import Recipe

LEAST = 1e-3  # probability left to what the contract speaks against: files can be wrong about themselves
# How often a choice is met, as a share of the commonest: the presets of recipes/presets.py use the first ones; the
# rest is mistakes (scaled twice, means in the wrong order, luma of the wrong channels) or rare. A judgement, kept mild:
# no more than ln(10) = 2.3 nats.
COLORS = {"rgb": 1.0, "bgr": 0.6, "gray": 1.0, "gray3": 0.15, "gray_bgr": 0.1}
RANGES = {
    "raw": 1.0, "unit": 1.0, "symmetric": 1.0, "centered": 0.6, "torch": 0.6, "caffe": 0.6, "per_image": 0.3,
    "unit256": 0.3, "torch_swapped": 0.1, "caffe_swapped": 0.1, "double_unit": 0.1,
}  # fmt: skip
OTHER = 0.3  # a range of the caller's own, such as affine(...)


def log_prior(axes: Axes, contract: Contract) -> np.ndarray:
    """Return the log prior of every coloring, (colorings,), not normalized; members of one class are not added up."""
    recipes = [axes.recipe(number, 0) for number in range(len(axes.colorings))]
    total = np.array([_common(recipe) for recipe in recipes])
    for slot in ("color", "range"):
        expected = contract.slots.get(slot)
        if expected is not None:
            total += _expected(expected, [getattr(recipe, slot) for recipe in recipes])
    return total


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
