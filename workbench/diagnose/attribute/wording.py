"""An attribution in one sentence."""

from __future__ import annotations

import math

from workbench.diagnose.attribute.metrics import UNITS
from workbench.diagnose.attribute.split import Split
from workbench.diagnose.comparison import FEW

TELLING = 0.25  # of the total: an interaction of two slots that a sentence mentions
SMALL = 0.005  # a share that rounds to 0%


def sentence(given: Split) -> str:
    """Return the verdict: the largest part with its interval, then the others by size, then what else is to be said."""
    rest = "".join(f"; {slot} is set aside: {why}" for slot, why in given.aside.items())
    frames = f"{len(given)} frame{'s' if len(given) != 1 else ''}"
    if not given.players:
        return f"Nothing to split: no slot that can change an answer differs{rest}."
    unit = UNITS[given.metric]
    if not given.shares:
        moved = [name for name, value in given.values.items() if abs(value) > SMALL]
        opposed = f", though {_and(moved)} cost and give back as much" if moved else ""
        what = ", ".join(given.values)
        return f"Nothing to split: {what} together lose 0.00 {unit} on these {frames}{opposed}{rest}."
    first, *others = sorted(given.shares, key=lambda name: -given.values[name] * (1 if given.total > 0 else -1))
    interval = given.intervals[first]
    whole = "loss" if given.total > 0 else "gain (serving is better)"
    value, total, low, high = (figure(each, given.total) for each in (given.values[first], given.total, *interval))
    sure = f", 95% {low} to {high}" if len(given) >= FEW else ""
    head = f"{_percent(given.shares[first])} of the {whole} is {first} ({value} of {total} {unit}{sure})"
    parts = [f"{name} {_percent(given.shares[name])}" for name in others]
    told = ", ".join([head, *parts])
    return f"{told}{_overlap(given)} on {frames}{rest}."


def figure(value: float, whole: float) -> str:
    """Write a part of a loss with two decimals, or with as many as two digits of the whole take; with a true minus."""
    decimals = 2 if abs(whole) >= 0.1 or not whole else 1 - math.floor(math.log10(abs(whole)))
    return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "−")


def _percent(share: float) -> str:
    return f"{round(100 * share)}%".replace("-", "−")


def _overlap(given: Split) -> str:
    """Name the pair that interacts most, where that is a good part of the total."""
    pairs = given.interactions
    names = list(pairs.index)
    found = [(pairs.loc[one, other], one, other) for place, one in enumerate(names) for other in names[:place]]
    if not found:
        return ""
    most, one, other = max(found, key=lambda each: abs(each[0]))
    if abs(most) < TELLING * abs(given.total):
        return ""
    how = "partly hide each other" if most * given.total < 0 else "make each other worse"
    return f"; {other} and {one} {how} ({'+' if most > 0 else ''}{figure(float(most), given.total)})"


def _and(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
