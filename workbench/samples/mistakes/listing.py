"""Which mistake is of which tutorial, on which sample model it is priced, and what a diagnosis must say of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from workbench.samples.mistakes import around, feeding

Part = Literal["serving", "show", "crop", "read", "draw"]
VIDEO = "saved Keras model on VideoCapture"
CUSTOM = "custom Keras model in OpenCV"
STREAM = "live stream to TensorFlow"
SSD = "SSD MobileNet in OpenCV"
CASCADE = "detector with a Keras classifier"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake of one tutorial."""

    tutorial: str
    bug: str  # in a few words
    part: Part  # the argument of `find_preprocessing` that takes the function
    function: Callable[..., Any]
    model: str  # the sample model it is priced on, whose preset is the right recipe
    frames: str
    faults: frozenset[str]  # what a diagnosis must name, at least

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.__name__

    @property
    def labels(self) -> str | None:
        """Where the true classes of the frames are, in this model's numbers; None where there are none."""
        return self.frames if self.model in LABELLED else None


LITE, CAFFE = "sample:efficientnet-lite0", "sample:efficientnet-lite0-caffe"
HANDS, OID = "sample:ssd-hands", "sample:ssd-mobilenet-oid"
LABELLED = (LITE, CAFFE, "sample:cifar10-cnn")  # their classes are those of labels.csv beside their frames
PHOTOS, FACES = "sample:imagenet-20", "sample:faces-6"


def mistakes() -> tuple[Mistake, ...]:
    """Return every mistake, tutorial by tutorial."""
    return tuple(
        Mistake(tutorial, bug, part, function, model, frames, frozenset(faults.split(", ")))
        for tutorial, bug, part, function, model, frames, faults in ROWS
    )


# tutorial, bug, part, function, model, frames, faults
ROWS: tuple[tuple[str, str, Part, Callable[..., Any], str, str, str], ...] = (
    (VIDEO, "divided by 255 by habit, stretched, not antialiased", "serving", feeding.classify_frame, LITE, PHOTOS,
     "range, crop_fraction, resize"),
    (VIDEO, "means for BGR taken from RGB", "serving", feeding.subtract_means, CAFFE, PHOTOS,
     "color, range, crop_fraction, resize"),
    (VIDEO, "a detector of raw levels divided by 255", "serving", feeding.detect_in_unit, "sample:centernet-coco",
     PHOTOS, "range"),
    (VIDEO, "boxes read x first", "read", around.read_x_first, HANDS, FACES, "boxes"),
    (VIDEO, "labels written above the frame, into the frame itself", "draw", around.draw_above, HANDS, FACES,
     "mutates_input, label outside the frame"),
    (CUSTOM, "divided by 255 by habit", "serving", feeding.score_picture, "sample:cifar10-cnn", "sample:cifar-20",
     "range"),
    (CUSTOM, "float RGB given to imshow", "show", around.show_input, LITE, PHOTOS, "display color"),
    (CUSTOM, "batch axis of the boxes not removed", "read", around.read_with_batch_axis, HANDS, FACES, "batch_axis"),
    (STREAM, "BGR not made RGB, divided by 255, stretched", "serving", feeding.classify_stream, LITE, PHOTOS,
     "color, range, crop_fraction, resize"),
    (SSD, "float32 in 0..1 given to a uint8 signature", "serving", feeding.float_for_uint8, HANDS, FACES,
     "range, dtype, size"),
    (SSD, "the same cast to uint8, so that it runs", "serving", feeding.cast_to_fit, HANDS, FACES, "uint8_cast, size"),
    (SSD, "stretched to 300 x 300 before a model of any size", "serving", feeding.fixed_side, HANDS, FACES, "size"),
    (SSD, "0..1 given to a model of -1..1", "serving", feeding.unit_for_symmetric, OID, PHOTOS,
     "range"),
    (CASCADE, "regions in BGR, divided by 255", "serving", feeding.classify_region, "sample:dog-breeds", PHOTOS,
     "color, range, resize"),
    (CASCADE, "boxes of 0..1 cut as pixels", "crop", around.cut_by_numbers, HANDS, FACES, "regions"),
    (CASCADE, "boxes not clipped to the frame", "crop", around.cut_unclipped, OID, PHOTOS, "crop outside the frame"),
)  # fmt: skip
