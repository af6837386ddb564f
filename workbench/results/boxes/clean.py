"""Raw boxes of one frame to boxes in its source pixels, by stated rules, each of which counts what it drops."""

from __future__ import annotations

from collections import Counter

import numpy as np

from workbench.recipes.box_map import BoxMap
from workbench.recipes.geometry import Size
from workbench.results.boxes.format import BoxFormat
from workbench.results.boxes.layout import RawBoxes

RULES = {
    "not_finite": "a coordinate, score or class is NaN or Inf",
    "background": "the class is the background",
    "inverted": "the right edge lies left of the left one, or the bottom above the top",
    "empty": "no width or no height",
    "outside": "no part of it lies in the frame",
}


def kept(raw: RawBoxes, form: BoxFormat, where: BoxMap | Size, *, threshold: float) -> tuple[RawBoxes, Counter[str]]:
    """Return the usable boxes, x0, y0, x1, y1 in source pixels, clipped to the frame, and what went by which rule.

    Args:
        raw: boxes as the model gave them.
        form: what their numbers mean.
        where: what the recipe did to the frame; its height and width where a function did that, and stretched it.
        threshold: boxes with a lower score are left out, and not counted.
    """
    counts: Counter[str] = Counter()
    finite = np.isfinite(raw.boxes).all(axis=1) & np.isfinite(raw.scores) & np.isfinite(raw.classes)
    raw = _without(~finite, "not_finite", raw=raw, counts=counts)
    raw = _select(raw, raw.scores >= threshold)
    raw = RawBoxes(raw.boxes, raw.scores, np.rint(raw.classes).astype(int))
    raw = _without(raw.classes < form.class_offset, "background", raw=raw, counts=counts)
    raw = RawBoxes(form.corners(raw.boxes), raw.scores, raw.classes - form.class_offset)
    sides = raw.boxes[:, 2:] - raw.boxes[:, :2]
    raw = _without((sides < 0).any(axis=1), "inverted", raw=raw, counts=counts)
    sides = raw.boxes[:, 2:] - raw.boxes[:, :2]
    raw = _without((sides == 0).any(axis=1), "empty", raw=raw, counts=counts)
    boxes = in_source(raw.boxes, form, where)
    height, width = where.source if isinstance(where, BoxMap) else where
    clipped = np.clip(boxes, 0, [width, height, width, height])
    outside = (clipped[:, 2:] <= clipped[:, :2]).any(axis=1)
    return _without(outside, "outside", raw=RawBoxes(clipped, raw.scores, raw.classes), counts=counts), counts


def in_source(corners: np.ndarray, form: BoxFormat, where: BoxMap | Size) -> np.ndarray:
    """Carry corners (K, 4) x0, y0, x1, y1 in the unit and frame of a format to source pixels."""
    source, tensor = (where.source, where.tensor) if isinstance(where, BoxMap) else (where, where)
    height, width = tensor if form.of == "tensor" else source
    pixels = corners * [width, height, width, height] if form.unit == "normalised" else corners
    return where.to_source(pixels) if form.of == "tensor" and isinstance(where, BoxMap) else pixels


def _without(dropped: np.ndarray, rule: str, *, raw: RawBoxes, counts: Counter[str]) -> RawBoxes:
    if dropped.any():
        counts[rule] += int(dropped.sum())
    return _select(raw, ~dropped)


def _select(raw: RawBoxes, keep: np.ndarray) -> RawBoxes:
    return RawBoxes(raw.boxes[keep], raw.scores[keep], raw.classes[keep])
