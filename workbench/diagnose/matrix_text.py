"""A training x serving matrix as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from workbench.diagnose.matrix import Matrix, Measure

WIDTH = 110  # columns of text; models beyond go into a table of their own
AS_TRAINED = "(as trained)"
FEW = 100  # frames below which only large differences show
TITLES = {
    "accuracy": "Top-1 accuracy, %",
    "flips": "Answers that flip against the model's own recipe, %",
    "kl": "Divergence from the answers under the model's own recipe (KL), nats",
}


def lines(matrix: Matrix) -> list[str]:
    """Return accuracy, where it is known, flips and KL as tables: a line a serving recipe, a column a model.

    Every figure has its 95% interval over the frames; a star marks a model's own recipe.
    """
    told = [f"{len(matrix):,} frames; in brackets: 95% interval; *: the model's own recipe"]
    if matrix.baseline is not None and not matrix.own.any(axis=1).all():
        told.append(f"{AS_TRAINED}: under the model's own recipe, which is none of those served")
    if len(matrix) < FEW:
        told.append(f"With {len(matrix)} frames the intervals are wide, and only large differences show.")
    for name, title in TITLES.items():
        if name in matrix.measures:
            told += ["", title, *_table(matrix, name)]
    groups = [
        f"  {name}: {alike}" if name != (alike := ", ".join(matrix.serving[n] for n in members)) else f"  {alike}"
        for name, members in matrix.columns.groups.items()
        if len(members) > 1
    ]
    return [*told, *(["", "Served alike:", *groups] if groups else [])]


def _table(matrix: Matrix, name: str) -> Iterator[str]:
    measure, baseline = matrix.measures[name], matrix.baseline if name == "accuracy" else None
    models = [row for row in matrix.rows.order if not matrix.mixed[row]]
    models += [row for row, mixed in enumerate(matrix.mixed) if mixed]
    columns = matrix.columns.order
    names = dict(enumerate(matrix.serving))
    cells = {(r, c): _cell(measure, r, c, own=matrix.own[r, c]) for r in models for c in columns}
    if baseline is not None and not matrix.own.any(axis=1).all():
        names[-1], columns = AS_TRAINED, (-1, *columns)
        cells |= {(r, -1): _cell(baseline, r, 0, own=True) for r in models}
    first = max(map(len, names.values()))
    widths = {r: max(len(matrix.training[r]), *(len(cells[r, c]) for c in columns)) for r in models}
    while models:
        yield ""
        shown = [models.pop(0)]
        while models and first + sum(widths[row] + 3 for row in [*shown, models[0]]) <= WIDTH:
            shown.append(models.pop(0))
        yield _line("", [matrix.training[row] for row in shown], first, [widths[row] for row in shown])
        for column in columns:
            row_cells = [cells[row, column] for row in shown]
            yield _line(names[column], row_cells, first, [widths[row] for row in shown])


def _line(name: str, cells: list[str], first: int, widths: list[int]) -> str:
    return "   ".join([name.ljust(first), *(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))])


def _cell(measure: Measure, row: int, column: int, *, own: bool) -> str:
    scale, places = (100, 0) if measure.unit == "share" else (1, 3)
    mean, low, high = (scale * float(each[row, column]) for each in (measure.mean, measure.low, measure.high))
    itself = measure.certain is not None and measure.certain[row, column]  # nothing changes, whatever the frames
    interval = "" if itself or isnan(low) else f" [{low:.{places}f}–{high:.{places}f}]"
    return f"{'*' if own else ''}{mean:.{places}f}{interval}"
