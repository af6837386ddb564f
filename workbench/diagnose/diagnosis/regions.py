"""What a program cuts out of its frames: its regions held against the same boxes clipped to the frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from workbench.diagnose.diagnosis.finding import Finding, as_array, told
from workbench.frames.frame import ChannelOrder, as_rgb
from workbench.inference.regions import crop_regions
from workbench.recipes.box_map import BoxMap, box_map
from workbench.recipes.callables import Preprocess
from workbench.recipes.slots import Slots
from workbench.results import BoxFormat, Prediction
from workbench.results.boxes.clean import in_source
from workbench.results.boxes.format import AXES, UNITS
from workbench.results.boxes.frames import by_frame
from workbench.results.boxes.layout import Given
from workbench.results.boxes.recognise import read_frames

# left, top, right, bottom as shares of the frame; each is a box that detectors give
INSIDE = ((0.25, 0.2, 0.6, 0.55), (0.5, 0.4, 0.8, 0.9))
OVER = {
    "left": (-0.1, 0.3, 0.3, 0.6),
    "upper": (0.3, -0.1, 0.6, 0.3),
    "right": (0.8, 0.3, 1.1, 0.6),
    "lower": (0.3, 0.8, 0.6, 1.1),
}
SLACK = 1  # pixels: int() cuts fractions off, and the region is one pixel beside the rounded one
CLIP = "clip the box to 0..width and 0..height before cutting; NumPy counts a negative edge from the other side"
PIXELS = BoxFormat(layout="rows", axes="xyxy", unit="pixels", of="source")


def check_regions(
    crop: Callable[..., Any],
    images: Sequence[np.ndarray],
    takes: ChannelOrder,
    *,
    form: BoxFormat = PIXELS,
    real: Sequence[np.ndarray] = (),
) -> tuple[Finding, ...]:
    """Say what is wrong with the regions a program cuts: other pixels, none, or an error.

    Args:
        crop: the user's function (frame, box) -> region (h, w, 3).
        images: frames (H, W, 3) uint8 RGB.
        takes: channel order in which `crop` gets them; the region may be in either.
        form: the convention of the box (4,) it is given: what the detector's outputs follow.
        real: for each image the detector's own boxes (K, 4) in source pixels, unclipped; they give `kept`.
    """

    def said(image: np.ndarray, box: np.ndarray) -> str:
        return _said(crop, image, box, takes=takes, form=form)

    inside = [said(image, _in_pixels(box, image)) for image in images for box in INSIDE]
    outside = {side: [said(image, _in_pixels(box, image)) for image in images] for side, box in OVER.items()}
    wrong = [text for text in inside if text]
    sides = {side: _commonest(texts) for side, all_ in outside.items() if (texts := [text for text in all_ if text])}
    if not wrong and not sides:
        return ()
    fates = [said(image, box) for image, boxes in zip(images, real, strict=False) for box in boxes]
    kept = 1 - sum(map(bool, fates)) / len(fates) if fates else None
    lost = f"; of the detector's own boxes {sum(map(bool, fates))} of {len(fates)} are lost so" if fates else ""
    if wrong:
        what = f"{len(wrong)} of {len(inside)} boxes inside of the frame give {_commonest(wrong)}"
        said_of = f"{what}; the boxes are {AXES[form.axes]} in {UNITS[form.unit]}{lost}"
        return (Finding("regions", "regions", said_of, _cure(form), kept),)
    where = "; ".join(f"over the {side} edge: {text}" for side, text in sides.items())
    text = f"a box that reaches out of the frame is not clipped ({where}){lost}"
    return (Finding("regions", "crop outside the frame", text, CLIP, kept),)


def own_boxes(prediction: Prediction, recipe: Preprocess, *, threshold: float) -> list[np.ndarray]:
    """Return for each frame the boxes (K, 4) of a detector in source pixels, as its outputs have them: not clipped."""
    import supervision as sv

    form = prediction.detections.format  # type: ignore[union-attr]
    wheres = [box_map(recipe, size) if isinstance(recipe, Slots) else size for size in prediction.sizes]
    givens = [Given(form, where.tensor if isinstance(where, BoxMap) else None, named=True) for where in wheres]
    raws = read_frames(by_frame(prediction.outputs, len(wheres)), givens) or []
    found = []
    for raw, where in zip(raws, wheres, strict=False):
        sure = raw.scores >= threshold
        boxes = in_source(form.corners(raw.boxes[sure]), form, where)
        classes = np.rint(raw.classes[sure]).astype(int)
        all_ = sv.Detections(xyxy=boxes, confidence=raw.scores[sure], class_id=classes)
        found.append(np.asarray((all_.with_nms(form.nms) if form.nms and len(all_) else all_).xyxy))
    return found


def _in_pixels(shares: Sequence[float], image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    return np.array(shares) * [width, height, width, height]


def _said(
    crop: Callable[..., Any], image: np.ndarray, pixels: np.ndarray, *, takes: ChannelOrder, form: BoxFormat
) -> str:
    """Return what is wrong with the region of one box in source pixels; empty where it is right."""
    height, width = image.shape[:2]
    frame = as_rgb(image, takes).copy()
    try:
        given = as_array(crop(frame, _written(pixels, form, (height, width))))
    except Exception as error:  # a user's own code, given a box it may not take
        return told(error)
    if given is None or given.ndim not in (2, 3) or not given.size:
        return "an empty region"
    return "" if _cuts(given, as_rgb(image, takes), pixels) else "other pixels"


def _written(pixels: np.ndarray, form: BoxFormat, size: tuple[int, int]) -> np.ndarray:
    """Return a box (4,) x0, y0, x1, y1 in source pixels as the numbers of a convention."""
    numbers = pixels / np.array([size[1], size[0]] * 2) if form.unit == "normalised" else pixels
    x0, y0, x1, y1 = numbers
    centre = ((x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0)
    written = {"xyxy": (x0, y0, x1, y1), "yxyx": (y0, x0, y1, x1), "xywh": (x0, y0, x1 - x0, y1 - y0),
               "cxcywh": centre, "cycxhw": (centre[1], centre[0], centre[3], centre[2])}  # fmt: skip
    return np.array(written[form.axes])


def _cuts(given: np.ndarray, frame: np.ndarray, pixels: np.ndarray) -> bool:
    """Tell whether a region is the clipped box, up to a pixel a side, in either order of channels."""
    pictures = crop_regions(frame, pixels[None]).pictures
    if not pictures:
        return True  # nothing is left of the box in the frame, and so nothing can be wrong
    [expected] = pictures
    if given.ndim != expected.ndim or max(abs(a - b) for a, b in zip(given.shape, expected.shape, strict=True)) > (
        2 * SLACK
    ):
        return False
    height, width = frame.shape[:2]
    top, left = (int(np.clip(np.rint(value), 0, most)) for value, most in ((pixels[1], height), (pixels[0], width)))
    for y in range(max(top - SLACK, 0), top + SLACK + 1):
        for x in range(max(left - SLACK, 0), left + SLACK + 1):
            same = frame[y : y + given.shape[0], x : x + given.shape[1]]
            if same.shape == given.shape and (np.array_equal(same, given) or np.array_equal(same[..., ::-1], given)):
                return True
    return False


def _commonest(texts: Sequence[str]) -> str:
    return max(set(texts), key=texts.count)


def _cure(form: BoxFormat) -> str:
    steps = ["read y before x"] if form.axes == "yxyx" else []
    steps += ["multiply by the frame's height and width"] if form.unit == "normalised" else []
    return " and ".join(steps) or "cut frame[y0:y1, x0:x1]"
