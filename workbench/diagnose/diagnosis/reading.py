"""How a program reads a detector's boxes, held against the boxes as the model means them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.diagnose.box_comparison import OVERLAP, THRESHOLD
from workbench.diagnose.diagnosis.finding import Finding, as_array, name_of, told
from workbench.diagnose.identify_boxes import identify_boxes
from workbench.errors import InvalidValue
from workbench.recipes.callables import Preprocess
from workbench.results import Prediction
from workbench.results.boxes.columns import scores_of

ALIKE = 0.98  # share of the model's boxes that must be where they are read


@dataclass(frozen=True, slots=True)
class Reading:
    """What a program makes of the boxes of a detector."""

    findings: tuple[Finding, ...]
    boxes: int  # boxes the model has, with a score that counts
    lost: int  # of them, those that are read somewhere else, or not at all

    @property
    def verdict(self) -> str:
        """One sentence."""
        return f"{self.lost} of {self.boxes} boxes are not where the program reads them"


def check_reading(
    read: Callable[..., Any], prediction: Prediction, recipe: Preprocess, *, threshold: float = THRESHOLD
) -> Reading:
    """Say what is wrong with how a program reads boxes.

    Args:
        read: the user's function (outputs by name with batch axis, (height, width) of the frame) -> boxes (K, 4),
            left, top, right, bottom in pixels of the frame.
        prediction: the model's outputs on some frames, and its boxes decoded.
        recipe: what made the tensors.
        threshold: the lowest score of a box that counts.

    Raises:
        InvalidValue: the prediction has no boxes.
    """
    if prediction.detections is None:
        raise InvalidValue(
            f"{prediction.model} gives no boxes that are recognised, so no reading of them can be checked"
        )
    found, lost, count = [], 0, 0
    for index, known in enumerate(prediction.detections):
        true = known.xyxy[scores_of(known) >= threshold]
        outputs = {name: values[index : index + 1] for name, values in prediction.outputs.items()}
        boxes, error = _read(read, outputs, prediction.sizes[index])
        if error:
            return Reading((error,), _count(prediction, threshold), _count(prediction, threshold))
        found.append(boxes)
        count += len(true)
        lost += int((_best_overlap(true, boxes) < OVERLAP).sum())
    if not count or lost <= (1 - ALIKE) * count:
        return Reading((), count, lost)
    return Reading((_convention(read, found, prediction, recipe=recipe, lost=(lost, count)),), count, lost)


def _read(
    read: Callable[..., Any], outputs: dict[str, np.ndarray], size: tuple[int, int]
) -> tuple[np.ndarray, Finding | None]:
    none = np.zeros((0, 4))
    try:
        given = as_array(read(dict(outputs), size))
    except Exception as error:  # a user's own code
        if _works(read, outputs, size):
            return none, _finding("batch_axis", f"the batch axis of the outputs is not removed ({told(error)})",
                                  "take element 0 of every output: outputs[name][0]")  # fmt: skip
        return none, _finding("boxes", f"{name_of(read)!r} raises {told(error)} on the model's outputs",
                              f"its outputs are {', '.join(f'{n} {v.shape}' for n, v in outputs.items())}")  # fmt: skip
    if given is None or (given.size and (given.ndim != 2 or given.shape[1] != 4)):
        return none, _finding("boxes", f"{name_of(read)!r} gives no boxes (K, 4)", "return left, top, right, bottom")
    return given.reshape(-1, 4).astype(np.float64), None


def _works(read: Callable[..., Any], outputs: dict[str, np.ndarray], size: tuple[int, int]) -> bool:
    try:
        given = as_array(read({name: values[0] for name, values in outputs.items()}, size))
    except Exception:  # the same code, tried the other way
        return False
    return given is not None and given.ndim == 2


def _convention(
    read: Callable[..., Any],
    found: list[np.ndarray],
    prediction: Prediction,
    *,
    recipe: Preprocess,
    lost: tuple[int, int],
) -> Finding:
    """Name the convention that the function follows, and the one that the model does."""
    import supervision as sv

    right = prediction.detections.format  # type: ignore[union-attr]
    start = f"{lost[0]} of {lost[1]} boxes are read where the object is not"
    usable = [boxes[(boxes[:, 2:] > boxes[:, :2]).all(axis=1)] for boxes in found]
    said, cure = "", right.convention
    if sum(map(len, usable)):
        truth = [sv.Detections(xyxy=boxes) for boxes in usable]
        read_as = identify_boxes(prediction.outputs, prediction.sizes, recipe, truth, layout=right.name)
        if read_as.format is not None:
            said = f": {name_of(read)!r} reads {read_as.format.convention.partition(';')[0]} where the model gives "
            said += right.convention.partition(";")[0]
    return _finding("boxes", f"{start}{said}", f"read them as {cure}", kept=1 - lost[0] / lost[1])


def _best_overlap(true: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    import supervision as sv

    if not len(true) or not len(boxes):
        return np.zeros(len(true))
    return np.asarray(sv.box_iou_batch(true, boxes).max(axis=1))


def _count(prediction: Prediction, threshold: float) -> int:
    return sum(int((scores_of(each) >= threshold).sum()) for each in prediction.detections or ())


def _finding(fault: str, sentence: str, cure: str, *, kept: float = 0.0) -> Finding:
    return Finding("boxes", fault, sentence, cure, kept)
