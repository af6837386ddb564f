"""From numbers to places in a chart: a linear scale, or a logarithmic one where they span orders of magnitude."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDE = 1000  # the largest over the smallest, from which on a scale is logarithmic
NEAREST = 30  # pixels between two ticks that have their number written
TICKS = 4  # intervals at most


@dataclass(frozen=True, slots=True)
class Scale:
    """Places from `start` to `end`, in pixels, for numbers from `low` to `high`."""

    low: float
    high: float
    start: float
    end: float
    log: bool
    ticks: Sequence[float]

    def __call__(self, value: float) -> float:
        """Return the place of a number, to a tenth of a pixel."""
        low, high, value = (math.log10(each) if self.log else each for each in (self.low, self.high, value))
        share = (value - low) / (high - low) if high > low else 0.5
        return round(self.start + share * (self.end - self.start), 1)


def round_scale(values: Iterable[float], start: float, end: float) -> Scale:
    """Return a scale that begins and ends at round numbers."""
    from matplotlib.ticker import LogLocator, MaxNLocator

    there = list(values)
    whole = all(isinstance(value, int) for value in there)
    low, high, log = float(min(there)), float(max(there)), _spans(there)
    locator = LogLocator(numticks=TICKS + 1) if log else MaxNLocator(TICKS, steps=[1, 2, 2.5, 5, 10], integer=whole)
    ticks = [float(tick) for tick in locator.tick_values(low, high)]
    first = max((tick for tick in ticks if tick <= low), default=low)
    last = min((tick for tick in ticks if tick >= high), default=high)
    return Scale(first, last, start, end, log, [tick for tick in ticks if first <= tick <= last])


def exact_scale(values: Iterable[float], start: float, end: float) -> Scale:
    """Return a scale from the first to the last of these values, with ticks at them where there is room."""
    there = sorted(set(values))
    scale = Scale(there[0], there[-1], start, end, _spans(there), ())
    ticks = there[:1]
    for value in there[1:-1]:
        if min(scale(value) - scale(ticks[-1]), scale(there[-1]) - scale(value)) >= NEAREST:
            ticks.append(value)
    return Scale(scale.low, scale.high, start, end, scale.log, [*ticks, *there[1:][-1:]])


def _spans(values: Sequence[float]) -> bool:
    return min(values) > 0 and max(values) / min(values) >= WIDE
