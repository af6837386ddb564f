"""BoxFormat: how a model's boxes are to be read, as a value; and the formats that have a name.

A format is a layout (which output holds what, see `layouts`) and a convention (what the four numbers of a box mean).
The convention is what goes wrong in practice, so each part of it is a field that can be changed:
`box_format("rows").replace(unit="pixels", axes="yxyx")`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from workbench.errors import InvalidValue, unknown

# which number of a box is what; c: centre, w and h: width and height
AXES = {
    "xyxy": "left, top, right, bottom",
    "yxyx": "top, left, bottom, right",
    "cxcywh": "centre x, centre y, width, height",
    "cycxhw": "centre y, centre x, height, width",
    "xywh": "left, top, width, height",
}
UNITS = {"normalised": "0..1", "pixels": "pixels"}
FRAMES = {"tensor": "the tensor", "source": "the source frame"}
ACTIVATIONS = ("auto", "none", "sigmoid", "softmax")
FIRST = {0: "classes counted from 0", 1: "classes counted from 1, 0 is the background"}


@dataclass(frozen=True, kw_only=True, slots=True)
class BoxFormat:
    """How boxes, scores and classes lie in a model's outputs, and what their numbers mean.

    Raises:
        UnknownName: a layout, axes, unit, frame or activation that nobody knows.
        InvalidValue: another class offset than 0 or 1, or an overlap outside 0..1.
    """

    layout: str  # which output holds what
    axes: str = "xyxy"
    unit: str = "normalised"  # or "pixels"
    of: str = "tensor"  # what is unit 1, or whose pixels: the tensor, letterbox and all, or the source frame
    class_offset: int = 0  # the number of the first class; 1: number (or score column) 0 is the background
    activation: str = "auto"  # of raw class scores; auto: sigmoid where they leave 0..1
    nms: float | None = None  # overlap (IoU) from which on the weaker box of a class is dropped; None: the model did it

    def __post_init__(self) -> None:
        """Refuse names and numbers outside their fields."""
        for kind, value, known in (
            ("axes", self.axes, AXES),
            ("unit", self.unit, UNITS),
            ("frame of boxes", self.of, FRAMES),
            ("activation", self.activation, ACTIVATIONS),
        ):
            if value not in known:
                raise unknown(kind, value, known)
        if self.class_offset not in FIRST:
            raise InvalidValue(f"class_offset is 0 or 1 (0 is the background); got {self.class_offset!r}")
        if self.nms is not None and not 0 <= self.nms <= 1:
            raise InvalidValue(f"nms is an overlap from 0 to 1, or None; got {self.nms!r}")

    def replace(self, **fields: Any) -> Self:
        """Return this format with some fields changed."""
        known = [field.name for field in dataclasses.fields(self)]
        for name in fields:
            if name not in known:
                raise unknown("field of a box format", name, known)
        return dataclasses.replace(self, **fields)

    @property
    def name(self) -> str:
        """The name of this format; where it has none, that of its layout with what is different."""
        for name, each in NAMED.items():
            if each == self:
                return name
        usual = NAMED.get(self.layout, BoxFormat(layout=self.layout))
        fields = (field.name for field in dataclasses.fields(self))
        values = {field: getattr(self, field) for field in fields}
        changed = [f"{field}={value}" for field, value in values.items() if value != getattr(usual, field)]
        return f"{self.layout} with {', '.join(changed)}"

    @property
    def convention(self) -> str:
        """What the numbers of a box mean, in words."""
        return f"{AXES[self.axes]}; {UNITS[self.unit]} of {FRAMES[self.of]}; {FIRST[self.class_offset]}"

    def corners(self, boxes: np.ndarray) -> np.ndarray:
        """Return boxes (K, 4) in this format's axes as x0, y0, x1, y1, float64, in the same unit."""
        import supervision as sv

        boxes = boxes.astype(np.float64)
        if self.axes in ("yxyx", "cycxhw"):
            boxes = boxes[:, [1, 0, 3, 2]]
        if self.axes.startswith("c"):
            return np.asarray(sv.xcycwh_to_xyxy(boxes))
        return np.asarray(sv.xywh_to_xyxy(boxes)) if self.axes == "xywh" else boxes


NAMED: dict[str, BoxFormat] = {
    "detection_api": BoxFormat(layout="detection_api", axes="yxyx", class_offset=1),
    "detection_api_pixels": BoxFormat(layout="detection_api", axes="yxyx", unit="pixels", class_offset=1),
    "tflite_postprocess": BoxFormat(layout="tflite_postprocess", axes="yxyx"),
    "boxes_scores_classes": BoxFormat(layout="boxes_scores_classes", axes="yxyx"),
    "boxes_scores_classes_pixels": BoxFormat(layout="boxes_scores_classes", axes="yxyx", unit="pixels"),
    "rows": BoxFormat(layout="rows"),
    "rows_pixels": BoxFormat(layout="rows", unit="pixels"),
    "center_rows": BoxFormat(layout="rows", axes="cxcywh"),
    "center_rows_pixels": BoxFormat(layout="rows", axes="cxcywh", unit="pixels"),
    "detection_output": BoxFormat(layout="detection_output", class_offset=1),
    "ssd": BoxFormat(layout="ssd", axes="yxyx", nms=0.5),
    "ssd_background": BoxFormat(layout="ssd", axes="yxyx", class_offset=1, nms=0.5),
    # object_detection/samples/configs, ssd_mobilenet_v2: iou_threshold 0.6
    "raw_detection_api": BoxFormat(layout="raw_detection_api", axes="yxyx", class_offset=1, nms=0.6),
    "yolov8": BoxFormat(layout="yolov8", axes="cxcywh", unit="pixels", nms=0.5),
    "yolov8_normalised": BoxFormat(layout="yolov8", axes="cxcywh", nms=0.5),
    "yolov5": BoxFormat(layout="yolov5", axes="cxcywh", unit="pixels", nms=0.5),
    "yolov5_normalised": BoxFormat(layout="yolov5", axes="cxcywh", nms=0.5),
}


def box_format(name: str | BoxFormat) -> BoxFormat:
    """Return the format called `name`, or a BoxFormat as it is.

    Raises:
        UnknownName: there is no such format; the text names the closest.
    """
    if isinstance(name, BoxFormat):
        return name
    if name not in NAMED:
        raise unknown("box format", name, NAMED)
    return NAMED[name]
