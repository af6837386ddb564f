"""Call the user's function on each frame, and watch what it does besides: its habits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from workbench.errors import InvalidValue, WorkbenchError
from workbench.frames.frame import FrameSequence, as_rgb
from workbench.frames.listing import existing_file

Takes = Literal["rgb", "bgr", "path"]
CALLS = 2  # calls of each frame: enough to see that two answers differ


@dataclass(slots=True)
class Observed:
    """What a function gave for some frames, and how it behaved."""

    tensors: list[np.ndarray]  # without batch axis
    batch_axes: int = 0  # leading axes of length 1
    habits: dict[str, Any] = field(default_factory=dict)
    again: list[np.ndarray] = field(default_factory=list)  # the second answer, where it is another


def observe(function: Callable[[Any], Any], frames: FrameSequence, indices: list[int], takes: Takes) -> Observed:
    """Call `function` twice on each frame, each time with a fresh copy that it may write into.

    Raises:
        InvalidValue: the function raised, or gave no array of three axes; the text names the frame.
    """
    seen = Observed([])
    for index in indices:
        name = f"frame {index} ({frames.origin_of(index)})"
        answers = []
        for _ in range(CALLS):
            given = _given(frames, index, takes)
            before = given.copy() if isinstance(given, np.ndarray) else None
            answers.append(_called(function, given, name))
            if before is not None and not np.array_equal(before, given):
                seen.habits["mutates_input"] = True
        if answers[0].shape != answers[1].shape or not np.array_equal(answers[0], answers[1], equal_nan=True):
            seen.habits["not_deterministic"] = True
        first, seen.batch_axes = unbatched(answers[0], name)
        seen.tensors.append(first)
        seen.again.append(unbatched(answers[1], name)[0])
    return seen


def _given(frames: FrameSequence, index: int, takes: Takes) -> Any:
    if takes == "path":
        return str(_path(frames, index))
    rgb = as_rgb(frames.array(index), frames.order)
    return np.array(rgb if takes == "rgb" else rgb[..., ::-1])


def _path(frames: FrameSequence, index: int) -> Path:
    try:
        return existing_file(frames.origin_of(index))
    except WorkbenchError as error:
        raise InvalidValue(f"takes='path' needs frames that are files, one a frame: {error}") from None


def _called(function: Callable[[Any], Any], given: Any, name: str) -> np.ndarray:
    try:
        answer = function(given)
    except (Exception, SystemExit) as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise InvalidValue(
            f"the preprocessing function failed on {name}: {reason}; is `takes` what it expects (rgb, bgr or path)?"
        ) from error
    try:
        array = np.array(answer)
    except Exception:  # arrays of other libraries raise what they like: a PyTorch tensor that keeps gradients
        array = np.array(None)
    if array.dtype.kind not in "fiub" or not array.size:
        raise InvalidValue(
            f"the preprocessing function gave {type(answer).__name__} on {name}; it has to give an array "
            "of numbers (of a PyTorch tensor: tensor.detach().cpu().numpy())"
        )
    return array


def unbatched(tensor: np.ndarray, name: str) -> tuple[np.ndarray, int]:
    """Return the tensor without leading axes of length 1 beyond the third, and how many there were.

    Raises:
        InvalidValue: it is no picture's tensor.
    """
    axes = 0
    while tensor.ndim > 3 and tensor.shape[0] == 1:
        tensor, axes = tensor[0], axes + 1
    if tensor.ndim not in (2, 3):
        raise InvalidValue(
            f"the preprocessing function gave {tensor.shape} on {name}; expected one tensor of three axes, "
            "with or without a batch axis of 1 before them"
        )
    return tensor, axes
