"""Which box of A is which box of B: one-to-one by overlap, boxes of the same class first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from workbench.results.boxes.columns import classes_of, labels_of

if TYPE_CHECKING:
    import supervision as sv


@dataclass(frozen=True, slots=True, eq=False)
class BoxPairs:
    """The boxes of one frame in A and B, by their places in the two lists."""

    pairs: np.ndarray  # (M, 2) int, a box of A and the same box of B
    overlaps: np.ndarray  # (M,) float32, their intersection over union
    same_class: np.ndarray  # (M,) bool
    lost: np.ndarray  # (L,) int, boxes of A that B does not have
    new: np.ndarray  # (K,) int, boxes of B that A does not have


Boxes: TypeAlias = "tuple[sv.Detections, ...]"  # one a frame
# For each frame the boxes of A and of B that count, and which is which
Matched: TypeAlias = "list[tuple[sv.Detections, sv.Detections, BoxPairs]]"


def match_boxes(a: sv.Detections, b: sv.Detections, *, overlap: float = 0.5) -> BoxPairs:
    """Pair the boxes of A and B that overlap by `overlap` (IoU) or more.

    Highest overlap first, each box once (`supervision.match_detections`, the matching of its metrics): among boxes of
    one class, then among those left over, which are the same object under another class. Classes are compared by
    name, or by number where a side has no names.
    """
    import supervision as sv

    ids_a, ids_b = _shared_ids(a, b)
    first, left_a, left_b = sv.match_detections(_plain(a.xyxy, ids_a), _plain(b.xyxy, ids_b), overlap)
    rest_a, rest_b = _plain(a.xyxy[left_a]), _plain(b.xyxy[left_b])
    second, lost, new = sv.match_detections(rest_a, rest_b, overlap, class_agnostic=True)
    rest = np.column_stack([left_a[second[:, 0]], left_b[second[:, 1]]])
    pairs = np.concatenate([first, rest]).astype(int)
    overlaps = sv.box_iou_batch(a.xyxy, b.xyxy)[pairs[:, 0], pairs[:, 1]] if len(pairs) else np.zeros(0, np.float32)
    return BoxPairs(pairs, overlaps, np.arange(len(pairs)) < len(first), left_a[lost], left_b[new])


def _shared_ids(a: sv.Detections, b: sv.Detections) -> tuple[np.ndarray, np.ndarray]:
    """Number the class names of both sides alike; where a side has no names, the numbers are taken as they are."""
    if _unnamed(a) or _unnamed(b):
        return classes_of(a), classes_of(b)
    names = labels_of(a) + labels_of(b)
    ids = np.unique(names, return_inverse=True)[1] if names else np.zeros(0, int)
    return ids[: len(a)], ids[len(a) :]


def _unnamed(detections: sv.Detections) -> bool:
    return labels_of(detections) == [f"class {number}" for number in classes_of(detections)]


def _plain(xyxy: np.ndarray, ids: np.ndarray | None = None) -> sv.Detections:
    import supervision as sv

    return sv.Detections(xyxy=xyxy, class_id=ids)
