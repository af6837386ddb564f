"""What became of a stream, in lines for a person: every frame accounted for, ages, stages, plan, memory, errors."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from workbench.cli.live.line import listed
from workbench.inference.live.stats import Spread, StreamStats
from workbench.reports.pages.figures import duration

CLAUSE = "; "  # between what a plan says
QUANTILES = ("p50", "p95", "p99", "max")


def summary(stats: StreamStats, *, ended: str, damaged: Iterable[str] = (), not_finite: int = 0) -> list[str]:
    """Return the summary, a fact a line, and a table of the times.

    Args:
        stats: the stream's, at its end.
        ended: what ended it.
        damaged: what of its source was not whole.
        not_finite: how many answers hold NaN or Inf.
    """
    lines = [f"{name:<12}{text}" for name, text in _facts(stats, ended, damaged)]
    if not_finite:
        lines.insert(1, f"{'careful':<12}{not_finite} of {stats.shown} answers hold NaN or Inf")
    rows = {name: spread for name, spread in {"age": stats.age, **stats.stages}.items() if spread.max > 0}  # not NaN
    if not rows:
        return lines
    lines += ["", f"{'ms a frame':<12}" + "".join(f"{name:>9}" for name in QUANTILES)]
    return lines + [f"{name:<12}" + "".join(_milliseconds(spread)) for name, spread in rows.items()]


def _facts(stats: StreamStats, ended: str, damaged: Iterable[str]) -> Iterator[tuple[str, str]]:
    dropped = sum(stats.dropped.values())
    sign = "=" if stats.balanced else "is not"
    yield "ended", f"{ended} after {duration(stats.elapsed_s)}"
    yield from (("damaged", text) for text in damaged)
    yield "captured", f"{stats.captured} {sign} {stats.shown} shown + {dropped} dropped + {stats.in_flight} in flight"
    if dropped:
        yield "dropped", listed(stats.dropped)
    yield "speed", f"{_number(stats.fps_in)} frames/s in, {_number(stats.fps_out)} out"
    if stats.state.reconnects:
        yield "came back", f"{stats.state.reconnects} x"
    yield from zip(["plan", *[""] * stats.plan.count(CLAUSE)], stats.plan.split(CLAUSE), strict=True)
    yield "queue", f"{stats.queue_max} at most"
    grown = stats.memory_mb - stats.memory_start_mb
    yield "memory", f"{stats.memory_mb:.0f} MB, {grown:+.0f} since the start; {_number(stats.cpu)} cores busy"
    for text, count in stats.errors.items():
        yield "error", f"{count} x {text}"


def _milliseconds(spread: Spread) -> Iterator[str]:
    return (f"{_number(getattr(spread, name) * 1000):>9}" for name in QUANTILES)


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.1f}"
