"""Tensors of which little is left - a float range cast to uint8, or quantized without its scale.

No line can be fitted to a handful of numbers, so hypotheses are played through to the end and compared there.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.diagnose.identify.climb import Climb
from workbench.diagnose.identify.forms import Tensors
from workbench.diagnose.identify.hypothesis import Hypothesis
from workbench.diagnose.identify.judge import Judge
from workbench.errors import InvalidValue
from workbench.recipes import CATALOGUE, Recipe

BEAM, ROUNDS = 2, 4
BETTER = 0.95
FEW = 24  # different numbers in a tensor
HALF = 128  # a number from here on was below zero before the cast, but for ranges that reach that far


def kind_of_cast(tensors: Tensors, reference: Recipe) -> str | None:
    """Return "uint8" or "back" if the tensors may be a float range cast to uint8, None if they cannot be."""
    if reference.dtype not in ("float32", "float16") or reference.range == "raw":
        return None
    if tensors.dtype == "uint8":
        return "uint8"
    whole = all(
        np.array_equal(each, np.trunc(each)) and each.min() >= 0 and each.max() <= 255 for each in tensors.tensors
    )
    return "back" if tensors.dtype == "float32" and whole else None


def signed(tensors: Tensors) -> Tensors:
    """Return the tensors with what the cast wrapped around brought back below zero."""
    return Tensors(
        [np.where(each >= HALF, each.astype(np.float32) - 256, each).astype(np.float32) for each in tensors.tensors]
    )


def is_poor(tensors: Tensors) -> bool:
    """Tell whether the tensors hold too few different numbers to see a line in."""
    return all(len(np.unique(each)) <= FEW for each in tensors.tensors)


def climb_played(judge: Judge, climb: Climb, begin: list[Hypothesis], *, tensorflow: bool) -> Hypothesis | None:
    """Return the first hypothesis found that gives the tensors when played through, None where there is none."""
    frames = range(len(judge.tensors))
    beam = sorted(((_score(judge, h), n, h) for n, h in enumerate(begin)), key=lambda each: each[:2])[:BEAM]
    for _ in range(ROUNDS):
        if judge.exact(beam[0][2]):
            return beam[0][2]
        tried = [*beam]
        for _, _, h in beam:
            frame = max(frames, key=lambda i, h=h: judge.square(i, h))  # type: ignore[misc]
            before = judge.square(frame, h)
            for other in (*_ranges(h), *climb.changes(h, tensorflow)):
                if judge.square(frame, other) < before * BETTER:
                    tried.append((_score(judge, other), len(tried), other))
        tried.sort(key=lambda each: each[:2])
        if [id(each[2]) for each in tried[:BEAM]] == [id(each[2]) for each in beam]:
            break
        beam = tried[:BEAM]
    return beam[0][2] if judge.exact(beam[0][2]) else None


def _score(judge: Judge, h: Hypothesis) -> float:
    return max(judge.square(i, h) for i in range(len(judge.tensors)))


def _ranges(h: Hypothesis) -> Iterator[Hypothesis]:
    for name in CATALOGUE["range"]:
        try:
            yield h.slots(range=name)
        except InvalidValue:  # a constant for each of red, green, blue, and one channel
            continue
