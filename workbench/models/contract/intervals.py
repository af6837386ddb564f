"""Which `range` fits: by the interval of numbers that comes out of it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from workbench.recipes.ranges import apply_range

LEVELS = np.arange(256, dtype=np.uint8)
FED = ("raw", "unit", "symmetric")  # what a network with preprocessing inside is fed
# what a first convolution is fed in training, by the published recipes of keras.applications and torchvision
TRAINED_ON = ("unit", "symmetric", "torch", "raw", "caffe")
QUANTIZED = ("raw", "unit", "symmetric", "centered", "torch", "caffe")
NEAR = 0.05  # of the width of an interval: two intervals are the same
CALIBRATED = 0.08  # of the width: photos seen in calibration need not reach both ends
SMALL = 0.9, 8.0  # narrowest and widest small-number interval: [0, 1] to [-4, 4]
WIDE = 200.0, 300.0  # the same for intervals in levels, with or without a mean taken off


def levels(name: str) -> np.ndarray:
    """Return what a range makes of the levels 0..255 in red, green and blue: (256, 3)."""
    pixels = np.repeat(LEVELS[:, None, None], 3, axis=2)
    return np.asarray(apply_range(pixels, name)[:, 0, :], dtype=np.float64)


@lru_cache(maxsize=64)
def ends(name: str) -> tuple[float, float]:
    """Return the lowest and the highest value of a range, each as mean over red, green and blue."""
    values = levels(name)
    return float(values.min(axis=0).mean()), float(values.max(axis=0).mean())


def accepted(scale: np.ndarray, offset: np.ndarray) -> tuple[str, ...]:
    """Return the ranges that `scale * x + offset` inside a model brings to numbers networks are trained on.

    The only one, if one comes out just as in training; all that are plausible, if none does.
    """
    fits = {name: distance for name in FED if (distance := _distance(name, scale, offset)) is not None}
    ranked = sorted(fits, key=fits.__getitem__)
    return tuple(name for name in ranked if fits[ranked[0]] > NEAR or fits[name] <= NEAR)


def _distance(name: str, scale: np.ndarray, offset: np.ndarray) -> float | None:
    """Return how far the result is from the nearest interval seen in training; None where it is like none."""
    low, high = sorted(float(np.mean(scale * end + offset)) for end in ends(name))
    width = high - low
    small = SMALL[0] <= width <= SMALL[1] and low <= 0.3 and high >= 0.3
    wide = WIDE[0] <= width <= WIDE[1] and low <= 1 and high >= 80
    if not small and not wide:
        return None
    return min(_apart((low, high), ends(known)) for known in TRAINED_ON)


def stored_as(dtype: str, quantization: tuple[float, int]) -> tuple[str, ...]:
    """Return the ranges whose interval a quantized input can hold and no more, the nearest first."""
    found = real_ends(dtype, quantization)
    near = {name: distance for name in QUANTIZED if (distance := _apart(found, ends(name))) <= CALIBRATED}
    return tuple(sorted(near, key=near.__getitem__))


def real_ends(dtype: str, quantization: tuple[float, int]) -> tuple[float, float]:
    """Return the real numbers that the lowest and highest integer stand for."""
    scale, zero_point = quantization
    limits = np.iinfo(dtype)
    return scale * (limits.min - zero_point), scale * (limits.max - zero_point)


def interval(low: float, high: float) -> str:
    """Write an interval for a person."""
    return f"[{low:.3g}, {high:.3g}]"


def _apart(a: tuple[float, float], b: tuple[float, float]) -> float:
    return max(abs(a[0] - b[0]), abs(a[1] - b[1])) / max(b[1] - b[0], 1e-9)
