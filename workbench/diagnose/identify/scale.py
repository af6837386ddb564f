"""From the line between levels and numbers to the range that it is: a name of the catalogue, or an affine one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.diagnose.identify.hypothesis import Hypothesis
from workbench.diagnose.identify.judge import INTEGERS, TOLERANCE, Judge
from workbench.diagnose.identify.line import Line
from workbench.errors import InvalidValue
from workbench.recipes import CATALOGUE, Recipe, affine, ranges
from workbench.recipes.slots import PADS

LEVELS = np.array([0.0, 255.0])
ROUGH = 1.0  # levels: how far a catalogue's line may be from the fitted one to be tried
DIGITS = range(0, 7)
CATALOGUED = 1.1  # a catalogue's range is named before an affine one that is a little nearer, by mean square
# Scales that converters and people write; others are rounded to as few digits as the tensors allow
USUAL_SCALES = (1.0, 1 / 255, 1 / 127.5, 1 / 128, 1 / 127, 1 / 256, 1 / 64, 2 / 255)


def explained(judge: Judge, h: Hypothesis, reference: Recipe) -> list[Hypothesis]:
    """Return the hypothesis with every range, pad and quantization that gives the tensors, the fewest changes first.

    Of as many changes, a name of the catalogue comes before an affine range.

    Args:
        judge: of the case.
        h: a hypothesis whose pixels lie on a line.
        reference: what changes are counted from.
    """
    lines = [judge.line(i, h) for i in range(len(judge.tensors))]
    known = [line for line in lines if np.abs(line.slope).min() > 0]
    mean = _mean(known) if known else None
    tried = [*_catalogued(h, reference, mean), *(_affine(h, mean) if mean else ())]
    found: list[Hypothesis] = []
    for candidate in tried:
        padded = _padded(judge, candidate)
        if found and padded.cost(reference) >= min(each.cost(reference) for each in found):
            continue
        if judge.exact(padded):
            found.append(padded)
    return sorted(found, key=lambda each: each.cost(reference))


def nearest_range(judge: Judge, h: Hypothesis, reference: Recipe) -> Hypothesis:
    """Return the hypothesis with the range that comes nearest, where none gives the tensors."""
    lines = [judge.line(i, h) for i in range(len(judge.tensors))]
    known = [line for line in lines if np.abs(line.slope).min() > 0]
    if not known:
        return h
    mean = _mean(known)
    tried = [*_catalogued(h, reference, mean), *_affine(h, mean)]
    named = [_padded(judge, candidate) for candidate in tried]
    best = min(named, key=judge.distance)
    floor = CATALOGUED * judge.distance(best) + TOLERANCE
    return next(candidate for candidate in named if judge.distance(candidate) <= floor)


def _mean(lines: list[Line]) -> Line:
    weight = np.array([line.weight for line in lines])
    weight = weight / weight.sum(axis=0)
    slope = (weight * [line.slope for line in lines]).sum(axis=0)
    offset = (weight * [line.offset for line in lines]).sum(axis=0)
    return Line(slope, offset, 0.0, 0.0, weight.sum(axis=0))


def _catalogued(h: Hypothesis, reference: Recipe, line: Line | None) -> Iterator[Hypothesis]:
    names = dict.fromkeys([reference.range, *CATALOGUE["range"]])
    quantizations = dict.fromkeys([reference.quantization, None] if h.recipe.dtype in INTEGERS else [None])
    for quantization in quantizations:
        for name in names:
            candidate = _with(h, name, quantization)
            if candidate and (line is None or name == "per_image" or _near(candidate, line)):
                yield candidate
    if h.recipe.dtype in INTEGERS and line is not None:
        yield from _quantized(h, list(names), line)


def _with(h: Hypothesis, name: str, quantization: tuple[float, int] | None) -> Hypothesis | None:
    try:
        return h.slots(range=name, quantization=quantization)
    except InvalidValue:  # a constant for each of red, green, blue, and one channel
        return None


def _near(h: Hypothesis, line: Line) -> bool:
    slope, offset = line_of(h)
    scale, zero = h.recipe.quantization or (1.0, 0)
    off = (slope / scale - line.slope)[..., None] * LEVELS + (offset / scale + zero - line.offset)[..., None]
    rounding = 1.0 if h.recipe.dtype in INTEGERS else 0.0
    return bool((np.abs(off) <= ROUGH * np.abs(line.slope)[..., None] + rounding).all())


def line_of(h: Hypothesis) -> tuple[np.ndarray, np.ndarray]:
    """Return slope and offset, () or (C,), of a range that is not `per_image`."""
    slope, offset = np.ones(()), np.zeros(())
    for operation, constant in ranges.parse_range(h.recipe.range).steps:
        value = ranges.constant_for(constant, h.recipe.color).astype(np.float64)
        if operation == "divide":
            slope, offset = slope / value, offset / value
        else:
            offset = offset - value
    return slope, offset


def _affine(h: Hypothesis, line: Line) -> Iterator[Hypothesis]:
    """Yield the affine range of the line, its constants as round as the tensors allow."""
    quantizations = [None] if h.recipe.quantization is None else [h.recipe.quantization, None]
    for quantization in quantizations:
        scale, zero = quantization or (1.0, 0)
        slope, offset = line.slope * scale, (line.offset - zero) * scale
        mean, std = -offset / slope, 1 / slope
        if h.recipe.color == "bgr":
            mean, std = mean[::-1], std[::-1]
        yield h.slots(range=affine(_round(mean, 1.0), _round(std, 255 / 4)), quantization=quantization)


def _round(values: np.ndarray, weight: float) -> float | list[float]:
    """Return constants with as few digits as TOLERANCE allows, in levels or as shares of 255; one where all agree."""
    allowed = TOLERANCE / 4 / max(1.0, weight) * np.maximum(np.abs(values), 1.0) if weight > 1 else TOLERANCE / 4
    for digits in DIGITS:
        for unit in (1.0, 255.0):
            rounded = np.round(values / unit, digits) * unit
            if (np.abs(rounded - values) <= allowed).all() and (rounded != 0).any() | (np.abs(values) < 1e-3).all():
                clean = [float(f"{value:.10g}") for value in rounded]
                return clean[0] if len(set(clean)) == 1 else clean
    clean = [float(f"{value:.8g}") for value in values]
    return clean[0] if len(set(clean)) == 1 else clean


def _quantized(h: Hypothesis, names: list[str], line: Line) -> Iterator[Hypothesis]:
    """Yield the quantizations that a range of the catalogue would need for this line."""
    for name in names:
        plain = _with(h, name, None)
        if plain is None or name == "per_image":
            continue
        slope, offset = line_of(plain)
        scale = float(np.median(slope / line.slope))
        if scale <= 0:
            continue
        rounded = (float(f"{scale:.{digits}g}") for digits in (2, 3, 4, 5, 7))
        for nice in dict.fromkeys([*USUAL_SCALES, *rounded]):
            if abs(nice / scale - 1) > 2e-3:
                continue
            near = round(float(np.median(line.offset - offset / nice)))
            for zero in (near, near - 1, near + 1):  # numbers clipped at the dtype's ends draw the line a little
                if abs(zero) <= LEVELS[1]:
                    yield plain.slots(quantization=(nice, zero))


def _padded(judge: Judge, h: Hypothesis) -> Hypothesis:
    """Return the hypothesis with the pad level that the tensors' border has."""
    if h.recipe.fit not in PADS:
        return h
    for i in range(len(judge.tensors)):
        placed, numbers = judge.renderer.placed(i, h), judge.numbers(i, h)
        if placed.fills:
            continue
        (top, left), (height, width) = placed.offset, placed.resized
        outside = np.ones(numbers.shape[:2], bool)
        outside[top : top + height, left : left + width] = False
        if not outside.any() or h.recipe.range == "per_image":
            continue
        slope, offset = line_of(h)
        scale, zero = h.recipe.quantization or (1.0, 0)
        real = (np.median(numbers[outside], axis=0) - zero) * scale
        level = float(np.median((real - offset) / slope))
        return h.slots(pad=int(np.clip(round(level), 0, 255)))
    return h
