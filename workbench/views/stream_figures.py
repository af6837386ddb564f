"""A live stream as a figure: what came and went over time, how old it was, and what became of every frame.

Each figure is a `matplotlib.figure.Figure` of its own; pyplot's global state is left alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from workbench.errors import InvalidValue
from workbench.inference.live.stats import StreamStats
from workbench.views.paper import A_COLOR, B_COLOR, INK, SERIES, SMALL, WIDTH, Paper, shorten
from workbench.views.time_charts import LINE, TimeCharts, duration, log_ages

if TYPE_CHECKING:
    import pandas as pd

ROW = 0.24  # inches: a row of bars
LEFT, CHART = 0.62, 6.5  # inches: the numbers of an axis, and the charts over time
SIDE = LEFT + CHART + 0.62  # where the column of totals begins
NAMES, NUMBERS = 0.95, 0.62  # inches: the columns beside its bars
HEAD, HEIGHT = 3.0 * LINE, 6.35  # inches
LIVE, BAD = SERIES[2], SERIES[5]
PHASES = {"opening": SERIES[4], "live": LIVE, "reconnecting": B_COLOR, "failed": BAD}  # any other: INK
STAGES = ("decode", "wait", "preprocess", "infer", "order")


def figure_stream(stats: StreamStats, *, title: str = "The stream") -> Figure:
    """Show a stream over time - frames a second, ages, drops, queue, memory - beside what became of every frame.

    Ages are on a logarithmic axis: a fresh frame is milliseconds old, one after a stall seconds. The strip on top is
    the state of the source; where it is not live, its colour shades every chart.

    Raises:
        InvalidValue: it has not run long enough to have a timeline.
    """
    if not stats.timeline:
        raise InvalidValue("the stream has no timeline yet; let it run for a second or more before it is drawn")
    page = Paper(HEIGHT, spoken=_spoken(stats))
    page.words(0, 0, shorten(title, 60), weight="bold", size=11)
    page.words(0, 1.2 * LINE, headline(stats))
    _over_time(page, stats)
    _totals(page, stats)
    return page


def headline(stats: StreamStats) -> str:
    """Return the figures of a stream in one line."""
    lost = sum(stats.dropped.values()) / stats.captured if stats.captured else 0.0
    rates = f"{stats.fps_in:.1f} fps in, {stats.fps_out:.1f} fps shown, {lost:.1%} dropped"
    if not stats.shown:
        return f"{rates}; no frame was shown"
    ages = f"{duration(stats.age.p50)} old at the median, 95% under {duration(stats.age.p95)}"
    return f"{rates}; {ages}, the oldest {duration(stats.age.max)}"


def stretches(names: Sequence[str], edges: np.ndarray) -> list[tuple[str, float, float]]:
    """Join equal neighbours: (name, left, right), from one name a moment and the edges of the moments."""
    starts = [0, *(place for place in range(1, len(names)) if names[place] != names[place - 1]), len(names)]
    return [(names[i], float(edges[i]), float(edges[j])) for i, j in pairwise(starts)]


def _phases(table: pd.DataFrame) -> list[str]:
    """Return the state of the source in every moment; one in which frames came before the end was live."""
    over = table.phase.isin(["ended", "stopped"]) & (table.captured > 0)
    return list(table.phase.mask(over, "live"))


def _over_time(page: Paper, stats: StreamStats) -> None:
    """Draw the charts of a stream over time, one below the other."""
    table = stats.to_frame()
    seconds = float(table.time_s.iloc[-1])
    column = TimeCharts(page, seconds=seconds, at=(LEFT, HEAD), width=CHART)
    ends = np.r_[0.0, table.time_s]
    edges, widths = ends / column.scale, np.diff(ends)
    phases = stretches(_phases(table), edges)
    _strip(column, phases)
    _rates(column, table, edges, widths)
    _ages(column, table, edges)
    lost = table.dropped / widths
    axes = column.chart(0.36, "dropped a second")
    axes.stairs(lost, edges, color=B_COLOR, fill=True, linewidth=0)
    axes.set_ylim(0, 1.2 * max(lost.max(), 1))
    for heading, values in (("frames waiting", table.queue), ("memory, MB", table.memory_mb)):
        axes = column.chart(0.36, heading)
        axes.stairs(values, edges, color=INK, linewidth=1.5, baseline=None)
        axes.set_ylim(0, 1.2 * max(values.max(), 1))
    for axes in column.charts:
        for phase, left, right in phases:
            if phase != "live":
                axes.axvspan(left, right, color=PHASES.get(phase, INK), alpha=0.12, linewidth=0)
    column.finish()


def _strip(column: TimeCharts, phases: Sequence[tuple[str, float, float]]) -> None:
    """Draw the state of the source as a strip, with the names of the states that occur."""
    named = dict.fromkeys(phase for phase, *_ in phases)
    column.words("source", [(f"■ {phase}", PHASES.get(phase, INK)) for phase in named])
    axes = column.page.place(column.left, column.top + 0.22, column.width, 0.09)
    axes.set(xlim=(0, column.end), ylim=(0, 1), xticks=[], yticks=[])
    for phase, left, right in phases:
        axes.axvspan(left, right, color=PHASES.get(phase, INK), linewidth=0)
    column.top += 0.44


def _rates(column: TimeCharts, table: pd.DataFrame, edges: np.ndarray, widths: np.ndarray) -> None:
    axes = column.chart(0.8, "frames a second", [("— captured", INK), ("— shown", A_COLOR)], marks=3)
    came, went = table.captured / widths, table.shown / widths
    axes.stairs(came, edges, color=INK, linewidth=3.2, alpha=0.5, baseline=None)
    axes.stairs(went, edges, color=A_COLOR, linewidth=1.5, baseline=None)
    axes.set_ylim(0, 1.15 * max(came.max(), went.max(), 1))


def _ages(column: TimeCharts, table: pd.DataFrame, edges: np.ndarray) -> None:
    """Draw the median as a line, and up to the 95th percentile and to the oldest as two bands."""
    keys = [("— median", A_COLOR), ("dark: to the 95th percentile, pale: to the oldest", INK)]
    axes = column.chart(1.25, "age when shown", keys)
    p50, p95, most = (np.repeat(table[name], 2) for name in ("age_p50", "age_p95", "age_max"))
    along = np.repeat(edges, 2)[1:-1]
    axes.fill_between(along, p95, most, color=A_COLOR, alpha=0.16, linewidth=0)
    axes.fill_between(along, p50, p95, color=A_COLOR, alpha=0.38, linewidth=0)
    axes.plot(along, p50, color=A_COLOR, linewidth=1.8)
    log_ages(axes, [*p50, *most])


def _totals(page: Paper, stats: StreamStats) -> None:
    """Draw what became of the frames, and what the stages took, as bars beside the charts."""
    marks = [("shown", stats.shown, A_COLOR)]
    marks += [(reason, count, B_COLOR) for reason, count in stats.dropped.items() if count]
    marks += [("in flight", stats.in_flight, INK)] if stats.in_flight else []
    heading = f"{stats.captured:,} frames captured" + ("" if stats.balanced else ": the counts do not add up")
    page.words(SIDE, HEAD, heading, size=SMALL, weight="bold", color=INK if stats.balanced else BAD)
    top = _bars(page, [(name, n, f"{n:,}", color) for name, n, color in marks], top=HEAD + 1.2 * LINE)
    stages = [name for name in STAGES if name in stats.stages and not math.isnan(stats.stages[name].p50)]
    if stages:
        page.words(SIDE, top + LINE, "ms a frame: median, | 95% under", size=SMALL, weight="bold")
        top = _stages(page, stats, stages, top=top + 2.2 * LINE)
    for place, line in enumerate(_facts(stats)):
        page.words(SIDE, top + (1 + place) * LINE, shorten(line, 40), size=SMALL)


def _stages(page: Paper, stats: StreamStats, stages: Sequence[str], *, top: float) -> float:
    """Draw the median of every stage as a bar with a mark at its 95th percentile, and return where they end."""
    times = {name: (1000 * stats.stages[name].p50, 1000 * stats.stages[name].p95) for name in stages}
    longest = max(max(pair) for pair in times.values())
    rows = [(name, p50, f"{p50:.3g}", LIVE) for name, (p50, _) in times.items()]
    bottom = _bars(page, rows, top=top, most=longest)
    for place, (_, p95) in enumerate(times.values()):
        page.axes[-1].plot([p95], [place], "|", color=INK, markersize=9, markeredgewidth=1.6, clip_on=False)
    return bottom


def _bars(page: Paper, rows: Sequence[tuple[str, float, str, str]], *, top: float, most: float | None = None) -> float:
    """Draw rows of (name, value, value in words, colour) on the right, and return where they end."""
    axes = page.place(SIDE + NAMES, top, WIDTH - SIDE - NAMES - NUMBERS, ROW * len(rows))
    most = most or max(value for _, value, *_ in rows) or 1
    axes.set(xlim=(0, most), ylim=(len(rows) - 0.5, -0.5), xticks=[], yticks=[])
    for place, (name, value, told, color) in enumerate(rows):
        middle = top + ROW * (place + 0.5)
        axes.barh(place, most, height=0.5, color=INK, alpha=0.16)
        axes.barh(place, value, height=0.5, color=color)
        page.words(SIDE, middle, shorten(name, 14), va="center", size=SMALL)
        page.words(WIDTH, middle, told, va="center", ha="right", size=SMALL)
    return top + ROW * len(rows)


def _facts(stats: StreamStats) -> list[str]:
    grown = f"{stats.memory_mb - stats.memory_start_mb:+.0f}".replace("-", "−")
    back = stats.state.reconnects
    used = [] if math.isnan(stats.cpu) else [f"{stats.cpu:.2f} cores busy, memory {grown} MB"]  # a killed session
    facts = [*used, f"frames that waited: {stats.queue_max} at most"]
    facts += [f"the source came back {'once' if back == 1 else f'{back} times'}"] if back else []
    return [*facts, *(f"{times} × {text}" for text, times in list(stats.errors.items())[:3])]


def _spoken(stats: StreamStats) -> str:
    lost = ", ".join(f"{reason} {count}" for reason, count in stats.dropped.items() if count) or "none"
    return f"A live stream over {stats.elapsed_s:.0f} seconds: {headline(stats)}; dropped: {lost}"
