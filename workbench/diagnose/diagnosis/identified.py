"""What a serving function does, also where it casts a float range to the integers a model takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from workbench.diagnose.identify import Identification, identify
from workbench.frames import FrameSequence
from workbench.recipes import Recipe
from workbench.recipes.functions import Given

INTEGERS = ("uint8", "int8")
MEANT = ("unit", "symmetric")  # float ranges that people cast, so that a signature takes them


def identified(serving: Given, frames: FrameSequence, *, reference: Given | None, **options: Any) -> Identification:
    """Return what a serving function does, and in what it differs from training.

    Of a model of integers, `identify` looks for integers; where it finds no recipe for them, they are looked for as a
    float range that was cast, which leaves a few whole numbers of it.
    """
    found = identify(serving, frames, reference=reference, **options)
    if found.exact or not isinstance(reference, Recipe) or reference.dtype not in INTEGERS:
        return found
    for name in MEANT:
        meant = reference.replace(range=name, dtype="float32", quantization=None)
        cast = identify(serving, frames, reference=meant, **options)
        if cast.exact and "uint8_cast" in cast.faults:
            return replace(cast, differs={"range": (reference.range, cast.recipe.range)} | cast.differs)
    return found
