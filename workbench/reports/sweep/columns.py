"""The results of many runs as columns: a value for each job, nested metrics side by side, each column of one type."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.reports.pages.figures import is_number
from workbench.reports.plain import Plain, finite, plain

if TYPE_CHECKING:
    import pandas as pd

    from workbench.reports.sweep.row import Row

RUN = ("state", "duration_s", "error", "run_id", "report", "thumbnail")  # columns that every table has
NOT_FAILED = ("ok", "partial", "running", "waiting")  # states of a job
WIDEST_INT = 2**63  # of a 64-bit column

Column = Sequence[Plain]  # a value for each job, None where it has none


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table by their names, in order; all of one length."""

    swept: Mapping[str, Column]  # the parameters that differ from job to job
    metrics: Mapping[str, Column]
    others: Mapping[str, Column]  # the other parameters
    run: Mapping[str, Column]  # those of RUN

    @property
    def figures(self) -> Mapping[str, Column]:
        """The metrics without what a run recorded before it failed: that is no result, and never the best."""
        well = [state in NOT_FAILED for state in self.run["state"]]
        return {
            name: [value if kept else None for value, kept in zip(values, well, strict=True)]
            for name, values in self.metrics.items()
        }

    def to_frame(self) -> pd.DataFrame:
        """Return swept parameters, state, metrics, other parameters and the facts of the run as one typed table."""
        import pandas as pd

        order = {**self.swept, "state": self.run["state"], **self.metrics, **self.others, **self.run}
        return pd.DataFrame({name: _typed(values) for name, values in order.items()})


def columns_of(rows: Sequence[Row], *, swept: Sequence[str]) -> Columns:
    """Return the columns of these jobs.

    A parameter's column has its name, and so has a metric's; a dict among the metrics is one column for each of its
    values, `recall.person`. A name that is taken already is written with what it is before it: `parameters.state`,
    `metrics.size`.

    Raises:
        InvalidValue: a value with no plain form.
    """
    names = dict.fromkeys([*swept, *(name for row in rows for name in row.parameters)])
    given = {name: [finite(plain(row.parameters.get(name), name=name)) for row in rows] for name in names}
    asked = {name: f"parameters.{name}" if name in RUN else name for name in names}
    found = [dict(_flat(row.metrics)) for row in rows]
    taken = {*RUN, *asked.values()}
    metrics = {name: f"metrics.{name}" if name in taken else name for row in found for name in row}
    return Columns(
        swept={asked[name]: given[name] for name in swept},
        metrics={metrics[name]: [row.get(name) for row in found] for name in metrics},
        others={asked[name]: given[name] for name in names if name not in swept},
        run={name: [finite(getattr(row, name)) for row in rows] for name in RUN},
    )


def text(value: Plain) -> str:
    """Return a value as the text of a cell: lists and dicts as JSON, nothing for None."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def spelled(value: Plain) -> str:
    """Return a value as a person reads it: a flat dict, such as the slots of a recipe, as `color=bgr, range=unit`."""
    if not isinstance(value, dict) or not value or any(isinstance(each, dict | list) for each in value.values()):
        return text(value)
    return ", ".join(f"{name}={text(each)}" for name, each in value.items())


def _typed(values: Column) -> pd.Series:
    """Return a column of the type of its values: whole numbers, numbers, yes or no; where there are several, text."""
    import pandas as pd

    there = [value for value in values if value is not None]
    if there and all(isinstance(value, bool) for value in there):
        return pd.Series(values, dtype="boolean")
    if there and all(is_number(value) for value in there):
        whole = [value for value in there if isinstance(value, int)]
        if len(whole) < len(there):
            return pd.Series(values, dtype="Float64")
        if all(abs(value) < WIDEST_INT for value in whole):
            return pd.Series(values, dtype="Int64")
    return pd.Series([None if value is None else text(value) for value in values], dtype="str")


def _flat(metrics: Mapping[str, object]) -> Iterable[tuple[str, Plain]]:
    """Yield the metrics with the names of the dicts they lie in before theirs, as in `recall.person`."""
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", each) for inner, each in _flat(value))
        else:
            yield name, finite(plain(value, name=name))
