"""What a window would show: an array as `cv2.imshow` reads it, held against the frame it was made of.

`cv2.imshow` takes channels as blue, green, red, and shows 8-bit levels as they are and floats times 255 (OpenCV 5.0).
Nothing is opened here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np

from workbench.diagnose.diagnosis.finding import Finding, as_array, called
from workbench.frames.frame import ChannelOrder, as_rgb

BRIGHT = 2.0  # a float picture that goes beyond is in levels 0..255, of which imshow shows all above 1 as white
DARK = 1  # levels: an 8-bit picture that stays below was in 0..1 before its cast
FIT = 0.02  # of a channel's variance: by how much the other order of channels must fit worse
SIDE = 64  # pixels a side at which pictures are compared
BATCH = "imshow takes one picture; the array has a batch axis"


def check_display(show: Callable[..., Any], images: Sequence[np.ndarray], takes: ChannelOrder) -> tuple[Finding, ...]:
    """Say what is wrong with the array a program hands to `cv2.imshow`.

    Args:
        show: the user's function frame -> the array that goes to imshow.
        images: frames (H, W, 3) uint8 RGB.
        takes: channel order in which `show` gets them.

    Raises:
        InvalidValue: the function raises.
    """
    given = [as_array(called(show, as_rgb(image, takes).copy(), what="the display function")) for image in images]
    shown = [array for array in given if array is not None]
    if len(shown) < len(images) or any(array.ndim not in (2, 3) for array in shown):
        return (_finding("shape", _shape(shown), "show one picture: (H, W) or (H, W, 3)"),)
    return tuple(each for each in (_levels(shown), _order(shown, images)) if each)


def _shape(shown: Sequence[np.ndarray]) -> str:
    if any(array.ndim == 4 for array in shown):
        return f"{BATCH}: {next(array.shape for array in shown if array.ndim == 4)}"
    return "what goes to imshow is no picture"


def _levels(shown: Sequence[np.ndarray]) -> Finding | None:
    lowest, highest = min(float(array.min()) for array in shown), max(float(array.max()) for array in shown)
    if shown[0].dtype.kind == "f" and highest > BRIGHT:
        return _finding("levels", f"floats up to {highest:.0f} are shown nearly white: imshow takes floats as 0..1",
                        "show uint8 levels")  # fmt: skip
    if shown[0].dtype.kind == "f" and lowest < -0.5:
        return _finding("levels", f"floats from {lowest:.1f} are shown with every dark pixel black: imshow takes 0..1",
                        "show uint8 levels")  # fmt: skip
    if shown[0].dtype == np.uint8 and highest <= DARK:
        return _finding("levels", "levels of 0 and 1 are shown black: they were in 0..1 before the cast to uint8",
                        "multiply by 255 before the cast")  # fmt: skip
    return None


def _order(shown: Sequence[np.ndarray], images: Sequence[np.ndarray]) -> Finding | None:
    """Compare red on the screen with red and with blue of the frame: which is a straight line of which?"""
    if shown[0].ndim == 2 or shown[0].shape[2] != 3:
        return None
    small = [(_small(array), _small(image)) for array, image in zip(shown, images, strict=True)]
    kept = np.mean([_unlike(array[..., ::-1], image) for array, image in small])  # imshow's order: blue first
    swapped = np.mean([_unlike(array, image) for array, image in small])
    if kept - swapped < FIT:
        return None
    kind = "a float RGB picture" if shown[0].dtype.kind == "f" else "an RGB picture"
    return _finding("color", f"{kind} is shown by imshow, which takes BGR: red and blue are exchanged on the screen",
                    "cv2.cvtColor(picture, cv2.COLOR_RGB2BGR) before imshow, or show the frame itself")  # fmt: skip


def _small(array: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.resize(array.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_AREA))


def _unlike(a: np.ndarray, b: np.ndarray) -> float:
    """Return the share of the variance of red and blue that no straight line from `a` to `b` explains, 0..1."""
    shares = []
    for channel in (0, 2):
        x, y = a[..., channel].ravel(), b[..., channel].ravel()
        if x.std() > 0 and y.std() > 0:
            shares.append(1 - float(np.corrcoef(x, y)[0, 1]) ** 2)
    return float(np.mean(shares)) if shares else 0.0


def _finding(fault: str, sentence: str, cure: str) -> Finding:
    return Finding("display", f"display {fault}", sentence, cure)
