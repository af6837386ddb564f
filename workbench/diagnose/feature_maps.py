"""The order OpenCV DNN gives the boxes of a TFLite SSD: right numbers, transposed feature map by feature map.

A detector's rows (anchors) come from several feature maps, one after the other. Where a runtime leaves out the
transposition from channels first to channels last, each map's rows are transposed on their own, and the values
of the first n rows are the same set in both tensors only where a map ends. That is how the maps are found here,
without knowing the detector.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

Named = tuple[str, str, np.ndarray]  # in words, as NumPy code, as an index of a frame's values
MOST_CUTS = 64  # ends that are tried for one map


@dataclass(frozen=True, slots=True)
class FeatureMap:
    """A run of rows that B holds as a matrix transposed."""

    rows: int
    anchors: int  # rows of the matrix, k: a = b.reshape(k, -1).T.reshape(-1, width); 1 where nothing is transposed

    def __str__(self) -> str:
        side = math.isqrt(self.rows // self.anchors)
        cells = f"{side}x{side}" if side**2 * self.anchors == self.rows else f"{self.rows // self.anchors}"
        return f"{cells}x{self.anchors}"


def feature_map_orders(a: np.ndarray, b: np.ndarray, tolerance: float) -> Iterator[Named]:
    """Yield the order that transposes each feature map of `a` (N, ..., rows, width), if there is one."""
    rows, width = (a.shape[-2], a.shape[-1]) if a.ndim > 2 else (0, 0)
    if rows < 2 or rows * width != a[0].size:
        return
    maps = _find_maps(a[0].reshape(rows, width), b[0].reshape(rows, width), tolerance)
    if maps is None or all(each.anchors == 1 for each in maps):
        return
    maps = _joined(maps)
    yield _in_words(maps), _as_code(maps, width), _index(maps, width)


def divisors(number: int) -> list[int]:
    """Return the divisors of a number, smallest first."""
    low = [i for i in range(1, math.isqrt(number) + 1) if number % i == 0]
    return sorted({*low, *(number // i for i in low)})


def _find_maps(a: np.ndarray, b: np.ndarray, tolerance: float) -> list[FeatureMap] | None:
    """Cut (rows, width) into the shortest runs that each are a transposition; None if there is a rest."""
    cuts = _possible_ends(a, b, tolerance)
    maps: list[FeatureMap] = []
    start = 0
    while start < len(a):
        ends = cuts[np.searchsorted(cuts, start, side="right") :][:MOST_CUTS]
        found = ((int(end), _anchors(a[start:end], b[start:end], tolerance)) for end in ends)
        end, anchors = next(((end, k) for end, k in found if k is not None), (0, None))
        if anchors is None:
            return None
        maps.append(FeatureMap(end - start, anchors))
        start = end
    return maps


def _possible_ends(a: np.ndarray, b: np.ndarray, tolerance: float) -> np.ndarray:
    """Return the row numbers up to which both hold values of the same sum and sum of squares."""
    count = np.arange(1, len(a) + 1) * a.shape[1]
    near = np.full(len(a), True)
    for power in (1, 2):
        x, y = (np.cumsum((values.astype(np.float64) ** power).sum(axis=1)) for values in (a, b))
        size = float(np.abs(a).max()) ** (power - 1)
        near &= np.abs(x - y) <= 8 * power * size * tolerance * np.sqrt(count)
    return np.asarray(np.flatnonzero(near) + 1)


def _anchors(a: np.ndarray, b: np.ndarray, tolerance: float) -> int | None:
    """Return the k for which b.reshape(k, -1).T holds the values of a; 1 for the same order, None for none."""
    flat_a, flat_b = a.ravel(), b.ravel()
    for k in divisors(flat_a.size)[:-1] or [1]:
        turned = flat_b.reshape(k, -1).T.ravel()
        if np.allclose(flat_a[:32], turned[:32], rtol=0, atol=tolerance) and np.allclose(
            flat_a, turned, rtol=0, atol=tolerance
        ):
            return k
    return None


def _joined(maps: list[FeatureMap]) -> list[FeatureMap]:
    """Join neighbouring runs that are in the same order already."""
    joined: list[FeatureMap] = []
    for each in maps:
        if joined and each.anchors == joined[-1].anchors == 1:
            joined[-1] = FeatureMap(joined[-1].rows + each.rows, 1)
        else:
            joined.append(each)
    return joined


def _index(maps: list[FeatureMap], width: int) -> np.ndarray:
    parts, start = [], 0
    for each in maps:
        stop = start + each.rows * width
        parts.append(np.arange(start, stop).reshape(each.anchors, -1).T.ravel())
        start = stop
    return np.concatenate(parts)


def _in_words(maps: list[FeatureMap]) -> str:
    told = ", ".join(str(each) if each.anchors > 1 else f"{each.rows} rows in order" for each in maps)
    return f"each feature map's boxes transposed ({told})"


def _as_code(maps: list[FeatureMap], width: int) -> str:
    sizes = [(each.rows, each.anchors) for each in maps]
    starts = np.cumsum([0, *(rows for rows, _ in sizes)])[:-1].tolist()
    pieces = ", ".join(f"({start}, {rows}, {k})" for start, (rows, k) in zip(starts, sizes, strict=True))
    return (
        f"np.concatenate([b.reshape(-1, {width})[i:i + n].reshape(k, -1).T.reshape(-1, {width}) "
        f"for i, n, k in [{pieces}]])"
    )
