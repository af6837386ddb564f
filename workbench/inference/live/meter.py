"""What a live stream took: ages and stage times in histograms of fixed size, and one Moment a second."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from workbench.inference.live.ledger import Ledger
from workbench.inference.live.stats import Moment, Spread

STAGES = ("decode", "wait", "preprocess", "infer", "order")
SHORTEST_S, STEP = 1e-6, math.log(1.01)  # bins 1% wide, from a microsecond
BINS = 2200  # up to 53 minutes
MOST_MOMENTS = 3600


class Spreads:
    """Times by name, each in logarithmic bins 1% wide: quantiles within 0.5%, in memory that does not grow."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._rows = {name: row for row, name in enumerate(names)}
        self._counts = np.zeros((len(names), BINS), dtype=np.int64)
        self._largest = dict.fromkeys(names, math.nan)

    def add(self, name: str, seconds: float) -> None:
        """Count one time."""
        place = int(math.log(seconds / SHORTEST_S) / STEP) if seconds > SHORTEST_S else 0
        self._counts[self._rows[name], min(place, BINS - 1)] += 1
        if not seconds <= self._largest[name]:
            self._largest[name] = seconds

    def copy(self) -> Spreads:
        """Return what was counted until now, to be read outside the lock."""
        other = Spreads(tuple(self._rows))
        other._counts, other._largest = self._counts.copy(), self._largest.copy()
        return other

    def spread(self, name: str) -> Spread:
        """Return the spread of one; NaN before there is a time."""
        counts, largest = self._counts[self._rows[name]], self._largest[name]
        total = int(counts.sum())
        if not total:
            return Spread(math.nan, math.nan, math.nan, math.nan)
        places = np.searchsorted(np.cumsum(counts), [math.ceil(q * total) for q in (0.5, 0.95, 0.99)])
        middles = [min(SHORTEST_S * math.exp((place + 0.5) * STEP), largest) for place in places]
        p50, p95, p99 = middles
        return Spread(p50, p95, p99, largest)


@dataclass(slots=True)
class Totals:
    """The ledger's counts at the last moment."""

    captured: int = 0
    shown: int = 0
    dropped: int = 0


@dataclass(slots=True)
class Meter:
    """Times of the frames that were shown, and the moments of a stream; the caller holds the lock."""

    start_s: float  # `time.monotonic()`
    memory_mb: float = math.nan  # resident, at the last look
    cpu_s: float = 0.0  # of this process and its children since the start, at the last look
    weighed_s: float = 0.0  # `time.monotonic()` of that look
    spreads: Spreads = field(default_factory=lambda: Spreads(("age", *STAGES)))
    moments: list[Moment] = field(default_factory=list)
    period_s: float = 1.0
    _ages: list[float] = field(default_factory=list)  # of this second
    _before: Totals = field(default_factory=Totals)

    def shown(self, age_s: float, seconds: Mapping[str, float]) -> None:
        """Count a frame that was handed out."""
        self._ages.append(age_s)
        self.spreads.add("age", age_s)
        for name, value in seconds.items():
            self.spreads.add(name, value)

    def moment(self, now_s: float, ledger: Ledger, phase: str) -> None:
        """Close a moment; over MOST_MOMENTS of them, each two become one."""
        now = Totals(ledger.captured, ledger.shown, sum(ledger.dropped.values()))
        p50, p95, largest = np.quantile(self._ages, (0.5, 0.95, 1.0)).tolist() if self._ages else [math.nan] * 3
        self.moments.append(
            Moment(
                now_s - self.start_s,
                now.captured - self._before.captured,
                now.shown - self._before.shown,
                now.dropped - self._before.dropped,
                p50,
                p95,
                largest,
                queue=len(ledger.waiting),
                memory_mb=self.memory_mb,
                phase=phase,
            )
        )
        self._ages, self._before = [], now
        if len(self.moments) > MOST_MOMENTS:
            pairs = zip(self.moments[::2], self.moments[1::2], strict=False)
            self.moments = [merged(*pair) for pair in pairs] + self.moments[len(self.moments) // 2 * 2 :]
            self.period_s *= 2


def merged(first: Moment, second: Moment) -> Moment:
    """Return two moments as one: counts added, the median weighted by the frames shown, p95 the larger."""
    weighed = [(each.age_p50, each.shown) for each in (first, second) if each.shown]
    return Moment(
        second.time_s,
        first.captured + second.captured,
        first.shown + second.shown,
        first.dropped + second.dropped,
        sum(age * shown for age, shown in weighed) / sum(shown for _, shown in weighed) if weighed else math.nan,
        float(np.fmax(first.age_p95, second.age_p95)),
        float(np.fmax(first.age_max, second.age_max)),
        queue=second.queue,
        memory_mb=second.memory_mb,
        phase=second.phase,
    )
