"""A recipe's resize inside a Keras model, for frames of one size: to the bit where the library counts in integers."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.models.export.passes import (
    HEIGHT,
    WIDTH,
    along,
    by_matrix,
    linear_down,
    shifted_sum,
    shifted_sum_of_large,
    taken,
    weighted,
)
from workbench.recipes.code import resampling
from workbench.recipes.code.pillow import down_first
from workbench.recipes.code.resizing import BILINEAR, PILLOW
from workbench.recipes.code.tf_bilinear import between
from workbench.recipes.geometry import Size

NEAREST = ("cv2.nearest", "cv2.nearest_exact", "pil.nearest", "tf.nearest")


def resized(x: Any, name: str, size: Size, *, rounded: bool) -> Any:
    """Return frames (N, H, W, C) float32 resized to `size`; `rounded`: pixels are whole levels before and after."""
    source = (int(x.shape[HEIGHT]), int(x.shape[WIDTH]))
    if source == size:
        return x
    if name in NEAREST:
        for axis in (HEIGHT, WIDTH):
            index = resampling.nearest_index(name, source[axis - 1], size[axis - 1])
            x = taken(x, axis, index)
        return x
    if not rounded:
        return _as_floats(x, name, source, size)
    if name in PILLOW:
        return _pillow(x, name, source, size)
    if name.startswith("cv2."):
        return _opencv(x, name, source, size)
    return _to_levels(_as_floats(x, name, source, size))


def _pillow(x: Any, name: str, source: Size, size: Size) -> Any:
    for axis in (HEIGHT, WIDTH) if down_first(source, size) else (WIDTH, HEIGHT):
        if source[axis - 1] != size[axis - 1]:
            taps = resampling.pillow_taps(name, source[axis - 1], size[axis - 1])
            x = shifted_sum(x, axis, taps, bits=22, split=9)
    return x


def _opencv(x: Any, name: str, source: Size, size: Size) -> Any:
    whole = all(length % places == 0 for length, places in zip(source, size, strict=True))
    halved = source == (2 * size[0], 2 * size[1])
    if whole and (name == "cv2.area" or (name == "cv2.linear" and halved)):
        return _mean(x, source, size, halved=halved)
    enlarges = source[0] < size[0] or source[1] < size[1]
    if name == "cv2.linear" or (name == "cv2.area" and enlarges):
        area = name == "cv2.area"
        across = resampling.linear_taps(source[1], size[1], across=True, area=area)
        down = resampling.linear_taps(source[0], size[0], across=False, area=area)
        return linear_down(weighted(x, WIDTH, across), down)
    if name == "cv2.linear_exact":
        for axis in (WIDTH, HEIGHT):
            x = weighted(x, axis, resampling.linear_exact_taps(source[axis - 1], size[axis - 1]))
        return _floor((x + 2**15) / 2**16)
    if name == "cv2.lanczos4":
        x = weighted(x, WIDTH, resampling.lanczos4_taps(source[1], size[1]))
        return shifted_sum_of_large(x, HEIGHT, resampling.lanczos4_taps(source[0], size[0]), bits=22, split=10)
    return _to_levels(_as_floats(x, name, source, size))


def _mean(x: Any, source: Size, size: Size, *, halved: bool) -> Any:
    """Return the mean of whole blocks: OpenCV's sums them as integers; of 2 x 2 pixels it rounds half up."""
    for axis in (WIDTH, HEIGHT):
        length, places = source[axis - 1], size[axis - 1]
        index = np.arange(length).reshape(places, -1)
        x = weighted(x, axis, resampling.Taps(index, np.ones(index.shape)))
    pixels = source[0] * source[1] // (size[0] * size[1])
    return _floor((x + 2) / 4) if halved else _to_levels(x * float(np.float32(1 / pixels)))


def _as_floats(x: Any, name: str, source: Size, size: Size) -> Any:
    """Resize without rounding; the order of the axes is the library's where that is known."""
    if name in BILINEAR:
        return _bilinear(x, name, source, size)
    for axis in (HEIGHT, WIDTH) if name.startswith("tf.") and name != "tf.area" else (WIDTH, HEIGHT):
        length, places = source[axis - 1], size[axis - 1]
        taps = resampling.float_taps(name, length, places)
        if taps is not None:
            x = weighted(x, axis, taps)
        elif length != places:
            other = (source[2 - axis], size[2 - axis])
            x = by_matrix(x, axis, resampling.measured_matrix(name, (length, places), other))
    if name == "tf.area":
        down, across = (np.float32(length) / np.float32(places) for length, places in zip(source, size, strict=True))
        x = x * float(1 / (down * across))
    return x


def _bilinear(x: Any, name: str, source: Size, size: Size) -> Any:
    """Do as TensorFlow's ResizeBilinear does, in its order: across, then down."""
    for axis in (WIDTH, HEIGHT):
        length, places = source[axis - 1], size[axis - 1]
        before, after, part = between(BILINEAR[name](length, places), length)
        first = taken(x, axis, before)
        x = first + (taken(x, axis, after) - first) * along(axis, part)
    return x


def _to_levels(x: Any) -> Any:
    from keras import ops

    return ops.clip(ops.round(x), 0, 255)


def _floor(x: Any) -> Any:
    from keras import ops

    return ops.floor(x)
