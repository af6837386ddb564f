"""The straight line between pixel levels and the tensor's numbers: which pixels lie on one, and which line it is.

Whatever the range is, a tensor's number is slope * level + offset of its channel. So pixels can be judged before the
range is known: the right ones lie on a line to float noise, and no others do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SAMPLE = 5_000  # values of a channel that are looked at for a score
FAR = 16.0  # levels: how much one value counts at most, so that few wild ones do not hide the many
OUTLIER = 4.0  # times the median residual: beyond it a value is left out of the line
FLAT = 1e-9


@dataclass(frozen=True, slots=True)
class Line:
    """The line of each channel, and how far the values are from it."""

    slope: np.ndarray  # (C,) tensor units a level
    offset: np.ndarray  # (C,)
    score: float  # mean distance in levels, each value counted up to FAR
    worst: float  # largest distance, in tensor units
    weight: np.ndarray  # (C,) how well the slope is known: the spread of the levels it was fitted to


def fit_line(levels: np.ndarray, numbers: np.ndarray, clipped: tuple[float, float] | None = None) -> Line:
    """Fit numbers = slope * level + offset by channel, outliers left out.

    Args:
        levels: (h, w, C) pixel levels.
        numbers: (h, w, C) the tensor's numbers.
        clipped: numbers that stand for all beyond them, which lie on no line: the ends of an integer dtype.
    """
    step = max(1, round((levels.shape[0] * levels.shape[1] / SAMPLE) ** 0.5))
    x = levels[::step, ::step].reshape(-1, levels.shape[2]).T.astype(np.float64)
    y = numbers[::step, ::step].reshape(-1, levels.shape[2]).T.astype(np.float64)
    inside = np.ones_like(x) if clipped is None else ((y > clipped[0]) & (y < clipped[1])).astype(np.float64)
    slope, offset, _ = _least_squares(x, y, inside)
    residual = np.abs(y - slope[:, None] * x - offset[:, None]) * inside
    near = inside * (residual <= OUTLIER * np.median(residual, axis=1, keepdims=True) + FLAT)
    slope, offset, spread = _least_squares(x, y, near)
    residual = np.abs(y - slope[:, None] * x - offset[:, None]) * inside
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.minimum(residual / np.abs(slope)[:, None], FAR)
    lost = np.where(residual > FLAT, FAR, 0.0)  # of a constant channel, which says nothing unless its numbers vary
    score = float(np.where(slope[:, None] == 0, lost, distance).mean())
    return Line(slope, offset, score, float(residual.max()), spread)


def _least_squares(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return slope, offset and spread (C,) of each row's weighted least-squares line; slope 0 where x is constant."""
    total = weight.sum(axis=1).clip(1)
    x_mean = np.einsum("cn,cn->c", weight, x) / total
    y_mean = np.einsum("cn,cn->c", weight, y) / total
    off = weight * (x - x_mean[:, None])
    spread = np.einsum("cn,cn->c", off, x)
    shared = np.einsum("cn,cn->c", off, y)
    slope = np.where((spread > FLAT) & (np.abs(shared) > FLAT * FLAT), shared / np.maximum(spread, FLAT), 0.0)
    return slope, y_mean - slope * x_mean, spread
