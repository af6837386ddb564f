"""Resampling along one axis inside a Keras model, in operations that every format holds.

float32 adds whole numbers below 2**24 exactly in any order, so sums that libraries take in integers are split until
their parts stay below that, and come out to the bit in Keras, in a SavedModel and in TFLite alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.recipes.code.resampling import Taps

HEIGHT, WIDTH = 1, 2  # axes of frames (N, height, width, channels)
FEW = 4  # taps up to which rows are gathered and added; beyond it a matrix is quicker


def weighted(x: Any, axis: int, taps: Taps) -> Any:
    """Return the weighted sums along an axis of frames (N, H, W, C) float32."""
    if taps.index.shape[1] > FEW:
        return by_matrix(x, axis, taps.matrix(x.shape[axis]))
    from keras import ops

    parts = [
        ops.multiply(taken(x, axis, index), along(axis, weights))
        for index, weights in zip(taps.index.T, taps.weights.T, strict=True)
    ]
    total = parts[0]
    for part in parts[1:]:
        total = ops.add(total, part)
    return total


def by_matrix(x: Any, axis: int, matrix: np.ndarray) -> Any:
    """Return the sums along an axis, weighted by a matrix (size, length)."""
    import keras

    to_end = {HEIGHT: (2, 3, 1), WIDTH: (1, 3, 2)}[axis]
    back = {HEIGHT: (3, 1, 2), WIDTH: (1, 3, 2)}[axis]
    dense = keras.layers.Dense(len(matrix), use_bias=False, trainable=False, dtype="float32")
    x = dense(keras.layers.Permute(to_end)(x))
    dense.set_weights([matrix.T.astype(np.float32)])
    return keras.layers.Permute(back)(x)


def taken(x: Any, axis: int, index: np.ndarray) -> Any:
    """Return the rows, or columns, of frames that `index` names."""
    from keras import ops

    return ops.take(x, np.asarray(index, np.int32), axis=axis)


def along(axis: int, values: np.ndarray) -> np.ndarray:
    """Return numbers, one for each row or column, so that they multiply frames (N, H, W, C)."""
    shape = [1, 1, 1, 1]
    shape[axis] = len(values)
    return np.asarray(values, np.float32).reshape(shape)


def shifted_sum(x: Any, axis: int, taps: Taps, *, bits: int, split: int) -> Any:
    """Return floor(sum / 2**bits + 1/2) clipped to 0..255, the weights split at 2**split so that every sum is exact."""
    high = np.rint(taps.weights / 2**split)
    low = taps.weights - high * 2**split
    sums = (weighted(x, axis, Taps(taps.index, part)) for part in (high, low))
    return _rounded(*sums, bits=bits, split=split)


def shifted_sum_of_large(x: Any, axis: int, taps: Taps, *, bits: int, split: int) -> Any:
    """Do as `shifted_sum`, but split the pixels at 2**split: they are whole numbers up to 2**20, the weights small."""
    from keras import ops

    high = ops.floor(x / 2**split)
    sums = (weighted(part, axis, taps) for part in (high, x - high * 2**split))
    return _rounded(*sums, bits=bits, split=split)


def _rounded(high: Any, low: Any, *, bits: int, split: int) -> Any:
    """Return floor((high * 2**split + low + 2**(bits - 1)) / 2**bits), clipped to 0..255; every step is exact."""
    from keras import ops

    carried = ops.floor((low + 2 ** (bits - 1)) / 2**split)
    return ops.clip(ops.floor((high + carried) / 2 ** (bits - split)), 0, 255)


def linear_down(x: Any, taps: Taps) -> Any:
    """Return OpenCV's 8-bit bilinear down the rows, from sums across of 2**11 a level, in whole levels.

    OpenCV 5.0, modules/imgproc/src/resize.cpp, VResizeLinear of uchar:
    ((b0 * (s0 >> 4)) >> 16) + ((b1 * (s1 >> 4)) >> 16) + 2 >> 2.
    """
    from keras import ops

    x = ops.floor(x / 16)
    total = 2.0
    for index, weights in zip(taps.index.T, taps.weights.T, strict=True):
        rows, weight = taken(x, HEIGHT, index), along(HEIGHT, weights)
        high = ops.floor(rows / 256)  # weight * rows is beyond 2**24: its high and low byte are weighed apart
        low = rows - high * 256
        total = total + ops.floor((high * weight + ops.floor(low * weight / 256)) / 256)
    return ops.clip(ops.floor(total / 4), 0, 255)
