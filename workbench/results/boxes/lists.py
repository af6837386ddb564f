"""Layouts of several outputs: boxes in one, scores in another, classes in a third."""

from __future__ import annotations

import numpy as np

from workbench.results.boxes.layout import FrameOutputs, Given, RawBoxes, are_classes, are_scores, layout

API = "detection_boxes", "detection_scores", "detection_classes", "num_detections"
# a TensorFlow 2 export that lost its names numbers them in the order of the alphabet, first to last:
# detection_anchor_indices, _boxes, _classes, _multiclass_scores, _scores, num_detections, raw_detection_*
API_NUMBERED = "Identity_1", "Identity_4", "Identity_2", "Identity_5"
TFLITE = "TFLite_Detection_PostProcess"
TFLITE_ORDER = TFLITE, f"{TFLITE}:2", f"{TFLITE}:1", f"{TFLITE}:3"
WORDS = ("box",), ("score", "conf", "prob"), ("class", "label"), ("num", "count", "valid")


@layout("detection_api", source="TensorFlow Object Detection API, exporter_lib_v2.py; label maps count from 1")
def detection_api(outputs: FrameOutputs, given: Given) -> RawBoxes | None:
    """Outputs by name: detection_boxes, detection_scores, detection_classes, perhaps num_detections; others ignored."""
    del given
    plain = {_plain(name): array for name, array in outputs.items()}
    names = API_NUMBERED if len(plain) == 8 and set(API_NUMBERED) <= set(plain) else API
    if not set(names[:3]) <= set(plain):
        return None
    return _raw(plain[names[0]], plain[names[1]], plain[names[2]], plain.get(names[3]))


@layout("tflite_postprocess", source="TensorFlow Lite's TFLite_Detection_PostProcess op, detection_postprocess.cc")
def tflite_postprocess(outputs: FrameOutputs, given: Given) -> RawBoxes | None:
    """TFLite_Detection_PostProcess and its :1, :2 and :3: boxes (K, 4), classes (K,), scores (K,) and their count."""
    del given
    if not set(TFLITE_ORDER) <= set(outputs):
        return None
    return _raw(*(outputs[name] for name in TFLITE_ORDER))


@layout("boxes_scores_classes", source="[boxes, scores, classes] of Keras detectors in tutorials; TFLite SSD exports")
def boxes_scores_classes(outputs: FrameOutputs, given: Given) -> RawBoxes | None:
    """Outputs boxes (K, 4), scores (K,), classes (K,), and perhaps their count; by name, content, else this order."""
    del given
    return _sorted(outputs) if len(outputs) in (3, 4) else None


def _plain(name: str) -> str:
    """Return an output's name without the folder and number that a graph puts around it."""
    return name.rsplit("/", 1)[-1].split(":", maxsplit=1)[0]


def _sorted(outputs: FrameOutputs) -> RawBoxes | None:
    """Tell boxes, scores, classes and count apart by shape, then by name, content and order."""
    boxes = [array for array in outputs.values() if array.ndim == 2 and array.shape[1] == 4]
    if len(boxes) != 1:
        return None
    length = len(boxes[0])
    lists = {name: array for name, array in outputs.items() if array.shape == (length,) and array is not boxes[0]}
    counts = [array for name, array in outputs.items() if array.size == 1 and name not in lists]
    if length == 1 and len(lists) == 3:  # one box: the count looks like a list, too
        named = [name for name in lists if _says(name, 3)]
        counts += [lists.pop(named[0] if named else list(lists)[-1])]
    if len(lists) != 2 or len(counts) != len(outputs) - 3:
        return None
    scores, classes = _told_apart(lists)
    return _raw(boxes[0], scores, classes, counts[0] if counts else None)


def _told_apart(lists: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return which of two lists holds the scores and which the classes."""
    (first, a), (second, b) = lists.items()
    if _says(first, 1) or _says(second, 2):
        return a, b
    if _says(second, 1) or _says(first, 2) or not (are_scores(a) and are_classes(b)):
        return b, a
    return a, b


def _says(name: str, what: int) -> bool:
    return any(word in name.lower() for word in WORDS[what])


def _raw(
    boxes: np.ndarray, scores: np.ndarray, classes: np.ndarray, count: np.ndarray | None = None
) -> RawBoxes | None:
    """Cut the lists to the number of detections; None where they are no boxes, scores and classes."""
    if boxes.ndim != 2 or boxes.shape[1] != 4 or not scores.shape == classes.shape == (len(boxes),):
        return None
    if not are_scores(scores) or not are_classes(classes):
        return None
    valid = len(boxes) if count is None or not np.isfinite(count).all() else int(np.ravel(count)[0])
    return RawBoxes(boxes[:valid], scores[:valid], classes[:valid])
