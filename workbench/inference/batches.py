"""Frames to batches: decoded, preprocessed straight into slots of a few arrays that are used again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from workbench.recipes.callables import Compiled


@dataclass(frozen=True, slots=True, eq=False)
class FrameBatch:
    """Preprocessed pictures of consecutive frames; `tensors` is overwritten some batches later."""

    tensors: np.ndarray  # (n, ...) n up to the batch size
    decode_s: float
    preprocess_s: float


def batches(pictures: Iterable[np.ndarray], compiled: Compiled, size: int, *, arrays: int) -> Iterator[FrameBatch]:
    """Yield batches of `size` pictures (the last may be shorter), going round `arrays` reused arrays.

    Pictures that give tensors of their own size (no size in the recipe) start a new batch when it changes.
    """
    pictures = iter(pictures)
    if compiled.shape is None:
        for images, decode_s in _groups(pictures, size):
            start = time.perf_counter()
            tensors = compiled.batch(images)
            yield FrameBatch(tensors, decode_s, time.perf_counter() - start)
        return
    ring = cycle([np.empty((size, *compiled.shape), dtype=compiled.dtype) for _ in range(arrays)])
    for slots in ring:
        filled, decode_s, preprocess_s = _fill(pictures, compiled, slots)
        if filled:
            yield FrameBatch(slots[:filled], decode_s, preprocess_s)
        if filled < size:
            return


def _fill(pictures: Iterator[np.ndarray], compiled: Compiled, slots: np.ndarray) -> tuple[int, float, float]:
    """Preprocess picture by picture into the slots, while each is still in the processor's cache."""
    decode_s = preprocess_s = 0.0
    filled = 0
    for slot in slots:
        start = time.perf_counter()
        picture = next(pictures, None)
        decoded = time.perf_counter()
        decode_s += decoded - start
        if picture is None:
            break
        compiled(picture, slot)
        preprocess_s += time.perf_counter() - decoded
        filled += 1
    return filled, decode_s, preprocess_s


def _groups(pictures: Iterator[np.ndarray], size: int) -> Iterator[tuple[list[np.ndarray], float]]:
    """Yield runs of at most `size` pictures of one shape, with the seconds their decoding took."""
    group: list[np.ndarray] = []
    start = time.perf_counter()
    for picture in pictures:
        if group and (len(group) == size or picture.shape != group[0].shape):
            yield group, time.perf_counter() - start
            group, start = [], time.perf_counter()
        group.append(picture)
    if group:
        yield group, time.perf_counter() - start
