"""Where the rows and columns of a matrix stand: likes side by side, a gap between groups, mixed rows apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from workbench.diagnose.matrix import Grouping, Matrix

GAP = 0.08  # inches between groups, and twice that before rows that stand apart
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Axis:
    """The order of rows or columns, and where each begins, in inches from the first."""

    order: tuple[int, ...]
    starts: tuple[float, ...]
    step: float

    @property
    def length(self) -> float:
        """Inches from the first to the end of the last."""
        return self.starts[-1] + self.step

    @property
    def places(self) -> dict[int, float]:
        """Number of a row or column -> where it begins."""
        return dict(zip(self.order, self.starts, strict=True))

    @property
    def middles(self) -> dict[int, float]:
        """Number of a row or column -> the middle of it."""
        return {number: start + self.step / 2 for number, start in self.places.items()}


def axis(grouping: Grouping, order: Sequence[int], *, step: float) -> Axis:
    """Return places `step` inches apart, with a gap wherever the group changes."""
    group = {member: name for name, members in grouping.groups.items() for member in members}
    starts = [0.0]
    for before, after in pairwise(order):
        starts.append(starts[-1] + step + (GAP if group[before] != group[after] else 0))
    return Axis(tuple(order), tuple(starts), step)


def row_axis(matrix: Matrix, *, step: float) -> Axis:
    """Return the places of the rows; those trained under several recipes stand last and apart."""
    alone = [row for row in matrix.rows.order if not matrix.mixed[row]]
    apart = [row for row, mixed in enumerate(matrix.mixed) if mixed]
    if not alone:
        return Axis(tuple(apart), tuple(step * place for place in range(len(apart))), step)
    first = axis(matrix.rows, alone, step=step)
    starts = tuple(first.length + 2 * GAP + step * place for place in range(len(apart)))
    return Axis((*first.order, *apart), (*first.starts, *starts), step)


def lettered(grouping: Grouping) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Return letter -> name and members of the groups of more than one, in the order they stand in."""
    several = [(name, members) for name, members in grouping.groups.items() if len(members) > 1]
    return dict(zip(LETTERS, sorted(several, key=lambda each: grouping.order.index(each[1][0])), strict=False))
