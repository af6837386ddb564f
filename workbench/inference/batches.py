"""Frames to batches: decoded, preprocessed straight into slots of a few arrays that are used again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
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


def shared_batches(
    pictures: Iterable[np.ndarray], functions: Sequence[Compiled], size: int, *, arrays: int
) -> Iterator[list[FrameBatch]]:
    """Yield, for each function, the batch of the same `size` pictures (the last may be shorter).

    The tensors go round `arrays` reused arrays of each function. Where a function gives tensors of the picture's
    own size (no size in the recipe), a new batch starts when it changes.
    """
    pictures = iter(pictures)
    if any(function.shape is None for function in functions):
        for images, decode_s in _groups(pictures, size):
            yield [_at_once(images, function, decode_s) for function in functions]
        return
    rings = [[np.empty((size, *f.shape), dtype=f.dtype) for f in functions if f.shape] for _ in range(arrays)]
    for slots in cycle(rings):
        made = _fill(pictures, functions, slots)
        if made[0].sizes:
            yield made
        if len(made[0].sizes) < size:
            return


def _at_once(images: list[np.ndarray], function: Compiled, decode_s: float) -> FrameBatch:
    start = time.perf_counter()
    tensors = function.batch(images)
    return FrameBatch(tensors, [_size(image) for image in images], decode_s, time.perf_counter() - start)


def _fill(
    pictures: Iterator[np.ndarray], functions: Sequence[Compiled], slots: Sequence[np.ndarray]
) -> list[FrameBatch]:
    """Preprocess picture by picture into the slots, while each is still in the processor's cache."""
    decode_s, preprocess_s = 0.0, [0.0] * len(functions)
    sizes: list[tuple[int, int]] = []
    for place in range(len(slots[0])):
        start = time.perf_counter()
        picture = next(pictures, None)
        decoded = time.perf_counter()
        decode_s += decoded - start
        if picture is None:
            break
        for number, function in enumerate(functions):
            before = time.perf_counter()
            function(picture, slots[number][place])
            preprocess_s[number] += time.perf_counter() - before
        sizes.append(_size(picture))
    return [
        FrameBatch(each[: len(sizes)], sizes, decode_s, spent) for each, spent in zip(slots, preprocess_s, strict=True)
    ]


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
