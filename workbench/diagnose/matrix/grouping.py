"""Grouping: rows or columns that are alike, as a tree of merges with an order, cut into named groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.diagnose.matrix.naming import named

# Where the trees are cut. With the small networks of benchmarks/matrix.py a distance of 0.2 between serving recipes is
# one answer in six that differs: resizers with and without antialias merge at 0.3 and above, those of one kind below
# 0.17, over both of its sets of pictures.
APART = 0.2
ROWS_APART = 0.15  # root mean square over the serving recipes of the difference in flips, a share
SMALLEST = 1e-12  # a probability below it counts as it: 0 * log 0 is 0


@dataclass(frozen=True, eq=False)
class Grouping:
    """K rows or columns of a matrix, clustered by their answers: average linkage (UPGMA), leaves in optimal order.

    Source: Sokal and Michener, A statistical method for evaluating systematic relationships, 1958; Bar-Joseph et al.,
    Fast optimal leaf ordering for hierarchical clustering, 2001; both as scipy.cluster.hierarchy has them.
    """

    distances: np.ndarray  # (K, K) float64, symmetric, 0 on the diagonal
    linkage: np.ndarray  # (K - 1, 4) float64, as scipy.cluster.hierarchy has it: merged pair, height, members
    order: tuple[int, ...]  # K numbers: the leaves of the tree from left to right, likes side by side
    groups: dict[str, tuple[int, ...]]  # name -> numbers of its members, in order; every number is in one group
    cut: float  # the height below which a merge stays in one group


def alike_answers(probabilities: Sequence[np.ndarray], settings: Mapping[str, Mapping[str, Any]]) -> Grouping:
    """Group serving recipes by the answers of all models under them.

    The distance of two is the root of the mean Jensen-Shannon divergence (base 2) of the answers over models and
    frames: 0 where every answer is the same, 1 where no two have a class in common. Its root is a metric (Endres and
    Schindelin, A new metric for probability distributions, 2003).

    Args:
        probabilities: of each model (S, N, C) the probabilities under every serving recipe; NaN is as far from an
            answer as can be.
        settings: name of each of the S -> its slots, to name the groups by.
    """
    count = len(settings)
    squares = np.zeros((count, count))
    for i in range(count):
        for j in range(i):
            parts = [np.mean(_divergence(each[i], each[j])) for each in probabilities]
            squares[i, j] = squares[j, i] = np.mean(parts)
    return _grouping(np.sqrt(squares), settings, APART)


def alike_profiles(profiles: np.ndarray, settings: Mapping[str, Mapping[str, Any]]) -> Grouping:
    """Group rows (R, S) that break under the same serving recipes, by the root mean square of their difference."""
    apart = profiles[:, None] - profiles[None]
    return _grouping(np.sqrt(np.mean(apart**2, axis=2)), settings, ROWS_APART)


def _divergence(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return (N,) in [0, 1] the Jensen-Shannon divergence of answers (N, C), base 2."""
    middle = (a + b) / 2
    parts = [(each * np.log2(np.maximum(each, SMALLEST) / np.maximum(middle, SMALLEST))).sum(axis=1) for each in (a, b)]
    both_nan = np.isnan(a).any(axis=1) & np.isnan(b).any(axis=1)
    found = np.where(both_nan, 0.0, np.nan_to_num(np.mean(parts, axis=0), nan=1.0))
    return np.asarray(np.clip(found, 0, 1))


def _grouping(distances: np.ndarray, settings: Mapping[str, Mapping[str, Any]], cut: float) -> Grouping:
    from scipy.cluster.hierarchy import fcluster, leaves_list, linkage
    from scipy.spatial.distance import squareform

    count = len(distances)
    if count < 2:
        only: dict[str, tuple[int, ...]] = {name: (number,) for number, name in enumerate(settings)}
        return Grouping(distances, np.empty((0, 4)), tuple(range(count)), only, cut)
    tree = linkage(squareform(distances, checks=False), method="average", optimal_ordering=True)
    order = tuple(int(leaf) for leaf in leaves_list(tree))
    flat = fcluster(tree, cut, criterion="distance")
    members = [tuple(i for i in order if flat[i] == group) for group in dict.fromkeys(flat[list(order)])]
    return Grouping(distances, tree, order, named(members, settings), cut)
