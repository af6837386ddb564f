"""How boxes look, in pictures and in the browser alike: colours by class, letters that read on them, and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from workbench.errors import InvalidValue

if TYPE_CHECKING:
    import supervision as sv

# bright enough to stand out on a photo, and far apart for any eye in this order
PALETTE = (
    "#ffb000", "#00b4d8", "#ff4d6d", "#52b788", "#9b5de5", "#f3722c",
    "#4361ee", "#c0ca33", "#d81b9a", "#00897b", "#ffd166", "#8d6e63",
)  # fmt: skip
BLACK, WHITE = "#000000", "#ffffff"


def ink_on(color: str) -> str:
    """Return black or white, whichever has the higher contrast on `color` (`#rrggbb`).

    Source: WCAG 2.2, relative luminance; the two contrasts are equal at 0.179.
    """
    levels = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    return BLACK if linear @ (0.2126, 0.7152, 0.0722) > 0.179 else WHITE


INKS = tuple(map(ink_on, PALETTE))


def colors_of(found: sv.Detections) -> np.ndarray:
    """Return each box's place in the palette, (N,) int: by the classifier's answer if there is one, else by class."""
    classes = np.zeros(len(found), int) if found.class_id is None else np.asarray(found.class_id, int)
    answers = np.asarray(found.data.get("answer_id", np.full(len(found), -1)), int)
    return np.asarray(np.where(answers >= 0, answers, classes) % len(PALETTE))


def labels_of(found: sv.Detections) -> list[str]:
    """Return one line a box: class and score, and after an arrow what a classifier answered."""
    numbers = [""] * len(found) if found.class_id is None else [f"class {n}" for n in found.class_id]
    names = found.data.get("class_name", numbers)
    scores = [""] * len(found) if found.confidence is None else [f" {score:.0%}" for score in found.confidence]
    lines = [f"{name}{score}".strip() for name, score in zip(names, scores, strict=True)]
    if "answer" not in found.data:
        return lines
    answers = zip(found.data["answer"], found.data["answer_score"], strict=True)
    told = [f" → {answer} {score:.0%}" if answer else "" for answer, score in answers]
    return [line + more for line, more in zip(lines, told, strict=True)]


def packed(found: sv.Detections) -> list[list[Any]]:
    """Return, for the browser, x0, y0, x1, y1 in source pixels, score or None, label and place in the palette a box."""
    # rounded, so that float32's 0.7 is 0.7 to the browser's float64 threshold, as it is to NumPy's
    scores = [None] * len(found) if found.confidence is None else found.confidence.astype(float).round(6).tolist()
    columns = zip(found.xyxy.tolist(), scores, labels_of(found), colors_of(found).tolist(), strict=True)
    return [[*edges, score, label, color] for edges, score, label, color in columns]


def inked_palette() -> list[dict[str, str]]:
    """Return, for the browser, each colour of the palette with that of the letters on it."""
    return [{"fill": fill, "ink": ink} for fill, ink in zip(PALETTE, INKS, strict=True)]


def at_least(found: sv.Detections, threshold: float) -> sv.Detections:
    """Return the detections with a score of `threshold` or more; all where they have no scores.

    Raises:
        InvalidValue: the threshold is no score.
    """
    check_threshold(threshold)
    return found if found.confidence is None else cast("sv.Detections", found[found.confidence >= threshold])


def check_threshold(threshold: float) -> None:
    """Refuse what is no score.

    Raises:
        InvalidValue: not a number from 0 to 1.
    """
    if not 0 <= threshold <= 1:
        raise InvalidValue(f"threshold is a score from 0 to 1; got {threshold}")
