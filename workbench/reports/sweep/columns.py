"""The results of many runs as one table: a row for each job, typed columns, nested metrics side by side."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from workbench.reports.plain import Plain, finite, plain

if TYPE_CHECKING:
    import pandas as pd

    from workbench.reports.sweep.table import Row

RUN = ("state", "duration_s", "error", "run_id", "report", "thumbnail")  # columns that every table has
WIDEST_INT = 2**63  # of a 64-bit column


def to_frame(rows: Sequence[Row], *, swept: Sequence[str]) -> pd.DataFrame:
    """Return a table with one row for each job: swept parameters, state, metrics, other parameters, facts of the run.

    A parameter's column has its name, and so has a metric's; a dict among the metrics is one column for each of its
    values, `recall.person`. A name that is taken already is written with what it is before it: `parameters.state`,
    `metrics.size`. Numbers and yes or no are columns of nullable types (`Int64`, `Float64`, `boolean`), all else text,
    in which lists are JSON.

    Args:
        rows: the jobs, in the order of the table.
        swept: the parameters that differ from job to job; they come first.

    Raises:
        InvalidValue: a value with no plain form.
    """
    import pandas as pd

    names = dict.fromkeys([*swept, *(name for row in rows for name in row.parameters)])
    parameters = [{name: finite(plain(row.parameters.get(name), name=name)) for name in names} for row in rows]
    metrics = [dict(_flat(row.metrics)) for row in rows]
    asked = {name: f"parameters.{name}" if name in RUN else name for name in names}
    taken = {*RUN, *asked.values()}
    columns: dict[str, list[Plain]] = {asked[name]: [row[name] for row in parameters] for name in swept}
    columns["state"] = [row.state for row in rows]
    for name in dict.fromkeys(name for row in metrics for name in row):
        columns[f"metrics.{name}" if name in taken else name] = [row.get(name) for row in metrics]
    columns |= {asked[name]: [row[name] for row in parameters] for name in names if name not in swept}
    columns |= {name: [getattr(row, name) for row in rows] for name in RUN[1:]}
    return pd.DataFrame({name: typed(values) for name, values in columns.items()})


def typed(values: Sequence[Plain]) -> pd.Series:
    """Return a column whose type is that of its values; where there are several, text."""
    import pandas as pd

    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pd.Series(values, dtype="boolean")
    if kinds == {int} and all(abs(value) < WIDEST_INT for value in values if isinstance(value, int)):
        return pd.Series(values, dtype="Int64")
    if kinds and kinds <= {int, float}:
        return pd.Series([None if value is None else float(value) for value in values], dtype="Float64")  # type: ignore[arg-type]
    return pd.Series([text(value) for value in values], dtype="str")


def text(value: Plain) -> str | None:
    """Return a value as text of a cell; lists and dicts are JSON."""
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _flat(metrics: Mapping[str, object]) -> Iterable[tuple[str, Plain]]:
    """Yield the metrics with the names of the dicts they lie in before theirs, as in `recall.person`."""
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", each) for inner, each in _flat(value))
        else:
            yield name, finite(plain(value, name=name))
