"""Where a recipe contradicts a contract: one sentence each, with the cure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from workbench.models.contract import intervals
from workbench.models.contract.sign import Expectation
from workbench.models.model import TensorSpec
from workbench.recipes import Recipe, choices
from workbench.recipes.colors import GRAY, channels

SAME = 0.02  # of the expected interval's width: (x - 127) / 128 passes for x / 127.5 - 1, x / 256 for x / 255
STORED = ("uint8", "int8")
FEW = 128  # levels of a picture that are left: half of them, as of 0..255 in an int8
SAME_STORED = 4  # of 256 levels: two quantizations, or a range and its rounding, mean the same
TWICE, UNSCALED = 1 / 20, 20  # width fed, over width expected: scaled twice; not scaled

Expected = Mapping[str, Expectation]
Check = Callable[[Expected, TensorSpec, Recipe], str | None]


def contradictions(expected: Expected, spec: TensorSpec, recipe: Recipe) -> tuple[str, ...]:
    """Return a sentence for every slot of a recipe that is not what is expected, in the order of the slots.

    What comes to the same is no contradiction: another range of nearly the same numbers, or another pair of range
    and quantization that stores the same integers.
    """
    return tuple(text for check in CHECKS if (text := check(expected, spec, recipe)))


def _size(expected: Expected, spec: TensorSpec, recipe: Recipe) -> str | None:
    found = expected.get("size")
    if found is None:
        return None
    height, width = found.best
    if recipe.size is None:
        return f"size=None feeds pictures of their own size, but {found.evidence}; set size=({height}, {width})"
    if height in (None, recipe.size[0]) and width in (None, recipe.size[1]):
        return None
    if recipe.size[::-1] == found.best:
        return f"size={recipe.size} has height and width exchanged; set size=({height}, {width})"
    cure = (height or recipe.size[0], width or recipe.size[1])
    return f"size={recipe.size} does not fit '{spec.name}': {found.evidence}; set size={cure}"


def _layout(expected: Expected, spec: TensorSpec, recipe: Recipe) -> str | None:
    found = expected.get("layout")
    if found is None or recipe.layout in found.values:
        return None
    return f"layout={recipe.layout!r} does not fit '{spec.name}': {found.evidence}; set layout={found.best!r}"


def _color(expected: Expected, spec: TensorSpec, recipe: Recipe) -> str | None:
    del spec
    found = expected.get("color")
    if found is None or recipe.color in found.values:
        return None
    if channels(recipe.color) == channels(found.best) and recipe.color in GRAY:
        return None  # gray pictures have no order of channels
    return f"color={recipe.color!r}, but {found.evidence}; set color={found.best!r}"


def _dtype(expected: Expected, spec: TensorSpec, recipe: Recipe) -> str | None:
    found = expected.get("dtype")
    if found is None or recipe.dtype in found.values:
        return None
    if found.best not in choices("dtype"):
        return f"{found.evidence}, and no recipe makes {found.best}; give a function image -> tensor for a recipe"
    more = f", quantization={spec.quantization}" if spec.quantization else ""
    more += f" and range={expected['range'].best!r}" if "range" in expected else ""
    return f"dtype={recipe.dtype!r}, but {found.evidence}; set dtype={found.best!r}{more}"


def _range(expected: Expected, spec: TensorSpec, recipe: Recipe) -> str | None:
    found = expected.get("range")
    if found is None or recipe.range in found.values or _same_stored(expected, spec, recipe):
        return None
    fed = intervals.levels(recipe.range)
    wanted = [intervals.levels(name) for name in found.values]
    if any(np.abs(fed - values).max() <= SAME * np.ptp(values) for values in wanted):
        return None
    share = float(np.ptp(fed) / np.ptp(wanted[0]))
    twice = "scaled twice" if recipe.dtype.startswith("float") else "rounded to a few whole numbers"
    why = twice if share <= TWICE else "left unscaled" if share >= UNSCALED else "scaled otherwise"
    feeds, takes = (intervals.interval(*intervals.ends(name)) for name in (recipe.range, found.best))
    return (
        f"range={recipe.range!r} feeds {feeds}, but {takes} is expected: {found.evidence}; "
        f"as it is, the picture would be {why}: use range={found.best!r}"
    )


def _quantization(expected: Expected, spec: TensorSpec, recipe: Recipe) -> str | None:
    found = expected.get("quantization")
    if found is None or recipe.dtype != spec.dtype or _same_stored(expected, spec, recipe):
        return None
    if recipe.quantization is not None and np.allclose(recipe.quantization, found.best, rtol=1e-3):
        return None
    return f"quantization={recipe.quantization}, but {found.evidence}; set quantization={found.best}"


def _levels(expected: Expected, spec: TensorSpec, recipe: Recipe) -> str | None:
    """Say that integers hold little of a picture, where the model says nothing of what they stand for."""
    if "quantization" in expected or recipe.dtype != spec.dtype or spec.dtype not in STORED:
        return None
    if _range(expected, spec, recipe):  # which says it
        return None
    kept = len(np.unique(_stored(recipe.range, recipe.quantization, spec.dtype)[:, 0]))
    if kept > FEW:
        return None
    given = f"quantization={recipe.quantization}" if recipe.quantization else "without quantization"
    return (
        f"dtype={recipe.dtype!r} with range={recipe.range!r} {given} leaves {kept} of the 256 levels of a pixel; give "
        "the quantization=(scale, zero point) that the model was made with"
    )


def _same_stored(expected: Expected, spec: TensorSpec, recipe: Recipe) -> bool:
    """Tell whether a recipe stores the integers that an expected range makes with the input's own quantization."""
    if spec.dtype not in STORED or recipe.dtype != spec.dtype or "range" not in expected:
        return False
    fed = _stored(recipe.range, recipe.quantization, spec.dtype)
    return any(
        np.abs(fed - _stored(name, spec.quantization, spec.dtype)).max() <= SAME_STORED
        for name in expected["range"].values
    )


def _stored(name: str, quantization: Any, dtype: str) -> np.ndarray:
    scale, zero_point = quantization or (1.0, 0)
    limits = np.iinfo(dtype)
    return np.asarray(np.clip(np.rint(intervals.levels(name) / scale) + zero_point, limits.min, limits.max))


CHECKS: tuple[Check, ...] = (_size, _layout, _color, _dtype, _range, _quantization, _levels)
