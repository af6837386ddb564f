"""The page of a sweep: its figures over the swept parameters, and a table of all runs to sort and to filter.

One file, which opens offline. The one script on it is ours and runs by its hash; without it the table is still there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from workbench.reports.pages.figures import better, duration, is_number, label_of, written
from workbench.reports.pages.page import TEMPLATES, head, local_time, render, script_policy
from workbench.reports.plain import Plain
from workbench.reports.sweep.charts import MOST_CHARTS, WIDTH, charted, distinct, draw, layout_of
from workbench.reports.sweep.columns import NOT_FAILED, Column, Columns, spelled

if TYPE_CHECKING:
    from workbench.reports.sweep.row import Row

MOST_METRICS = 16  # columns; all of them are in the CSV
MOST_FAILURES = 20  # different errors told above the table, and jobs of one of them
MOST_CHOICES = 60  # values of a parameter that is chosen from a list
LONGEST = 40  # characters of a text that is a figure


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of the table."""

    label: str
    unit: str = ""
    number: bool = False
    choose: bool = False  # its rows can be chosen by value
    falling: bool = False  # a first click puts the highest on top


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in the table."""

    text: str = ""
    kind: str = ""  # CSS class
    order: float | None = None  # what it is sorted by, where that is not its text


@dataclass(frozen=True, slots=True)
class Line:
    """A job in the table."""

    name: str
    state: str
    error: str
    report: str
    thumbnail: str
    told: Sequence[tuple[str, str]]  # the swept parameters, in words
    cells: Sequence[Cell]


def results_page(rows: Sequence[Row], columns: Columns, *, title: str, state: str) -> str:
    """Return the page of a sweep as HTML; every text in it is escaped."""
    from markupsafe import Markup

    script = (TEMPLATES / "sweep.js").read_text(encoding="utf-8")
    shown = {name: values for name, values in columns.metrics.items() if _is_shown(values)}
    shown = dict(sorted(shown.items(), key=lambda pair: "." in pair[0])[:MOST_METRICS])
    lines = list(_lines(rows, columns, shown))
    layout, candidates = layout_of(columns.swept), charted(columns)
    drawn = [draw(name, columns, layout) for name in list(candidates)[:MOST_CHARTS]]
    top = head(title, sheet="sweep.css", policy=script_policy(script))
    ours = {"head": Markup(top), "script": Markup(script)}  # nosec B704
    return render(
        "sweep.html.j2",
        **ours,
        title=title,
        state=state,
        written=local_time(datetime.now(UTC).isoformat()),
        states=Counter(row.state for row in rows).most_common(),
        took=duration(total) if (total := sum(row.duration_s or 0 for row in rows)) else "",
        swept=list(columns.swept),
        rows=lines,
        failures=[line for line in lines if line.state not in NOT_FAILED],
        causes=_causes(lines),
        most_failures=MOST_FAILURES,
        layout=layout,
        spread=[name for name in columns.swept if name not in {layout.along, layout.colour}],
        charts=[chart for chart in drawn if chart.dots],
        left_out=max(0, len(candidates) - MOST_CHARTS),
        width=WIDTH,
        table=list(_headings(columns, shown)),
        same=list(_same(columns)),
    )


def _headings(columns: Columns, shown: Mapping[str, Column]) -> Iterator[Heading]:
    yield Heading("run")
    for name, values in columns.swept.items():
        there = distinct(values)
        yield Heading(name, number=all(map(is_number, there)), choose=1 < len(there) <= MOST_CHOICES)
    yield Heading("state", choose=len(set(columns.run["state"])) > 1)
    for name, values in shown.items():
        label, unit = label_of(name)
        yield Heading(label, unit, number=all(map(is_number, distinct(values))), falling=better(name) == "higher")
    yield Heading("took", number=True)


def _lines(rows: Sequence[Row], columns: Columns, shown: Mapping[str, Column]) -> Iterator[Line]:
    best = {name: _best(name, columns.figures[name]) for name in shown}
    for place, row in enumerate(rows):
        asked = {name: values[place] for name, values in columns.swept.items()}
        cells = [Cell(order=place), *map(_cell, asked.values()), Cell(row.state, "state")]
        well = row.state in NOT_FAILED
        cells += [_cell(values[place], best=best[name] if well else None) for name, values in shown.items()]
        took = row.duration_s
        cells.append(Cell() if took is None else Cell(duration(took), "number", took))
        told = [(name, spelled(value) or "none") for name, value in asked.items()]
        name = row.run_id or f"job {place + 1}"
        yield Line(name, row.state, row.error, _relative(row.report), _relative(row.thumbnail), told, cells)


def _causes(lines: Sequence[Line]) -> list[tuple[str, list[Line]]]:
    """Return each error with the jobs that failed with it, the most frequent first."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        if line.state not in NOT_FAILED:
            found.setdefault(line.error or line.state, []).append(line)
    return sorted(found.items(), key=lambda pair: -len(pair[1]))


def _cell(value: Plain, *, best: float | None = None) -> Cell:
    """Return a value as a cell; a number is sorted as it is, and not as it is written."""
    if is_number(value):
        return Cell(written(value), "best" if value == best else "number", value)
    told = written(value) if isinstance(value, bool) else spelled(value)
    return Cell(told, "word" if len(told) <= LONGEST else "long")


def _best(name: str, values: Column) -> float | None:
    """Return the best value of a metric of numbers; None where its name does not tell, or all are the same."""
    there = distinct(values)
    if len(there) < 2 or not all(map(is_number, there)):
        return None
    ends: dict[str, float] = {"lower": there[0], "higher": there[-1]}
    return ends.get(better(name))


def _is_shown(values: Column) -> bool:
    """Tell whether the table has room for a metric, and its values are not all the same."""
    return len(distinct(values)) > 1 and all(map(_is_short, values))


def _is_short(value: Plain) -> bool:
    return value is None or isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= LONGEST)


def _same(columns: Columns) -> Iterator[tuple[str, str]]:
    """Yield the parameters and the short metrics that are the same in every run that has them."""
    for name, values in {**columns.swept, **columns.others}.items():
        if len(there := distinct(values)) == 1:
            yield name, spelled(there[0])
    for name, values in columns.metrics.items():
        if len(there := distinct(values)) == 1 and _is_short(there[0]):
            yield name, written(there[0])


def _relative(url: str) -> str:
    """Return an address below or beside the page; nothing for one that leads elsewhere."""
    parts = urlsplit(url)
    return "" if parts.scheme or parts.netloc else url
