"""Average precision over weighted frames, so that a bootstrap need not match boxes anew for every sample.

COCO's definition for boxes of any area (`pycocotools.cocoeval`, `supervision.metrics.MeanAveragePrecision`): IoU 0.50
to 0.95 in steps of 0.05, up to 100 boxes of a class in a frame, precision at 101 recalls. A test holds it to
supervision's figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.results.boxes.columns import scores_of

if TYPE_CHECKING:
    import supervision as sv

OVERLAPS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0, 1, 101)
MOST = 100  # boxes of one class in a frame
CELLS = 1_000_000  # samples x boxes that are worked on at once: 8 MB an array
EPS = float(np.spacing(1))


@dataclass(frozen=True, slots=True, eq=False)
class ClassMatches:
    """The boxes of one class over N frames, the surest first, and which of them are right."""

    frames: np.ndarray  # (K,) int, the frame of every box
    hits: np.ndarray  # (10, K) bool, whether it is a true one, by the overlap that is asked for
    truths: np.ndarray  # (N,) int, how many true boxes each frame has


Matches = dict[int, ClassMatches]  # by class number


def true_and_found(found: Sequence[sv.Detections], truth: Sequence[sv.Detections]) -> Matches:
    """Match the boxes found in N frames with the true ones, class by class; classes without a true box are left out."""
    return {int(each): _class(int(each), found, truth) for each in np.unique(np.concatenate([*map(_numbers, truth)]))}


def average_precision(matches: Matches, counts: np.ndarray) -> np.ndarray:
    """Return mean average precision (B,) where counts (B, N) says how often each frame counts.

    A class without a true box in the frames that count is left out of the mean; NaN where that is all of them.
    """
    of_classes = by_class(matches, counts)
    if not of_classes:
        return np.full(len(counts), np.nan)
    found = np.stack(list(of_classes.values()))
    there = np.isfinite(found)
    total = np.where(there, found, 0).sum(axis=0)
    return np.asarray(np.divide(total, there.sum(axis=0), out=np.full(len(counts), np.nan), where=there.any(axis=0)))


def by_class(matches: Matches, counts: np.ndarray) -> dict[int, np.ndarray]:
    """Return the average precision (B,) of each class; NaN where no frame that counts has a true box of it."""
    found = {}
    for number, each in matches.items():
        step = max(1, CELLS // max(each.hits.shape[1], 1))
        parts = [_weighted(each, counts[at : at + step].astype(float)) for at in range(0, len(counts), step)]
        found[number] = np.concatenate(parts)
    return found


def _weighted(each: ClassMatches, counts: np.ndarray) -> np.ndarray:
    truths = (counts @ each.truths)[:, None]
    times = counts[:, each.frames]
    if not times.shape[1]:
        return np.where(truths[:, 0] > 0, 0.0, np.nan)
    seen = times.cumsum(axis=1)
    total = np.zeros(len(counts))
    for hits in each.hits:
        right = (times * hits).cumsum(axis=1)
        precision = np.maximum.accumulate((right / (seen + EPS))[:, ::-1], axis=1)[:, ::-1]
        recall = np.divide(right, truths, out=np.zeros_like(right), where=truths > 0)
        reached = np.searchsorted(RECALLS, recall, side="right")  # how many of the 101 recalls
        total += (precision * np.diff(reached, axis=1, prepend=0)).sum(axis=1) / len(RECALLS)
    return np.where(truths[:, 0] > 0, total / len(each.hits), np.nan)


def _class(number: int, found: Sequence[sv.Detections], truth: Sequence[sv.Detections]) -> ClassMatches:
    scores, frames, hits, truths = [], [], [], []
    for frame, (boxes, true) in enumerate(zip(found, truth, strict=True)):
        mine, wanted = boxes[_numbers(boxes) == number], true.xyxy[_numbers(true) == number]
        order = np.argsort(-scores_of(mine), kind="stable")[:MOST]  # type: ignore[arg-type]
        scores.append(scores_of(mine)[order])  # type: ignore[arg-type]
        hits.append(_hits(mine.xyxy[order], wanted))  # type: ignore[union-attr]
        frames.append(np.full(len(order), frame))
        truths.append(len(wanted))
    surest = np.argsort(-np.concatenate(scores), kind="stable")
    return ClassMatches(np.concatenate(frames)[surest], np.concatenate(hits, axis=1)[:, surest], np.array(truths))


def _hits(boxes: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return (10, K): each box, the surest first, takes the free true one that it overlaps most, if by enough."""
    import supervision as sv

    hits = np.zeros((len(OVERLAPS), len(boxes)), bool)
    if not len(boxes) or not len(wanted):
        return hits
    overlaps = sv.box_iou_batch(wanted, boxes).T
    for place, least in enumerate(np.minimum(OVERLAPS, 1 - 1e-10)):
        free = np.ones(len(wanted), bool)
        for number in np.flatnonzero((overlaps >= least).any(axis=1)):
            there = np.flatnonzero(free & (overlaps[number] >= least))
            if there.size:
                best = there[::-1][np.argmax(overlaps[number][there][::-1])]  # of equal ones the last, as pycocotools
                hits[place, number], free[best] = True, False
    return hits


def _numbers(detections: sv.Detections) -> np.ndarray:
    return np.zeros(len(detections), int) if detections.class_id is None else detections.class_id
