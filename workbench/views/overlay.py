"""Draw what a model said on a live picture, fast enough for every frame: only the places that text covers are touched.

`lettering.overlay` and `boxes.overlay_boxes` compose the whole picture anew, 12 to 25 ms at 720p; this takes under 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import ImageFont

from workbench.results import Prediction
from workbench.results.boxes.frames import shapes
from workbench.views.box_style import INKS, PALETTE, WHITE, at_least, check_threshold, colors_of, labels_of
from workbench.views.lettering import font_for, shortened

if TYPE_CHECKING:
    import supervision as sv

NOT_FINITE = "NaN or Inf in the output"
DARK = 0.25  # what is left of the picture behind white text: legible on white, too
FAINT = "#b8b8b8"  # an answer below the threshold
LINE = 1.4  # of a row of text, in letter heights
Place = tuple[int, int, int, int]  # left, top, right, bottom in pixels


def annotated(
    image: np.ndarray,
    prediction: Prediction | None,
    *,
    threshold: float = 0.5,
    top: int = 3,
    caption: Sequence[str] = (),
) -> np.ndarray:
    """Return a copy of (H, W, 3) uint8 RGB `image` with what the model said about it.

    Class probabilities stand in the top left corner, those below the threshold in gray; boxes are drawn with class
    and score; other outputs are named with their one value or their shape. `caption` stands in the lower left corner.

    Args:
        image: the source frame; it stays as it is.
        prediction: of this one frame; None draws the caption only.
        threshold: the score, 0 to 1, from which on a box is drawn and a class is white.
        top: the most class probabilities shown.
        caption: lines such as the frame's number and time.

    Raises:
        InvalidValue: a threshold that is no score.
    """
    check_threshold(threshold)
    drawn = image.copy()
    size = max(12, min(image.shape[:2]) // 30)
    foot = image.shape[0] - _panel_height(len(caption), size) - size // 2  # where the caption starts
    if prediction is not None and prediction.detections is not None:
        taken = [(0, foot, image.shape[1], image.shape[0])] if caption else []
        _draw_boxes(drawn, at_least(prediction.detections[0], threshold), size, taken)
        if prediction.not_finite[0]:
            _draw_panel(drawn, [(NOT_FINITE, 1.0, True)], size)
    elif prediction is not None:
        least = np.float32(threshold)  # probabilities are float32, and 0.7 is a little less there
        rows = [(text, part, bool(part >= least)) for text, part in _answers(prediction, top)]
        _draw_panel(drawn, rows, size)
    if caption:
        _draw_panel(drawn, [(line, 0.0, True) for line in caption], size, start=foot)
    return drawn


def _answers(prediction: Prediction, top: int) -> list[tuple[str, float]]:
    """Return lines of text and the probability of each; 1 where there is none."""
    if prediction.classification is not None:
        best = prediction.classification.top(top)[0]
        return [(f"{part:4.0%}  {label}", part) for label, part in best] or [(NOT_FINITE, 1.0)]
    outputs = {name: values[0] for name, values in prediction.outputs.items()}
    single = {name: float(value.reshape(())) for name, value in outputs.items() if value.size == 1}
    if len(single) == len(outputs):
        return [(f"{name} {value:.4g}", 1.0) for name, value in list(single.items())[:top]]
    return [(shapes(outputs), 1.0)]


def _panel_height(rows: int, size: int) -> int:
    return round(LINE * size) * rows + size // 2


def _draw_panel(drawn: np.ndarray, rows: list[tuple[str, float, bool]], size: int, start: int | None = None) -> None:
    """Write rows on a dark ground at the left edge; under each a bar as long as its probability."""
    margin, step = size // 2, round(LINE * size)
    texts = [_letters(shortened(text, drawn.shape[1] - 4 * margin, size), size) for text, _, _ in rows]
    width = max((letters.shape[1] for letters in texts), default=0) + 2 * margin
    top = margin if start is None else start
    panel = _part(drawn, (margin, top, margin + width, top + _panel_height(len(rows), size)))
    if not panel.size:  # a picture smaller than the margin
        return
    np.copyto(panel, cv2.convertScaleAbs(panel, alpha=DARK))
    for number, (letters, (_, part, sure)) in enumerate(zip(texts, rows, strict=True)):
        row = panel[margin // 2 + number * step :]
        _write(row[:, margin:], letters, WHITE if sure else FAINT)
        if 0 < part < 1:
            thick = max(1, size // 10)
            row[step - thick : step, margin : margin + round(part * (width - 2 * margin))] = _rgb(PALETTE[0])


def _draw_boxes(drawn: np.ndarray, found: sv.Detections, size: int, taken: list[Place]) -> None:
    """Draw boxes with a dark rim, and their labels apart from each other and from what is taken; the surest on top."""
    order = np.arange(len(found)) if found.confidence is None else np.argsort(-found.confidence, kind="stable")
    colors, texts = colors_of(found), labels_of(found)
    labels = []
    for place in order:
        letters = _letters(shortened(texts[place], drawn.shape[1] - size, size), size)
        taken = [*taken, _free_spot(found.xyxy[place], letters.shape, drawn.shape, taken)]
        labels.append((place, letters, taken[-1]))
    thick = max(1, size // 8)
    for place in order[::-1]:
        x0, y0, x1, y1 = map(round, found.xyxy[place].tolist())
        cv2.rectangle(drawn, (x0, y0), (x1, y1), (0, 0, 0), thick + 2)
        cv2.rectangle(drawn, (x0, y0), (x1, y1), _rgb(PALETTE[colors[place]]), thick)
    for place, letters, spot in reversed(labels):
        ground = _part(drawn, spot)
        ground[:] = _rgb(PALETTE[colors[place]])
        _write(ground[:, letters.shape[0] // 5 :], letters, INKS[colors[place]])


def _free_spot(box: np.ndarray, letters: tuple[int, ...], picture: tuple[int, ...], taken: list[Place]) -> Place:
    """Return where a label lies, free if possible: above its box, inside it at its top, below it or inside there."""
    height, width = letters[0], letters[1] + 2 * (letters[0] // 5)
    left = int(min(max(box[0], 0), max(0, picture[1] - width)))
    tops = box[1] - height, box[1], box[3], box[3] - height, box[1] + height
    spots = []
    for wanted in tops:
        top = int(min(max(wanted, 0), max(0, picture[0] - height)))
        spots.append((left, top, left + width, top + height))
    return next((spot for spot in spots if not any(_meet(spot, other) for other in taken)), spots[0])


def _meet(a: Place, b: Place) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _part(drawn: np.ndarray, place: Place) -> np.ndarray:
    """Return the view of a picture at a place, which may reach beyond it."""
    left, top, right, bottom = place
    return drawn[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]


def _write(ground: np.ndarray, letters: np.ndarray, color: str) -> None:
    """Blend letters (h, w) uint8 coverage in a colour onto a view, cut off where it ends."""
    height, width = (min(pair) for pair in zip(ground.shape[:2], letters.shape, strict=True))
    if not height or not width:
        return
    ground, cover = ground[:height, :width], letters[:height, :width].astype(np.float32)
    ink = np.empty_like(ground)
    ink[:] = _rgb(color)
    cv2.blendLinear(ink, ground, cover, 255 - cover, ground)


@lru_cache(maxsize=256)
def _letters(text: str, size: int) -> np.ndarray:
    """Return the coverage of a line of text, (h, w) uint8: as high as its row, so that all share a base line."""
    font = _font(font_for(text), size)
    height, width = round(LINE * size), max(1, round(font.getlength(text)))
    mask, (x, y) = font.getmask2(text, mode="L", anchor="ls")
    drawn = np.zeros((height, width), np.uint8)
    if mask.size[0] and mask.size[1]:
        glyphs = np.array(mask, np.uint8).reshape(mask.size[::-1])
        left, top = max(0, round(x)), max(0, round(1.08 * size + y))
        part = drawn[top : top + glyphs.shape[0], left : left + glyphs.shape[1]]
        part[:] = glyphs[: part.shape[0], : part.shape[1]]
    return drawn


@lru_cache(maxsize=32)
def _font(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size)


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
