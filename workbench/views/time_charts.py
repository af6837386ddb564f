"""Charts over time, one below the other with one axis of time, and ages on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from workbench.views.paper import INK, SMALL, Paper

LINE, GAP = 0.2, 0.4  # inches: a line of text; from a chart to the next, with the heading of that
KEYS = 1.55  # inches from the left of a chart to where what its lines mean is written
LETTER = 0.081  # inches a small bold letter takes on average
AGES_S = tuple(digit * 10.0**power for power in range(-4, 4) for digit in (1, 3))  # where an axis of ages is marked


class TimeCharts:
    """A column of charts that share their axis of time; the lowest shows its numbers.

    Attributes:
        top: where the next chart's heading goes, in inches.
    """

    def __init__(self, page: Paper, *, seconds: float, at: tuple[float, float], width: float) -> None:
        """Begin a column whose charts are `width` inches wide; `at` is (left, top) in inches."""
        self.page, self.width = page, width
        self.left, self.top = at
        self.unit, self.scale = time_unit(seconds)
        self.end = seconds / self.scale
        self.charts: list[Axes] = []

    def chart(self, height: float, heading: str, keys: Sequence[tuple[str, str]] = (), *, marks: int = 2) -> Axes:
        """Add a chart; `keys` are (text, colour) of what its lines mean, `marks` how many steps its axis has."""
        self.words(heading, keys)
        axes = self.page.place(self.left, self.top + 0.24, self.width, height)
        axes.set_xlim(0, self.end)
        axes.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10], integer=self.end > 5))
        axes.yaxis.set_major_locator(MaxNLocator(marks, integer=True))
        axes.tick_params(labelbottom=False)
        axes.grid(axis="y", color=INK, alpha=0.25, linewidth=0.8)
        self.charts.append(axes)
        self.top += height + GAP
        return axes

    def words(self, heading: str, keys: Sequence[tuple[str, str]] = ()) -> None:
        """Write a heading, and beside it what the colours mean."""
        self.page.words(self.left, self.top, heading, size=SMALL, weight="bold")
        across = self.left + KEYS
        for text, color in keys:
            weight = "normal" if color == INK else "bold"
            self.page.words(across, self.top, text, size=SMALL, color=color, weight=weight)
            across += LETTER * len(text) + 0.25

    def finish(self) -> float:
        """Number the time below the lowest chart, and return where the column ends."""
        self.charts[-1].tick_params(labelbottom=True)
        bottom = self.top - GAP + 0.24 + 1.05 * LINE
        self.page.words(self.left + self.width, bottom, self.unit, size=SMALL, ha="right")
        return bottom + LINE


def time_unit(seconds: float) -> tuple[str, float]:
    """Return the unit to show so many seconds in, and how many seconds it has."""
    return ("hours", 3600.0) if seconds > 3 * 3600 else ("minutes", 60.0) if seconds > 180 else ("seconds", 1.0)


def log_ages(axes: Axes, ages_s: Sequence[float] | np.ndarray, *, low: float = 0.008, high: float = 0.04) -> None:
    """Give axes a logarithmic scale of seconds that holds all these ages, and `low` to `high`, marked in ms and s."""
    ages = np.asarray(ages_s, float)
    ages = ages[np.isfinite(ages) & (ages > 0)]
    low = min(low, float(ages.min(initial=low)) / 1.3)
    high = max(high, float(ages.max(initial=high)) * 1.3)
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(FixedLocator(AGES_S[::2] if high / low > 300 else AGES_S))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: duration(value)))


def duration(seconds: float) -> str:
    """Return a time as a person writes it: 8.2 ms, 120 ms, 1.3 s; a dash for NaN."""
    if math.isnan(seconds):
        return "–"
    if seconds < 0.9995:
        return f"{1000 * seconds:.2g} ms" if seconds < 0.0995 else f"{1000 * seconds:.0f} ms"
    return f"{seconds:.2g} s" if seconds < 99.5 else f"{seconds:.0f} s"
