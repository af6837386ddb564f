"""Which named formats fit a model's outputs, by their shapes, names and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from workbench.results.boxes import lists, rows, ssd, yolo  # noqa: F401 - they fill the registry
from workbench.results.boxes.format import NAMED, BoxFormat
from workbench.results.boxes.layout import LAYOUTS, FrameOutputs, Given, RawBoxes

# layouts whose output names leave no doubt: nothing else is tried
BY_NAME = ("detection_api", "tflite_postprocess", "raw_detection_api")
SURE = 0.05  # boxes with a lower score are padding and noise, whose numbers say nothing
LARGEST_NORMALISED = 2.0  # a detector's normalised boxes reach a little over 1, never this far
WRONG = 0.05  # share of inverted boxes from which on corners are no corners


def recognise(frames: Sequence[FrameOutputs], givens: Sequence[Given]) -> list[BoxFormat]:
    """Return the formats that fit the outputs of some frames; none, or several, where the numbers do not decide.

    What numbers cannot tell goes by custom: rows have x first, separate lists of TensorFlow have y first,
    classes of the Object Detection API count from 1, all others from 0.
    """
    found: list[BoxFormat] = []
    for name in LAYOUTS:
        for named in (each for each in NAMED.values() if each.layout == name):
            raws = read_frames(frames, [replace(given, format=named) for given in givens])
            if raws is None or not _plausible(raws, named):
                continue
            found.append(named)
        if found and name in BY_NAME:
            break
    return _without_doubles(found)


def read_frames(frames: Sequence[FrameOutputs], givens: Sequence[Given]) -> list[RawBoxes] | None:
    """Return the raw boxes of every frame by the layout of the format; None where one frame does not have it."""
    raws = []
    for outputs, given in zip(frames, givens, strict=True):
        raw = LAYOUTS[given.format.layout].read(outputs, given)
        if raw is None:
            return None
        raws.append(raw)
    return raws


def reach(raws: Sequence[RawBoxes]) -> float:
    """Return how far the boxes with a score worth the name reach: the median of their largest coordinates, or NaN.

    The median, since a few boxes before NMS go far beyond the tensor.
    """
    boxes = _sure(raws)
    return float(np.median(np.abs(boxes).max(axis=1))) if boxes.size else float("nan")


def _plausible(raws: Sequence[RawBoxes], named: BoxFormat) -> bool:
    """Hold the numbers to the unit and the axes of a format; without any sure box nothing speaks against it."""
    boxes = _sure(raws)
    if not boxes.size:
        return True
    if (reach(raws) > LARGEST_NORMALISED) != (named.unit == "pixels"):
        return False
    corners = named.corners(boxes)
    return bool(((corners[:, 2:] < corners[:, :2]).any(axis=1)).mean() <= WRONG)


def _sure(raws: Sequence[RawBoxes]) -> np.ndarray:
    boxes = np.concatenate([raw.boxes[raw.scores >= SURE] for raw in raws])
    return np.asarray(boxes[np.isfinite(boxes).all(axis=1)])


def _without_doubles(found: list[BoxFormat]) -> list[BoxFormat]:
    """Keep one format of each layout: corners before centres, and the usual class offset, as they are listed."""
    by_layout = {each.layout: each for each in reversed(found)}
    return [each for each in found if by_layout[each.layout] == each]
