"""A tree of merges, drawn beside the rows or columns of a heat map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from workbench.views.paper import INK


@dataclass(frozen=True, slots=True)
class Merge:
    """Two branches that become one: where each stands, how high it has grown, and the height at which they meet."""

    places: tuple[float, float]
    feet: tuple[float, float]
    height: float


def merges(linkage: np.ndarray, places: Mapping[int, float]) -> list[Merge]:
    """Return the merges of a tree over leaves that stand at `places`; leaves without a place are left out.

    Args:
        linkage: (K - 1, 4) merged pair, height, members, as `scipy.cluster.hierarchy.linkage` gives.
        places: number of a leaf -> its place along the axis.
    """
    tops = {leaf: (place, 0.0) for leaf, place in places.items()}
    found = []
    for step, (a, b, height, _) in enumerate(linkage, start=len(linkage) + 1):
        branches = [tops[int(each)] for each in (a, b) if int(each) in tops]
        if len(branches) == 2:
            (left, left_foot), (right, right_foot) = branches
            found.append(Merge((left, right), (left_foot, right_foot), float(height)))
            tops[step] = ((left + right) / 2, float(height))
        elif branches:
            tops[step] = branches[0]
    return found


def draw_tree(axes: Axes, found: list[Merge], *, lying: bool = False) -> None:
    """Draw merges into axes whose scale of places is set: upwards, or to the right if `lying`."""
    top = max((each.height for each in found), default=0.0) or 1.0
    for each in found:
        (left, right), (left_foot, right_foot), height = each.places, each.feet, each.height
        along, up = [left, left, right, right], [left_foot, height, height, right_foot]
        axes.plot(*((up, along) if lying else (along, up)), color=INK, linewidth=1, solid_capstyle="butt")
    (axes.set_xlim if lying else axes.set_ylim)(0, top * 1.04)
