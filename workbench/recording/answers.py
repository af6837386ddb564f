"""What a model said about one frame as plain JSON types, and back, without losing a bit of a float."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.results import Prediction
from workbench.results.boxes.columns import classes_of, labels_of, scores_of

if TYPE_CHECKING:
    import supervision as sv

TOP = 5  # class probabilities in a line
MOST_NUMBERS = 4096  # of all outputs of a frame; of more than that a line holds the hash
Plain = dict[str, Any]


def plain_answer(prediction: Prediction) -> Plain:
    """Return the answer to the first frame of a prediction: `top` (label, probability), or `boxes`; {} if neither.

    A box is x0, y0, x1, y1 in source pixels, score, class number, label.
    """
    if prediction.detections is not None:
        found = prediction.detections[0]
        columns = (*found.xyxy.T.tolist(), scores_of(found).tolist(), classes_of(found).tolist(), labels_of(found))
        return {"boxes": [list(row) for row in zip(*columns, strict=True)]}
    if prediction.classification is not None:
        return {"top": [list(row) for row in prediction.classification.top(TOP)[0]]}
    return {}


def detections(boxes: Sequence[Sequence[Any]]) -> sv.Detections:
    """Return the boxes of a line as they were."""
    import supervision as sv

    return sv.Detections(
        xyxy=np.array([row[:4] for row in boxes], np.float32).reshape(-1, 4),
        confidence=np.array([row[4] for row in boxes], np.float32),
        class_id=np.array([row[5] for row in boxes], int),
        data={"class_name": np.array([row[6] for row in boxes], dtype=str)},
    )


def plain_outputs(outputs: Mapping[str, np.ndarray]) -> Plain:
    """Return the raw outputs of one frame (1, ...): all numbers, or where they are many the hash of their bytes."""
    rows = {name: np.ascontiguousarray(values[0]) for name, values in outputs.items()}
    small = sum(row.size for row in rows.values()) <= MOST_NUMBERS
    return {name: _plain_row(row, in_full=small and row.dtype.kind in "fiub") for name, row in rows.items()}


def _plain_row(row: np.ndarray, *, in_full: bool) -> Plain:
    held = {"values": _numbers(row)} if in_full else {"sha256": hashlib.sha256(_bytes(row)).hexdigest()}
    return {"dtype": str(row.dtype), "shape": list(row.shape), **held}


def _bytes(row: np.ndarray) -> bytes:
    return repr(row.tolist()).encode() if row.dtype.kind == "O" else row.tobytes()


def _numbers(row: np.ndarray) -> list[Any]:
    """Return all numbers; a float32 is widened, which is exact, and JSON has no NaN, so that becomes a text."""
    numbers = row.reshape(-1).tolist()
    if row.dtype.kind != "f" or np.isfinite(row).all():
        return numbers
    return [number if math.isfinite(number) else str(number) for number in numbers]


def array(held: Plain) -> np.ndarray | None:
    """Return one recorded output (...) as it was, bit for bit but for which NaN; None where only its hash is held."""
    if "values" not in held:
        return None
    dtype = np.dtype(held["dtype"])
    numbers = [float(number) for number in held["values"]] if dtype.kind == "f" else held["values"]
    return np.array(numbers, dtype).reshape(held["shape"])


def same_bits(held: Plain, row: np.ndarray) -> bool:
    """Tell whether an output (...) is the recorded one, bit for bit; one NaN is as good as another."""
    row = np.ascontiguousarray(row)
    if [str(row.dtype), list(row.shape)] != [held["dtype"], held["shape"]]:
        return False
    recorded = array(held)
    if recorded is None:
        return bool(held["sha256"] == hashlib.sha256(_bytes(row)).hexdigest())
    if row.dtype.kind != "f":
        return bool(np.array_equal(recorded, row))
    signs = (np.signbit(recorded) == np.signbit(row)) | np.isnan(row)  # 0.0 and -0.0 are equal, and not the same
    return bool(np.array_equal(recorded, row, equal_nan=True) and signs.all())


def apart(held: Plain, row: np.ndarray) -> float:
    """Return the largest |recorded - now|; NaN where that is not known, inf where the shapes differ."""
    if list(row.shape) != held["shape"]:
        return math.inf
    if same_bits(held, row):
        return 0.0
    recorded = array(held)
    if recorded is None or row.dtype.kind not in "fiub":
        return math.nan
    return float(np.abs(recorded.astype(np.float64) - row.astype(np.float64)).max(initial=0.0))
