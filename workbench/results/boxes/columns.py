"""What `supervision.Detections` may leave out: scores, classes and names of every box."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import supervision as sv

NO_CLASS = -1


def scores_of(detections: sv.Detections) -> np.ndarray:
    """Return the score (K,) of every box; boxes without any, such as true ones, are certain."""
    return np.ones(len(detections), np.float32) if detections.confidence is None else detections.confidence


def classes_of(detections: sv.Detections) -> np.ndarray:
    """Return the class number (K,) of every box; -1 where there is none."""
    return np.full(len(detections), NO_CLASS) if detections.class_id is None else detections.class_id


def labels_of(detections: sv.Detections) -> list[str]:
    """Return the class name of every box, or its number in words."""
    named = detections.data.get("class_name")
    return [f"class {i}" for i in classes_of(detections)] if named is None else [str(name) for name in named]
