"""Figures of two runs side by side: what the notebook recorded, and what comes of the answers, with intervals."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.reports.diff.change import MISSING, differing, shown
from workbench.reports.pages.figures import is_timing, written

MOST_ITEMS = 50  # of a list whose items are told one by one


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that tells how far two runs are apart."""

    name: str
    change: float  # B's minus A's; of `flips` and the like, which only a pair of runs has, the figure itself
    low: float = math.nan  # 95% interval of it over the frames; NaN where one run's figure is all there is
    high: float = math.nan
    before: float | None = None  # A's
    after: float | None = None  # B's

    def to_dict(self) -> dict[str, Any]:
        """Return it in plain types."""
        known = {"change": self.change, "low": self.low, "high": self.high, "before": self.before, "after": self.after}
        return {"name": self.name} | {name: _finite(value) for name, value in known.items()}


@dataclass(frozen=True, slots=True)
class Told:
    """A recorded metric that is no number and differs, or that one run alone recorded."""

    name: str
    before: object  # MISSING where A has none
    after: object

    @property
    def pair(self) -> tuple[str, str]:
        """Return both as a reader wants them."""
        before, after = (written(value) if is_number(value) else shown(value) for value in (self.before, self.after))
        return before, after


def flat(metrics: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values in nested metrics by their dotted path, those of short lists by their place."""
    for name, value in metrics.items():
        at = f"{path}.{name}" if path else str(name)
        if isinstance(value, list) and 0 < len(value) <= MOST_ITEMS:
            yield from flat(_by_place(value), at)
        elif isinstance(value, Mapping) and value:
            yield from flat(value, at)
        else:
            yield at, value


def metric_changes(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[list[Figure], list[Told]]:
    """Return the recorded numbers that differ, and what else differs of what was recorded.

    Left out: recipes, which are told slot by slot, and how long a run took, which is another with each run.
    """
    figures, rest = [], []
    for name, before, after in _apart(_without_noise(a), _without_noise(b)):
        if is_number(before) and is_number(after):
            figures.append(Figure(name, after - before, before=float(before), after=float(after)))
        else:
            rest.append(Told(name, _counted(before), _counted(after)))
    return figures, rest


def _apart(a: Mapping[str, Any], b: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield dotted path and both values of what differs; of what one side lacks the whole of it, once."""
    for name, before, after in differing(a, b):
        at, sides = f"{path}.{name}" if path else name, (before, after)
        if all(isinstance(side, Mapping) for side in sides):
            yield from _apart(before, after, at)
        elif all(isinstance(side, list) for side in sides) and len(before) == len(after) <= MOST_ITEMS:
            yield from _apart(_by_place(before), _by_place(after), at)
        else:
            yield at, before, after


def _by_place(items: list[Any]) -> dict[str, Any]:
    return {str(place): item for place, item in enumerate(items)}


def _counted(value: object) -> object:
    """Return what a nested value holds as a count, since nobody reads it in one line."""
    held = list(flat({"": value})) if isinstance(value, Mapping | list) else []
    return f"{len(held)} values" if len(held) > 3 else value


def is_number(value: object) -> bool:
    """Tell whether a metric is a number; True and False are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value is not MISSING


def _without_noise(metrics: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in metrics.items():
        if not is_timing(name) and not name.startswith("recipe"):
            found[name] = _without_noise(value) if isinstance(value, Mapping) else value
    return found


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
