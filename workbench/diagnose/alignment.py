"""Align the layers of two graphs by what they compute: names, fused layers and layouts may all differ.

Two tensors are the more alike, the closer their values lie in some order of the axes, else the more they correlate
and the more alike their quantiles are, which no order can change. Where that leaves it open, a shared name tips the
scales. The alignment is the order-keeping set of pairs with the largest sum of likeness (Needleman and Wunsch, 1970,
without a cost for gaps): layers that only one graph has are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from workbench.diagnose.difference import widened
from workbench.diagnose.patterns import correlation
from workbench.diagnose.reorder import layouts

PROBES = 2048  # values of a frame that two tensors are compared at
QUANTILES = np.linspace(0, 1, 17)
CLOSE = 0.05  # of the spread: closer than that two tensors count as one, and no other pairs outweigh them
WORTH = 10.0  # of such a pair, in likenesses of others
ANY, NAMED = (
    0.02,
    0.5,
)  # worth of a pair of the same size, and of one of the same name: they settle what values leave open
SAME = 1e-4  # of the spread: mean, extremes and quantiles of the same values in another order stay below it


@dataclass(frozen=True, slots=True)
class Match:
    """A layer of A and the layer of B that makes the same of a batch, or the like."""

    a: str
    b: str
    likeness: float  # 1 the same values, 0 nothing in common
    reordered: bool  # same values, other places


class _Layer:
    """The tensor of one frame with what is needed to find its like."""

    def __init__(self, name: str, values: np.ndarray) -> None:
        self.name = name
        self.values = np.nan_to_num(widened(np.atleast_1d(values)[:1]))  # (1, ...) the first frame
        self.spread = float(self.values.std(dtype=np.float64))
        marks = (self.values.mean(dtype=np.float64), self.spread, self.values.min(), self.values.max())
        self.marks = np.array(marks, dtype=np.float64)  # of the values in any order
        self.places = np.random.default_rng(0).integers(self.values.size, size=PROBES)
        self.probed = self.values.ravel()[self.places]
        self.shape = _unit(np.quantile(self.probed, QUANTILES))

    @cached_property
    def quantiles(self) -> np.ndarray:
        """Quantiles of all values; slow for large tensors."""
        return np.asarray(np.quantile(self.values, QUANTILES))


def align(a: Mapping[str, np.ndarray], b: Mapping[str, np.ndarray]) -> tuple[Match, ...]:
    """Return the pairs of layers that belong together, in the order they run.

    Args:
        a: layer name -> tensor (N, ...), in the order they run; the first frame is looked at.
        b: the same of the other model.
    """
    rows, columns = ([_Layer(name, values) for name, values in side.items()] for side in (a, b))
    if not rows or not columns:
        return ()
    likeness = np.zeros((len(rows), len(columns), 2))
    for i, one in enumerate(rows):
        for j, other in enumerate(columns):
            if one.values.size == other.values.size:
                likeness[i, j] = _likeness(one, other)
    close, reordered = likeness[..., 0] > 1 - CLOSE, likeness[..., 1] > 0
    same_size = np.array([[one.values.size == other.values.size for other in columns] for one in rows])
    named = np.array([[_is_named_after(one.name, other.name) for other in columns] for one in rows])
    worth = likeness[..., 0] + WORTH * (close | reordered) + same_size * (ANY + NAMED * named)
    return tuple(
        Match(rows[i].name, columns[j].name, float(likeness[i, j, 0]), bool(reordered[i, j] and not close[i, j]))
        for i, j in _best_path(worth)
    )


def _is_named_after(one: str, other: str) -> bool:
    """Whether a name, but for the number that an export adds, is a part of the other: fc in model/fc_1/MatMul."""
    return bool(one and other) and (one in _parts(other) or other in _parts(one))


@cache
def _parts(name: str) -> frozenset[str]:
    """Return the parts of a name like model/fc_1/MatMul;model/fc_1/BiasAdd, with and without their last number."""
    parts = re.split("[/;]", name.partition(":")[0] if ";" not in name else name)
    return frozenset({*parts, *(re.sub(r"_\d+$", "", part) for part in parts)})


def _likeness(one: _Layer, other: _Layer) -> tuple[float, float]:
    """Return how alike two tensors are (0 to 1), and 1 if they hold the same values in some order."""
    spread = max(one.spread, other.spread)
    if spread == 0:
        same = np.allclose(one.marks, other.marks, rtol=1e-6, atol=1e-6)
        return float(same), 0.0
    readings = _readings(one.values, other.values, one.places)
    closeness = max(1 - float(np.sqrt(np.mean((one.probed - y) ** 2))) / spread for y in readings)
    if closeness > 1 - CLOSE:
        return closeness, 0.0
    related = max(0.0, *(correlation(one.probed, y) for y in readings))
    shape = max(0.0, 1 - float(np.sqrt(np.mean((one.shape - other.shape) ** 2))))
    return min(0.7 * related + 0.3 * shape, 1 - CLOSE), float(_same_values(one, other, SAME * spread))


def _same_values(one: _Layer, other: _Layer, allowed: float) -> bool:
    """Compare what the order of the values cannot change."""
    if np.abs(one.marks - other.marks).max() > allowed:
        return False
    return bool(np.abs(one.quantiles - other.quantiles).max() <= allowed)


def _readings(a: np.ndarray, b: np.ndarray, places: np.ndarray) -> list[np.ndarray]:
    """Return B's values at A's places, read in each layout that B's shape allows."""
    found = [b.ravel()[places]]
    for axes in layouts(a.shape, b.shape) if 2 < b.ndim <= 5 else ():
        moved = b.transpose(axes)
        found.append(moved[np.unravel_index(places, moved.shape)])
    return found


def _unit(quantiles: np.ndarray) -> np.ndarray:
    """Return quantiles without their scale: an activation shows in them, the size of the weights does not."""
    size = float(np.sqrt(np.mean(quantiles**2)))
    return quantiles / size if size else quantiles


def _best_path(worth: np.ndarray) -> list[tuple[int, int]]:
    """Return the pairs (i, j), rising in both, with the largest sum."""
    rows, columns = worth.shape
    total = np.zeros((rows + 1, columns + 1))
    for i in range(rows):
        with_pair = total[i, :-1] + worth[i]
        total[i + 1, 1:] = np.maximum.accumulate(np.maximum(with_pair, total[i, 1:]))
    path, i, j = [], rows, columns
    while i and j:
        if worth[i - 1, j - 1] and total[i, j] == total[i - 1, j - 1] + worth[i - 1, j - 1]:
            path.append((i - 1, j - 1))  # of layers that do not change what they are given, the last
            i, j = i - 1, j - 1
        elif total[i, j] == total[i - 1, j]:
            i -= 1
        else:
            j -= 1
    return path[::-1]
