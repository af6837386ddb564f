"""Layouts of one output with one row a box."""

from __future__ import annotations

from workbench.results.boxes.layout import FrameOutputs, Given, RawBoxes, are_classes, are_scores, layout, only


@layout("rows", source="CenterNet and YOLOv10 exports; tf.concat of boxes, scores and classes; (N, K, 6)")
def rows(outputs: FrameOutputs, given: Given) -> RawBoxes | None:
    """One output (K, 6), a row a box: four coordinates, score, class."""
    del given
    array = only(outputs, None, 6)
    if array is None or not are_scores(array[:, 4]) or not are_classes(array[:, 5]):
        return None
    return RawBoxes(array[:, :4], array[:, 4], array[:, 5])


@layout("detection_output", source="Caffe SSD's DetectionOutput layer, as cv2.dnn gives it: (1, 1, K, 7)")
def detection_output(outputs: FrameOutputs, given: Given) -> RawBoxes | None:
    """One output (1, K, 7), a row a box: number of the picture, class, score, x0, y0, x1, y1."""
    del given
    array = only(outputs, 1, None, 7)
    if array is None or not are_classes(array[0, :, :2]) or not are_scores(array[0, :, 2]):
        return None
    return RawBoxes(array[0, :, 3:], array[0, :, 2], array[0, :, 1])
