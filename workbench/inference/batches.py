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
    sizes: list[tuple[int, int]]  # n times height, width of the source picture in pixels
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
            sizes = [_size(image) for image in images]
            yield FrameBatch(tensors, sizes, decode_s, time.perf_counter() - start)
        return
    ring = cycle([np.empty((size, *compiled.shape), dtype=compiled.dtype) for _ in range(arrays)])
    for slots in ring:
        made = _fill(pictures, compiled, slots)
        if made.sizes:
            yield made
        if len(made.sizes) < size:
            return


def _fill(pictures: Iterator[np.ndarray], compiled: Compiled, slots: np.ndarray) -> FrameBatch:
    """Preprocess picture by picture into the slots, while each is still in the processor's cache."""
    decode_s = preprocess_s = 0.0
    sizes: list[tuple[int, int]] = []
    for slot in slots:
        start = time.perf_counter()
        picture = next(pictures, None)
        decoded = time.perf_counter()
        decode_s += decoded - start
        if picture is None:
            break
        compiled(picture, slot)
        preprocess_s += time.perf_counter() - decoded
        sizes.append(_size(picture))
    return FrameBatch(slots[: len(sizes)], sizes, decode_s, preprocess_s)


def _size(picture: np.ndarray) -> tuple[int, int]:
    return picture.shape[0], picture.shape[1]


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
