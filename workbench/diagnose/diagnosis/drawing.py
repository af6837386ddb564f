"""What a program draws: whether the frame it was given stays as it is, and whether labels stay in the frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from workbench.diagnose.diagnosis.finding import Finding, as_array, called

SIZE = (240, 320)  # height, width in pixels of the black frame that is drawn on
MIDDLE, TOP = (80, 100, 220, 180), (80, 0, 220, 80)  # two boxes of one size: left, top, right, bottom
CUT = 0.9  # of the pixels drawn at the middle, that must be there at the top too


def check_drawing(draw: Callable[..., Any]) -> tuple[Finding, ...]:
    """Say what is wrong with how a program draws a box and its label.

    Args:
        draw: the user's function (frame, box (4,) left, top, right, bottom in pixels, label) -> picture, or None
            where it draws into the frame.

    Raises:
        InvalidValue: the function raises, or gives no picture of the frame's size.
    """
    (middle, changed), (top, _) = (_drawn(draw, box) for box in (MIDDLE, TOP))
    found = []
    if changed:
        seen = "it draws into the frame it is given, and what looks at that frame next sees the drawing"
        found.append(Finding("drawing", "mutates_input", seen, "draw on a copy: picture = frame.copy()"))
    if top < CUT * middle:
        share = f"{1 - top / middle:.0%} of the drawing"
        lost = f"the label of a box at the upper edge is drawn outside of the frame ({share})"
        cure = "write inside of the box where there is no room above it: max(y - 10, height of the text)"
        found.append(Finding("drawing", "label outside the frame", lost, cure))
    return tuple(found)


def _drawn(draw: Callable[..., Any], box: tuple[int, int, int, int]) -> tuple[int, bool]:
    """Return how many pixels are drawn, and whether the given frame was drawn into."""
    frame = np.zeros((*SIZE, 3), np.uint8)
    given = called(draw, frame, box, "object 0.95", what="the drawing function")
    picture = as_array(frame if given is None else given)
    changed = bool(frame.any())
    pixels = frame if picture is None or picture.shape != frame.shape else picture
    return int(pixels.any(axis=2).sum()), changed
