"""Live designs side by side in one picture: the age of every frame they showed, beside rates, drops and CPU.

Each figure is a `matplotlib.figure.Figure` of its own; pyplot's global state is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workbench.errors import InvalidValue
from workbench.inference.designs.comparison import OURS, DesignComparison
from workbench.inference.designs.run import DesignRun
from workbench.views.paper import A_COLOR, INK, SERIES, SMALL, WIDTH, Paper, shorten
from workbench.views.time_charts import LINE, TimeCharts, duration, log_ages

LEFT, CHART = 0.62, 4.55  # inches: the numbers of an axis, and the chart over time
SIDE, NAMES, ROW = LEFT + CHART + 0.4, 1.62, 0.3  # inches: where the rows begin, their names, their height
TALL = 1.75  # inches: a chart of ages
HEAD, BLOCK = 2.9 * LINE, 2.75  # inches: the title; an engine's charts, with what is between them and the next
ENGINES = {"model.predict": "Keras' model.predict for every frame", "tflite": "the same model in LiteRT"}
ENGINES |= {"onnx": "the same model in ONNX Runtime"}


@dataclass(frozen=True, slots=True)
class _Column:
    """One figure of every design, as small bars."""

    title: str
    value: Callable[[DesignRun], float]
    words: Callable[[float], str]


COLUMNS = (
    _Column("age", lambda run: run.stats.age.p50, duration),
    _Column("fps", lambda run: run.stats.fps_out, lambda value: f"{value:.1f}"),
    _Column("dropped", lambda run: run.dropped, lambda value: f"{value:.0%}"),
    _Column("cores", lambda run: run.stats.cpu, lambda value: f"{value:.2f}"),
)


def figure_designs(comparison: DesignComparison) -> Figure:
    """Show the age of every frame that each design showed, over time and on a logarithmic axis, beside its figures.

    One block an engine, with one axis of ages for all; the dashed line is the time from one frame of the camera to
    the next.

    Raises:
        InvalidValue: there is no run.
    """
    if not comparison.runs:
        raise InvalidValue("there is no design to draw; compare_designs ran none")
    page = Paper(HEAD + BLOCK * len(comparison.engines), spoken=comparison.verdict)
    page.words(0, 0, "How old is the frame that is shown?", weight="bold", size=11)
    told = f"{comparison.model} on {comparison.origin}, played as a camera of {1 / comparison.frame_s:.0f} fps"
    page.words(0, 1.2 * LINE, shorten(told, 120))
    colors = _colors([run.name for run in comparison.runs])
    for place, engine in enumerate(comparison.engines):
        _block(page, comparison, engine, colors, top=HEAD + BLOCK * place)
    return page


def _block(page: Paper, comparison: DesignComparison, engine: str, colors: dict[str, str], *, top: float) -> None:
    """Draw the runs on one engine."""
    runs = comparison.of(engine)
    page.words(0, top, ENGINES.get(engine, f"the model in {engine}"), weight="bold")
    seconds = max(run.stats.elapsed_s for run in comparison.runs)
    column = TimeCharts(page, seconds=seconds, at=(LEFT, top + 1.2 * LINE), width=CHART)
    axes = column.chart(TALL, "age when shown")
    _ages(axes, comparison, runs, colors, scale=column.scale)
    column.finish()
    _figures(page, comparison, runs, colors, top=top + 1.2 * LINE)


def _ages(
    axes: Axes, comparison: DesignComparison, runs: Sequence[DesignRun], colors: dict[str, str], *, scale: float
) -> None:
    """Draw every shown frame's age; ours on top, and one axis for all engines."""
    for run in sorted(runs, key=lambda each: each.name == OURS):
        marker = "." if len(run.ages_s) < 60 else ""
        axes.plot(run.times_s / scale, run.ages_s, color=colors[run.name], linewidth=1.7, marker=marker, markersize=5)
    log_ages(axes, [age for run in comparison.runs for age in run.ages_s])
    axes.axhline(comparison.frame_s, color=INK, linewidth=1, linestyle=(0, (4, 3)), zorder=0)


def _figures(
    page: Paper, comparison: DesignComparison, runs: Sequence[DesignRun], colors: dict[str, str], *, top: float
) -> None:
    """Draw a row of small bars a design; a column's bars have one scale for all engines."""
    width = (WIDTH - SIDE - NAMES) / len(COLUMNS)
    rows = top + 1.35 * LINE
    for place, run in enumerate(runs):
        middle, weight = rows + ROW * (place + 0.5), "bold" if run.name == OURS else "normal"
        page.words(SIDE, middle, f"— {run.name}", va="center", size=SMALL, weight=weight, color=colors[run.name])
    for place, column in enumerate(COLUMNS):
        left = SIDE + NAMES + place * width
        page.words(left, top, column.title, size=SMALL, weight="bold")
        most = max(column.value(run) for run in comparison.runs) or 1.0
        axes = page.place(left, rows, 0.36 * width, ROW * len(runs))
        axes.set(xlim=(0, most), ylim=(len(runs) - 0.5, -0.5), xticks=[], yticks=[])
        for row, run in enumerate(runs):
            axes.barh(row, most, height=0.4, color=INK, alpha=0.16)
            axes.barh(row, column.value(run), height=0.4, color=colors[run.name])
            middle = rows + ROW * (row + 0.5)
            page.words(left + 0.4 * width, middle, column.words(column.value(run)), va="center", size=SMALL)
    for place, line in enumerate(_notes(runs, comparison.frame_s)):
        page.words(SIDE, rows + ROW * len(runs) + (0.6 + place) * LINE, line, size=SMALL)


def _notes(runs: Sequence[DesignRun], frame_s: float) -> list[str]:
    """Say what the dashed line is, and how long an event loop was blocked."""
    blocked = [
        f"{run.name}: its loop was blocked {run.loop.share:.0%} of the time, up to {duration(run.loop.longest_s)}"
        for run in runs
        if run.loop
    ]
    return [*blocked, f"age: the median; dashed: {duration(frame_s)}, from one frame to the next"]


def _colors(names: Sequence[str]) -> dict[str, str]:
    """Give every design its colour: ours is the first of the house, as everywhere."""
    others = [name for name in dict.fromkeys(names) if name != OURS]
    return {OURS: A_COLOR} | {name: SERIES[1 + place % (len(SERIES) - 1)] for place, name in enumerate(others)}
