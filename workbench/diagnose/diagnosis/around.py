"""What stands around a model, looked at together: reading of boxes, regions, display and drawing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.diagnose.box_comparison import THRESHOLD
from workbench.diagnose.diagnosis.display import check_display
from workbench.diagnose.diagnosis.drawing import check_drawing
from workbench.diagnose.diagnosis.finding import Finding
from workbench.diagnose.diagnosis.reading import check_reading
from workbench.diagnose.diagnosis.regions import PIXELS, check_regions, own_boxes
from workbench.diagnose.diagnosis.serving import Takes
from workbench.errors import InvalidValue
from workbench.frames import FrameSequence
from workbench.frames.frame import ChannelOrder
from workbench.inference import predict
from workbench.models import Model
from workbench.recipes import Recipe
from workbench.results import Prediction

LOOKED_AT = 4  # frames that regions and displays are made of


@dataclass(frozen=True, slots=True)
class Around:
    """The functions of a program that stand around its model; None where there is none."""

    read: Callable[..., Any] | None = None
    crop: Callable[..., Any] | None = None
    show: Callable[..., Any] | None = None
    draw: Callable[..., Any] | None = None


def look_around(
    given: Around, model: Model, frames: FrameSequence, recipe: Recipe | None, takes: Takes
) -> tuple[Finding, ...]:
    """Return what is wrong with the functions that stand around a model.

    Raises:
        InvalidValue: boxes are to be read of a model whose preprocessing is not known, or that gives none.
    """
    order: ChannelOrder = "rgb" if takes == "rgb" else "bgr"
    found: tuple[Finding, ...] = ()
    prediction = _prediction(given, model, frames, recipe)
    if given.read is not None and prediction is not None and recipe is not None:
        found += check_reading(given.read, prediction, recipe).findings
    if given.crop is not None:
        boxes = prediction.detections if prediction else None
        form = boxes.format if boxes is not None else PIXELS  # type: ignore[attr-defined]
        real = own_boxes(prediction, recipe, threshold=THRESHOLD) if prediction and boxes is not None and recipe else []
        images = [frame.image for frame in frames] if real else _images(frames)
        found += check_regions(given.crop, images, order, form=form, real=real)
    if given.show is not None:
        found += check_display(given.show, _images(frames), order)
    return found + (check_drawing(given.draw) if given.draw is not None else ())


def _prediction(given: Around, model: Model, frames: FrameSequence, recipe: Recipe | None) -> Prediction | None:
    if given.read is None and given.crop is None:
        return None
    if recipe is None:
        raise InvalidValue("boxes need the model's own preprocessing: give training")
    return predict(frames, recipe, model, progress=False)


def _images(frames: FrameSequence) -> Sequence[np.ndarray]:
    return [frame.image for frame in frames[:LOOKED_AT]]
