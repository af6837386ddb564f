"""Grouping: rows or columns that are alike, as a tree of merges with an order, cut into named groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Grouping:
    """K rows or columns of a matrix, clustered by their answers."""

    distances: np.ndarray  # (K, K) float64, symmetric, 0 on the diagonal
    linkage: np.ndarray  # (K - 1, 4) float64, as scipy.cluster.hierarchy has it: merged pair, height, members
    order: tuple[int, ...]  # K numbers: the leaves of the tree from left to right, likes side by side
    groups: dict[str, tuple[int, ...]]  # name -> numbers of its members, in order; every number is in one group
    cut: float  # the height below which a merge stays in one group
