"""A user's preprocessing in the place of a recipe: whatever it takes, `predict` and `compare` can run it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np

from workbench.diagnose.diagnosis.finding import called
from workbench.errors import InvalidValue, unknown
from workbench.frames.frame import FrameSequence
from workbench.recipes import Recipe
from workbench.recipes.callables import Preprocess
from workbench.recipes.functions import Given
from workbench.samples import resolve

Takes = Literal["rgb", "bgr", "path"]
TAKES = ("rgb", "bgr", "path")
WHAT = "the preprocessing function"


def check_takes(takes: str) -> None:
    """Refuse what no function takes.

    Raises:
        UnknownName: none of TAKES.
    """
    if takes not in TAKES:
        raise unknown("thing that a function takes", takes, TAKES)


def runnable(given: Given, frames: FrameSequence, takes: Takes) -> Preprocess:
    """Return what `compare` runs over these frames, once and in their order, in the place of a recipe.

    Raises:
        InvalidValue: not one saved tensor for each frame, or a function of paths for frames without files.
    """
    if isinstance(given, Recipe):
        return given
    if isinstance(given, np.ndarray):
        if len(given) != len(frames):
            raise InvalidValue(f"saved tensors: expected one for each of {len(frames)} frames; got {given.shape}")
        return Replay(iter(given))
    if takes == "path":
        return Replay(called(given, path, what=WHAT) for path in paths_of(frames))
    return TakesArrays(given, takes)


def paths_of(frames: FrameSequence) -> list[str]:
    """Return the file of every frame.

    Raises:
        InvalidValue: frames of a video or of arrays have none of their own.
    """
    origins = [frames.origin_of(index) for index in range(len(frames))]
    if len(set(origins)) < len(origins):
        raise InvalidValue(f"{frames.origin}: takes='path' needs frames that are files; use 'bgr' or 'rgb'")
    return [str(resolve(origin)) for origin in origins]


class TakesArrays:
    """A function of pictures in either channel order, as one of RGB pictures."""

    def __init__(self, function: Callable[..., Any], takes: Takes) -> None:
        self.function, self.takes = function, takes

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Return the function's tensor of (H, W, 3) uint8 RGB."""
        given = image[..., ::-1].copy() if self.takes == "bgr" else image
        return np.asarray(called(self.function, given, what=WHAT))


class Replay:
    """Tensors made before, handed out one a frame in the frames' order, whatever picture is given."""

    def __init__(self, tensors: Iterator[Any]) -> None:
        self.tensors = tensors

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Return the next tensor."""
        del image
        return np.asarray(next(self.tensors))
