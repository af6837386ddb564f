"""Small charts of a sweep: each metric over the swept parameters, the best run marked; plain shapes, no script.

All charts of a sweep have the same parameter along their axis and the same one in colours, so that they compare. A
parameter of numbers lies along x, the means joined; one of names has a row for each. What other parameters change is
the spread of the dots.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any, NamedTuple

from workbench.reports.pages.figures import better, is_number, label_of, written
from workbench.reports.sweep.columns import Column, Columns, spelled
from workbench.reports.sweep.scales import exact_scale, round_scale

MOST_CHARTS, MOST_ROWS, MOST_SERIES = 12, 16, 6
WIDTH = 320  # of a chart, in pixels of its own drawing; it is shown at about this width
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 20, 24  # room around the part with the dots
NAMES, LETTERS = 104, 15  # room on the left where each row has a name, and the letters it holds
SEED = "seed"  # the parameter over which runs repeat
ROW, DODGE, TALL = 20, 7, 140  # heights: of a row with one series, of each further one, of a chart over numbers
STRIP, GOLDEN = 72, 0.618034  # height of a row of all runs; multiples of the golden ratio fill it evenly
ABOVE = 4  # from the middle of a letter to its foot, about


class Point(NamedTuple):
    """A run in a chart."""

    row: int  # of the table
    value: float
    place: float  # along the axis
    series: int
    aside: float = 0.0  # from the middle of its row, -0.5 to 0.5


@dataclass(frozen=True, slots=True)
class Layout:
    """What lies along the axis of every chart, and what is told by colour."""

    along: str  # the parameter; empty where none has few enough values: then all dots lie in one row
    places: Mapping[str, float]  # of each of its values, by their text
    numeric: bool
    colour: str  # the parameter; empty where none is left
    series: Sequence[str]  # its values


@dataclass(frozen=True, slots=True)
class Mark:
    """A run that stands out in a chart."""

    word: str  # best, highest or lowest
    value: str
    row: int  # of the table
    x: float
    y: float


@dataclass(slots=True)
class Chart:
    """A metric over the swept parameters, in shapes whose places are in pixels."""

    name: str
    unit: str
    better: str  # higher or lower; empty where the name does not tell
    height: float
    rules: list[tuple[float, float, float, float]] = field(default_factory=list)  # x1, y1, x2, y2
    words: list[tuple[float, float, str, str]] = field(default_factory=list)  # x, y, anchor, text
    dots: list[tuple[int, str]] = field(default_factory=list)  # series, path
    means: list[tuple[int, str]] = field(default_factory=list)  # series, path
    marks: list[Mark] = field(default_factory=list)


def charted(columns: Columns) -> dict[str, Column]:
    """Return the metrics that charts can show: numbers that are not the same in every run, nested ones last.

    Runs that failed are left out.
    """
    numeric = {
        name: values
        for name, values in columns.figures.items()
        if all(is_number(value) for value in values if value is not None) and len(distinct(values)) > 1
    }
    return dict(sorted(numeric.items(), key=lambda pair: "." in pair[0]))


def distinct(values: Column) -> list[Any]:
    """Return the different values of a column, without None; numbers by size, all else in the order they came."""
    found = list({spelled(value): value for value in values if value is not None}.values())
    return sorted(found) if all(map(is_number, found)) else found


def layout_of(swept: Mapping[str, Column]) -> Layout:
    """Choose what lies along the axis and what is told by colour.

    Along it lies a parameter of numbers where colours are enough for every other, else the one with most values; the
    next has the colours. A seed has neither where there is anything else: it is what the means are over.
    """
    found = {name: values for name, column in swept.items() if len(values := distinct(column)) > 1}
    order = sorted(found, key=lambda name: (name == SEED, -len(found[name])))
    numeric = [name for name in order if len(found[name]) > 2 and all(map(is_number, found[name]))]
    lines = [name for name in numeric if all(len(found[other]) <= MOST_SERIES for other in order if other != name)]
    rows = [name for name in order if name in numeric or len(found[name]) <= MOST_ROWS]
    along = next((name for name in [*lines, *rows] if name != SEED or order == [SEED]), "")
    kept = [name for name in order if name not in {along, SEED} and len(found[name]) <= MOST_SERIES]
    colour = kept[0] if kept else ""
    places = {spelled(value): value if along in numeric else row for row, value in enumerate(found.get(along, [None]))}
    return Layout(along, places, along in numeric, colour, [spelled(value) for value in found.get(colour, [None])])


def draw(name: str, columns: Columns, layout: Layout) -> Chart:
    """Return the chart of one metric."""
    values = columns.figures[name]
    nothing: Column = [None] * len(values)
    along = [spelled(each) for each in columns.swept.get(layout.along, nothing)]
    kinds = [spelled(each) for each in columns.swept.get(layout.colour, nothing)]
    points = [
        Point(row, value, layout.places[place], layout.series.index(kind), row * GOLDEN % 1 - 0.5)
        for row, (value, place, kind) in enumerate(zip(values, along, kinds, strict=True))
        if is_number(value) and place in layout.places and kind in layout.series
    ]
    label, unit = label_of(name)
    across = ROW + DODGE * (len(layout.series) - 1) if layout.along else STRIP
    inside = TALL if layout.numeric else across * len(layout.places)
    chart = Chart(label, unit, better(name), TOP + inside + BOTTOM + (ROW if layout.numeric else 0))
    if not points:  # those that have the metric lack the parameter
        return chart
    at = _over_numbers(chart, points, layout) if layout.numeric else _over_names(chart, points, layout, across)
    _dots(chart, points, at, joined=layout.numeric)
    chart.marks += _marks(points, at, chart.better)
    return chart


def _over_numbers(chart: Chart, points: Sequence[Point], layout: Layout) -> Callable[[Point], tuple[float, float]]:
    """Draw the axes of a chart over a parameter of numbers, and return the place of a run in it."""
    x = exact_scale(layout.places.values(), LEFT, WIDTH - RIGHT)
    y = round_scale((point.value for point in points), TOP + TALL, TOP)
    for tick in y.ticks:
        chart.rules.append((LEFT, y(tick), WIDTH - RIGHT, y(tick)))
        chart.words.append((LEFT - 6, y(tick) + ABOVE, "end", written(tick)))
    for tick in x.ticks:
        chart.words.append((x(tick), TOP + TALL + 16, "middle", written(tick)))
    chart.words.append((WIDTH - RIGHT, TOP + TALL + 30, "end", layout.along))
    return lambda point: (x(point.place), y(point.value))


def _over_names(
    chart: Chart, points: Sequence[Point], layout: Layout, across: float
) -> Callable[[Point], tuple[float, float]]:
    """Draw the axes of a chart that has a row for each name, and return the place of a run in it."""
    left = NAMES if layout.along else RIGHT
    x = round_scale((point.value for point in points), left, WIDTH - RIGHT)
    foot = TOP + across * len(layout.places)
    for name, row in layout.places.items():
        middle = TOP + across * (row + 0.5)
        chart.rules.append((left, middle, WIDTH - RIGHT, middle))
        chart.words.append((NAMES - 8, middle + ABOVE, "end", _label(name)))
    for tick in x.ticks:
        chart.words.append((x(tick), foot + 16, "middle", written(tick)))
    chart.words.append((NAMES - 8, TOP - 8, "end", _label(layout.along)))
    first = (1 - len(layout.series)) / 2  # series lie side by side in their row, in the order of the legend
    loose = 0 if layout.along else across - ROW  # in the one row of hundreds of runs they lie loose, to be told apart

    def at(point: Point) -> tuple[float, float]:
        aside = DODGE * (first + point.series) + loose * point.aside
        return x(point.value), round(TOP + across * (point.place + 0.5) + aside, 1)

    return at


def _dots(chart: Chart, points: Iterable[Point], at: Callable[[Point], tuple[float, float]], *, joined: bool) -> None:
    """Draw each run as a dot, one path a series, and the means of those at one place."""
    groups: dict[int, dict[float, list[Point]]] = defaultdict(lambda: defaultdict(list))
    for point in points:
        groups[point.series][point.place].append(point)
    for series, places in sorted(groups.items()):
        dots = (at(point) for place in places.values() for point in place)
        chart.dots.append((series, "".join(f"M{x:g} {y:g}h0" for x, y in dots)))
        means = [Point(0, fmean(point.value for point in places[place]), place, series) for place in sorted(places)]
        if joined:
            chart.means.append((series, "M" + "L".join(f"{x:g} {y:g}" for x, y in map(at, means))))
        elif any(len(place) > 1 for place in places.values()):
            chart.means.append((series, "".join(f"M{x:g} {y - 5:g}v10" for x, y in map(at, means))))


def _marks(points: Sequence[Point], at: Callable[[Point], tuple[float, float]], direction: str) -> Iterable[Mark]:
    """Yield the best run, the first of equals; where the metric's name does not tell which, highest and lowest."""
    high, low = max(points, key=lambda point: point.value), min(points, key=lambda point: point.value)
    told = {"higher": {"best": high}, "lower": {"best": low}}.get(direction, {"highest": high, "lowest": low})
    for word, point in told.items():
        yield Mark(word, written(point.value), point.row, *at(point))


def _label(name: str) -> str:
    """Return a name that fits before its row; of a path the end, which tells it from its neighbours."""
    if len(name) <= LETTERS:
        return name
    return f"…{name[1 - LETTERS :]}" if "/" in name else f"{name[: LETTERS - 1]}…"
