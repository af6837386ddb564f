"""What serving costs: the answers of both sides, read alike."""

from __future__ import annotations

from typing import Any

from workbench.diagnose.box_comparison import BoxComparison
from workbench.diagnose.compare import Side, compare
from workbench.diagnose.comparison import Comparison
from workbench.errors import InvalidValue
from workbench.frames import FrameSequence
from workbench.inference import predict


def compared(training: Side, serving: Side, frames: FrameSequence, **options: Any) -> Comparison | BoxComparison:
    """Hold serving against training; a detector's boxes are read on both sides as they are read in training.

    Wrong pixels can leave no box that tells the format of the outputs, and then only training's side has boxes.

    Raises:
        InvalidValue: neither boxes nor class probabilities; labels that do not fit.
        InputMismatch: a side's tensors do not fit the model.
    """
    try:
        return compare(training, serving, frames, **options)
    except InvalidValue:
        known = predict(frames, *training, progress=False).detections
        if known is None:
            raise
        return compare(training, serving, frames, boxes=known.format, **options)  # type: ignore[attr-defined]
