"""Every convention that the numbers of a model's boxes could follow, and where each puts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from workbench.recipes.box_map import BoxMap
from workbench.recipes.geometry import Size
from workbench.results.boxes.clean import in_source
from workbench.results.boxes.columns import NO_CLASS, classes_of
from workbench.results.boxes.format import AXES, FIRST, FRAMES, UNITS, BoxFormat
from workbench.results.boxes.layout import RawBoxes

if TYPE_CHECKING:
    import supervision as sv

SAME = 0.5  # pixels: two conventions that never differ by more are one on these frames
TOUCHING = 1e-6  # any overlap at all
FOUND = 0.5  # overlap from which on a box is held to be the object, when its class is compared


@dataclass(frozen=True, slots=True, eq=False)
class BoxCandidate:
    """One convention, and how well it puts the boxes on the known objects."""

    format: BoxFormat
    overlaps: np.ndarray  # (T,) float64 in [0, 1]: of every known object, the IoU of the box matched to it; 0 without
    same_class: float | None  # share of the objects found whose class is right; None where no class is known
    equals: tuple[BoxFormat, ...] = ()  # conventions that put every box on the same place on these frames

    @property
    def overlap(self) -> float:
        """The mean of `overlaps`."""
        return float(self.overlaps.mean())


def candidates(
    raws: Sequence[RawBoxes], form: BoxFormat, wheres: Sequence[BoxMap | Size], truth: Sequence[sv.Detections]
) -> list[BoxCandidate]:
    """Try every convention on the boxes of one layout; those that come to the same boxes are one candidate."""
    placed: list[tuple[BoxFormat, list[np.ndarray]]] = []
    equal: dict[BoxFormat, list[BoxFormat]] = {}
    for axes, of, unit in product(AXES, FRAMES, UNITS):
        tried = form.replace(axes=axes, of=of, unit=unit)
        boxes = [in_source(tried.corners(raw.boxes), tried, where) for raw, where in zip(raws, wheres, strict=True)]
        twin = next((known for known, others in placed if _same(boxes, others)), None)
        if twin is None:
            placed.append((tried, boxes))
        equal.setdefault(twin or tried, []).append(tried)
    return [_judged(tried, boxes, raws, truth=truth, equals=equal[tried][1:]) for tried, boxes in placed]


def _judged(
    form: BoxFormat, boxes: list[np.ndarray], raws: Sequence[RawBoxes], *, truth: Sequence[sv.Detections],
    equals: list[BoxFormat],
) -> BoxCandidate:  # fmt: skip
    import supervision as sv

    overlaps, numbers, known = [], [], []
    for corners, raw, true in zip(boxes, raws, truth, strict=True):
        usable = (corners[:, 2:] > corners[:, :2]).all(axis=1)
        found = sv.Detections(xyxy=corners[usable])
        pairs, _, _ = sv.match_detections(true, found, TOUCHING, class_agnostic=True)
        each = np.zeros(len(true))
        if len(pairs):
            each[pairs[:, 0]] = sv.box_iou_batch(true.xyxy, found.xyxy)[pairs[:, 0], pairs[:, 1]]
        overlaps.append(each)
        sure = pairs[each[pairs[:, 0]] >= FOUND]
        numbers.append(raw.classes[usable][sure[:, 1]])
        known.append(classes_of(true)[sure[:, 0]])
    offset, share = _offset(np.concatenate(numbers), np.concatenate(known))
    form = form if offset is None else form.replace(class_offset=offset)
    return BoxCandidate(form, np.concatenate(overlaps), share, tuple(equals))


def _same(a: list[np.ndarray], b: list[np.ndarray]) -> bool:
    return all(np.abs(x - y).max(initial=0) <= SAME for x, y in zip(a, b, strict=True))


def _offset(numbers: np.ndarray, known: np.ndarray) -> tuple[int | None, float | None]:
    """Return the class offset under which most classes are right, and that share; None where nothing is known."""
    numbers, known = np.rint(numbers[known != NO_CLASS]), known[known != NO_CLASS]
    if not len(known):
        return None, None
    shares = {offset: float((numbers - offset == known).mean()) for offset in FIRST}
    best = max(shares, key=lambda offset: shares[offset])
    return (best if shares[best] else None), shares[best]
