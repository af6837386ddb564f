"""How far two models agree about each frame: the same class, or the same boxes."""

from __future__ import annotations

import numpy as np

from workbench.diagnose.box_comparison import THRESHOLD, BoxComparison
from workbench.results import Classification, Prediction
from workbench.results.classification import UNDECIDED


def agreement(a: Prediction, b: Prediction, *, threshold: float = THRESHOLD) -> np.ndarray:
    """Return (N,) in [0, 1] how far two answers agree about each of N frames; NaN where they cannot be compared.

    Class probabilities: 1 where the most probable class is the same, else 0. Boxes with a score of `threshold` or
    more: the summed intersection over union of the boxes that are paired under one class, divided by the larger
    number of boxes; 1 where neither side has any.
    """
    if a.classification is not None and b.classification is not None:
        return _same_class(a.classification, b.classification)
    if a.detections is not None and b.detections is not None:
        pairs = BoxComparison(a, b, slots={}, threshold=threshold).pairs
        boxes = [len(each.pairs) + max(len(each.lost), len(each.new)) for each in pairs]
        shared = [float(each.overlaps[each.same_class].sum()) for each in pairs]
        return np.array([part / whole if whole else 1.0 for part, whole in zip(shared, boxes, strict=True)])
    return np.full(len(a), np.nan)


def flips(a: Prediction, b: Prediction, *, threshold: float = THRESHOLD) -> np.ndarray:
    """Return (N,) bool: another most probable class, or a box lost, new or renamed; False where nothing compares."""
    if a.classification is not None and b.classification is not None:
        return _same_class(a.classification, b.classification) < 1
    if a.detections is not None and b.detections is not None:
        return BoxComparison(a, b, slots={}, threshold=threshold).flips
    return np.zeros(len(a), dtype=bool)


def _same_class(a: Classification, b: Classification) -> np.ndarray:
    """Compare by class number where both have as many classes, else by name: models of different label sets."""
    if len(a.labels) == len(b.labels):
        same = (a.best == b.best) & (a.best != UNDECIDED)
    else:
        same = np.array([a.label(i) == b.label(i) != "NaN" for i in range(len(a))], dtype=bool)
    return np.asarray(same, dtype=float)
