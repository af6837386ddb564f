"""Draw detections on pictures: boxes, labels and scores, by supervision's annotators; always on a copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np
from PIL import Image

from workbench.errors import InvalidValue
from workbench.views.box_style import INKS, PALETTE, at_least, check_threshold, colors_of, labels_of
from workbench.views.drawing import fit
from workbench.views.lettering import font_for, shortened
from workbench.views.markup import Markup
from workbench.views.slider import frame_slider

if TYPE_CHECKING:
    import supervision as sv

THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def overlay_boxes(
    image: np.ndarray,
    detections: sv.Detections,
    *,
    threshold: float = 0.0,
    labels: Sequence[str] | None = None,
    size: int | None = None,
) -> np.ndarray:
    """Return (H, W, 3) uint8 RGB `image` with the boxes, and above each its label.

    Labels are moved into the picture and apart from each other; letters are black or white, whichever stands out
    more on the colour of the box, which goes by class (by the classifier's answer in a cascade's result).

    Args:
        image: the source frame; it stays as it is.
        detections: `xyxy` in pixels of `image`.
        threshold: the score, 0 to 1, from which on a box is drawn.
        labels: one text a box, before the threshold; by default class and score, and a classifier's answer.
        size: height of the letters in pixels; by default a 40th of the picture's shorter side, 12 at least.

    Raises:
        InvalidValue: not one label a box, or a threshold that is no score.
    """
    import supervision as sv

    if labels is not None and len(labels) != len(detections):
        raise InvalidValue(f"one label a box is needed; got {len(labels)} for {len(detections)} boxes")
    texts = labels_of(detections) if labels is None else labels
    places = _places(detections, threshold)
    shown, colored = cast("sv.Detections", detections[places]), colors_of(detections)[places]
    size = size or max(12, min(image.shape[:2]) // 40)
    room = image.shape[1] - 2 * _pad(size)
    texts = [shortened(texts[place], room, size) for place in places]
    picture = Image.fromarray(image)
    palette, inks = sv.ColorPalette.from_hex(list(PALETTE)), sv.ColorPalette.from_hex(list(INKS))
    frames = sv.BoxAnnotator(color=palette, thickness=max(2, round(size / 7)))
    words = sv.RichLabelAnnotator(
        color=palette, text_color=inks, font_path=font_for("".join(texts)), font_size=size,
        text_padding=_pad(size), border_radius=_pad(size) // 2, smart_position=True,
    )  # fmt: skip
    picture = frames.annotate(picture, shown, custom_color_lookup=colored)
    return np.asarray(words.annotate(picture, shown, labels=texts, custom_color_lookup=colored))


def shrunk(
    image: np.ndarray, detections: sv.Detections, *, height: int, width: int
) -> tuple[np.ndarray, sv.Detections]:
    """Return a picture and its boxes to fit within a height and width, so that letters drawn then stay readable."""
    small = fit(image, height=height, width=width)
    factors = np.array([small.shape[1] / image.shape[1], small.shape[0] / image.shape[0]] * 2)
    return small, replace(detections, xyxy=detections.xyxy * factors)


def threshold_slider(
    image: np.ndarray,
    detections: sv.Detections,
    thresholds: Sequence[float] = THRESHOLDS,
    *,
    title: str = "Score threshold",
    within: tuple[int, int] = (360, 720),
) -> Markup:
    """Return the picture with its boxes at each threshold, as a slider that needs no kernel and no script.

    `within` is the height and width in pixels that the pictures are shrunk to before they are drawn on.

    Raises:
        InvalidValue: no threshold, or one that is no score.
    """
    if not thresholds:
        raise InvalidValue("threshold_slider needs at least one threshold, such as 0.5")
    small, boxes = shrunk(image, detections, height=within[0], width=within[1])
    pictures = [overlay_boxes(small, boxes, threshold=each) for each in thresholds]
    counts = [len(at_least(detections, each)) for each in thresholds]
    captions = [
        f"score {each:g} or more: {count} {'box' if count == 1 else 'boxes'}"
        for each, count in zip(thresholds, counts, strict=True)
    ]
    return frame_slider(pictures, captions, title=title, max_frames=len(pictures), within=within)


def _places(detections: sv.Detections, threshold: float) -> np.ndarray:
    """Return the places of the boxes to draw, the surest last, so that it lies on top."""
    check_threshold(threshold)
    if detections.confidence is None:
        return np.arange(len(detections))
    order = np.argsort(detections.confidence)
    return order[detections.confidence[order] >= threshold]


def _pad(size: int) -> int:
    return max(2, round(size / 4))
