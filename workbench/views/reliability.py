"""The reliability of stated probabilities: how often answers were right, against how sure they said they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure

from workbench.diagnose.resampling import Interval, of_share
from workbench.diagnose.search.result import SURE
from workbench.errors import InvalidValue
from workbench.views.paper import INK, SERIES, SMALL, Paper

EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, SURE, 1.0)  # the last bin is what counts as decided
SIDE, LINE = 3.6, 0.2  # inches: of the square plot, of a line of text


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers whose stated probability lies in [low, high); the last bin has its upper edge, too."""

    low: float
    high: float
    count: int
    hits: int  # of these right
    stated: float  # mean stated probability; NaN where count is 0

    @property
    def share(self) -> float:
        """The share that is right; NaN where count is 0."""
        return self.hits / self.count if self.count else float("nan")

    @property
    def interval(self) -> Interval:
        """Wilson's 95% interval of the share."""
        return of_share(self.hits, self.count)


def reliability(
    stated: Sequence[float] | np.ndarray, right: Sequence[bool] | np.ndarray, *, edges: Sequence[float] = EDGES
) -> tuple[Bin, ...]:
    """Sort answers into bins by what they stated.

    Args:
        stated: (N,) probabilities 0..1 that the answers gave themselves.
        right: (N,) whether each was right.
        edges: rising, from 0 to 1.

    Raises:
        InvalidValue: not one of each, or probabilities outside 0..1.
    """
    given, hits = np.asarray(stated, dtype=np.float64), np.asarray(right, dtype=bool)
    if given.shape != hits.shape or given.ndim != 1:
        raise InvalidValue(f"reliability needs stated and right of one length; got {given.shape} and {hits.shape}")
    if given.size and not (np.isfinite(given).all() and given.min() >= 0 and given.max() <= 1 + 1e-9):
        raise InvalidValue(f"stated probabilities lie in 0..1; got {given.min()} to {given.max()}")
    places = np.clip(np.searchsorted(edges, given, side="right") - 1, 0, len(edges) - 2)
    found = []
    for number, (low, high) in enumerate(pairwise(edges)):
        mine = places == number
        mean = float(given[mine].mean()) if mine.any() else float("nan")
        found.append(Bin(float(low), float(high), int(mine.sum()), int(hits[mine].sum()), mean))
    return tuple(found)


def figure_reliability(
    stated: Sequence[float] | np.ndarray, right: Sequence[bool] | np.ndarray, *, title: str = "Stated and kept"
) -> Figure:
    """Draw the share that was right (with Wilson's 95% interval) against the stated probability; counts beside.

    On the diagonal answers are right as often as they say; below it they are too sure.

    Raises:
        InvalidValue: as `reliability`, or there is no answer.
    """
    bins = [each for each in reliability(stated, right) if each.count]
    if not bins:
        raise InvalidValue("figure_reliability needs at least one answer")
    spoken = f"{title}. " + "; ".join(f"stated {b.stated:.0%}: {b.hits} of {b.count} right" for b in bins)
    page = Paper(2 * LINE + SIDE + 3 * LINE, width=SIDE + 0.9, spoken=spoken)
    page.words(0, 0, title, weight="bold", size=11)
    axes = page.place(0.55, 2 * LINE, SIDE, SIDE)
    ticks = (0.0, 0.5, 1.0)
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.09), xticks=ticks, yticks=ticks)
    axes.set_xticklabels([f"{tick:.0%}" for tick in ticks])
    axes.set_yticklabels([f"{tick:.0%}" for tick in ticks])
    axes.plot((0, 1), (0, 1), color=INK, linewidth=1, linestyle=(0, (4, 3)))
    for each in bins:
        axes.plot((each.stated, each.stated), each.interval, color=SERIES[0], linewidth=2, alpha=0.5)
        axes.plot(each.stated, each.share, "o", color=SERIES[0], markersize=7)
        axes.annotate(f"{each.hits}/{each.count}", (each.stated, each.share), (-8, 4), textcoords="offset points",
                      ha="right", color=INK, fontsize=SMALL, parse_math=False)  # fmt: skip
    under = 2 * LINE + SIDE + 1.4 * LINE
    page.words(0.55, under, "stated probability; upward: the share that was right", size=SMALL)
    return page
