"""The layout of an SSD head before its post-processing: encoded boxes and raw class scores, one row an anchor."""

from __future__ import annotations

import numpy as np

from workbench.results.boxes.anchors import ssd_anchors
from workbench.results.boxes.layout import FrameOutputs, Given, RawBoxes, are_scores, best_class, layout
from workbench.results.classification import softmax

# TensorFlow Object Detection API, box_coders/faster_rcnn_box_coder.py with the scale factors of every published
# SSD configuration: y_scale 10, x_scale 10, height_scale 5, width_scale 5
SCALES = np.array([10, 10, 5, 5], np.float32)
HALF = 0.5  # the mean score of a background column is near 1, that of a class near 0
LARGEST = 10.0  # exp(10) is 22,000 times the anchor: beyond it a number is broken, and would overflow


@layout("ssd", source="TensorFlow Object Detection API and MediaPipe SSD: box_encodings, class_predictions")
def ssd(outputs: FrameOutputs, given: Given) -> RawBoxes | None:
    """Two outputs, box encodings (A, 4) and class scores (A, C), against anchors (1917 at 300 x 300, or given)."""
    if len(outputs) != 2:
        return None
    boxes, scores = sorted(outputs.items(), key=lambda item: _is_boxes(*item), reverse=True)
    encodings, logits = boxes[1], scores[1]
    anchors = _anchors(given)
    if anchors is None or encodings.shape != anchors.shape or logits.ndim != 2 or len(logits) != len(anchors):
        return None
    offset = given.format.class_offset
    rows = activated(logits, given.format.activation)
    if rows.shape[1] <= offset or not (given.named or _classes_fit(rows, given, offset)):
        return None
    best, columns = best_class(rows[:, offset:])
    return RawBoxes(decoded(encodings, anchors), best, columns + offset)


@layout("raw_detection_api", source="TensorFlow Object Detection API, exporter_lib_v2.py: the outputs before NMS")
def raw_detection_api(outputs: FrameOutputs, given: Given) -> RawBoxes | None:
    """Outputs by name: raw_detection_boxes (A, 4), decoded, and raw_detection_scores (A, C); others ignored."""
    boxes, scores = outputs.get("raw_detection_boxes"), outputs.get("raw_detection_scores")
    if boxes is None or scores is None or boxes.shape != (len(scores), 4) or scores.ndim != 2:
        return None
    offset = given.format.class_offset
    best, columns = best_class(activated(scores, given.format.activation)[:, offset:])
    return RawBoxes(boxes, best, columns + offset)


def _classes_fit(rows: np.ndarray, given: Given, offset: int) -> bool:
    """Hold column 0 and the number of columns to the offset: a background has a high score at nearly all anchors."""
    background = float(np.nanmean(rows[:, 0])) > HALF
    return background == bool(offset) and given.classes in (None, rows.shape[1] - offset)


def decoded(encodings: np.ndarray, anchors: np.ndarray) -> np.ndarray:
    """Return the boxes (A, 4) top, left, bottom, right of encodings ty, tx, th, tw against anchors (A, 4).

    cy = ty / 10 * ha + cya; cx = tx / 10 * wa + cxa; h = exp(th / 5) * ha; w = exp(tw / 5) * wa.
    Source: Ren et al., Faster R-CNN, 2015, equation 2, with the scale factors of the Object Detection API.
    """
    scaled = encodings / SCALES
    centres = scaled[:, :2] * anchors[:, 2:] + anchors[:, :2]
    halves = np.exp(np.minimum(scaled[:, 2:], LARGEST)) * anchors[:, 2:] / 2
    return np.concatenate([centres - halves, centres + halves], axis=1)


def activated(logits: np.ndarray, activation: str) -> np.ndarray:
    """Return class scores in 0..1; "auto" leaves what is in 0..1 already, and puts the rest through a sigmoid."""
    if activation == "none" or (activation == "auto" and are_scores(logits)):
        return logits
    if activation == "softmax":
        return softmax(logits)
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -60, 60))))


def _anchors(given: Given) -> np.ndarray | None:
    if given.anchors is not None:
        return given.anchors
    return ssd_anchors(given.tensor) if given.tensor else None


def _is_boxes(name: str, array: np.ndarray) -> tuple[bool, bool]:
    """Order outputs: four columns first, and of two such the one named after boxes."""
    return array.shape[1:] == (4,), "box" in name or "loc" in name
