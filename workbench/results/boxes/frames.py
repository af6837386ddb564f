"""A model's outputs frame by frame, with or without names, with or without a batch axis."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np

from workbench.errors import InvalidValue
from workbench.results.boxes.layout import FrameOutputs

DETECTION_OUTPUT = 7  # columns of a DetectionOutput row; the first is the number of the picture


def by_frame(outputs: Mapping[str, np.ndarray] | Sequence[np.ndarray] | np.ndarray, count: int) -> list[FrameOutputs]:
    """Return the outputs of each of `count` frames, without batch axis; unnamed ones are called 0, 1, 2...

    Raises:
        InvalidValue: there is not one row of every output for each frame.
    """
    arrays = {name: np.asarray(array) for name, array in _named(outputs).items()}
    named = {name: array for name, array in arrays.items() if array.dtype.kind in "fiu"}  # some give names as text
    if [array.shape[:2] for array in named.values()] == [(1, 1)] and count > 1:
        named = _by_picture_number(named, count)
    if all(array.ndim and len(array) == count for array in named.values()):
        return [{name: array[i] for name, array in named.items()} for i in range(count)]
    if count == 1:
        return [_unbatched(named)]
    raise InvalidValue(
        f"outputs {shapes(named)} do not have one row for each of {count} frames; keep the batch axis, "
        "and give `sizes` of the same frames"
    )


def shapes(outputs: FrameOutputs) -> str:
    """Return names and shapes in one line."""
    return ", ".join(f"{name} {tuple(array.shape)}" for name, array in outputs.items())


def _named(outputs: Mapping[str, np.ndarray] | Sequence[np.ndarray] | np.ndarray) -> Mapping[str, np.ndarray]:
    if isinstance(outputs, Mapping):
        return outputs
    return {str(i): array for i, array in enumerate([outputs] if isinstance(outputs, np.ndarray) else outputs)}


def _unbatched(named: FrameOutputs) -> FrameOutputs:
    warnings.warn(
        f"outputs {shapes(named)} have no batch axis; they are taken as those of one frame. "
        "`predictions[0]` of a model with several outputs is its first output, not its first frame",
        stacklevel=4,
    )
    return named


def _by_picture_number(named: FrameOutputs, count: int) -> dict[str, np.ndarray]:
    """Give rows (1, 1, K, 7) that carry the number of their picture a batch axis, padded with rows of score 0."""
    [(name, array)] = named.items()
    if array.ndim != 4 or array.shape[3] != DETECTION_OUTPUT:
        return dict(named)
    rows = array[0, 0]
    parts = [rows[rows[:, 0] == i] for i in range(count)]
    padded = np.zeros((count, 1, max(map(len, parts)), DETECTION_OUTPUT), rows.dtype)
    for i, part in enumerate(parts):
        padded[i, 0, : len(part)] = part
    return {name: padded}
