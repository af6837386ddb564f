"""Layouts of YOLO heads: one row (or column) for each cell of three grids, with a score for every class."""

from __future__ import annotations

import numpy as np

from workbench.recipes.geometry import Size
from workbench.results.boxes.layout import FrameOutputs, Given, RawBoxes, are_scores, best_class, layout, only

STRIDES = (8, 16, 32)  # pixels a cell, of the three grids (Ultralytics YOLOv5 to YOLO11, models/*.yaml)
ANCHORS = 3  # boxes a cell of YOLOv5


@layout("yolov8", source="Ultralytics YOLOv8 and YOLO11 Detect head, export: (N, 4 + C, A), A = 8400 at 640 x 640")
def yolov8(outputs: FrameOutputs, given: Given) -> RawBoxes | None:
    """One output (4 + C, A), a column a cell: centre x, centre y, width, height, C class scores; (A, 4 + C) as well."""
    array = only(outputs, None, None)
    if array is None:
        return None
    rows = array if array.shape[0] > array.shape[1] else array.T
    if not _fits(rows, given, extra=4, boxes=(1,)) or not are_scores(rows[:, 4:]):
        return None
    scores, classes = best_class(rows[:, 4:])
    return RawBoxes(rows[:, :4], scores, classes + given.format.class_offset)


@layout("yolov5", source="Ultralytics YOLOv5 Detect head, export: (N, A, 5 + C), A = 25200 at 640 x 640")
def yolov5(outputs: FrameOutputs, given: Given) -> RawBoxes | None:
    """One output (A, 5 + C), a row a box: centre x, centre y, width, height, objectness, C class scores."""
    array = only(outputs, None, None)
    if array is None or not _fits(array, given, extra=5, boxes=(ANCHORS, 1)) or not are_scores(array[:, 4:]):
        return None
    scores, classes = best_class(array[:, 5:])
    return RawBoxes(array[:, :4], scores * array[:, 4], classes + given.format.class_offset)


def _fits(rows: np.ndarray, given: Given, *, extra: int, boxes: tuple[int, ...]) -> bool:
    """Tell whether (A, extra + C) has the columns for the known classes and, unless named, a row for each cell."""
    columns = rows.shape[1] - extra
    if columns < 1 or (given.classes is not None and columns != given.classes and not given.named):
        return False
    return given.named or (given.tensor is not None and len(rows) in [n * cells(given.tensor) for n in boxes])


def cells(size: Size) -> int:
    """Return how many cells the three grids of a tensor (height, width) have."""
    return sum(-(-size[0] // stride) * -(-size[1] // stride) for stride in STRIDES)
