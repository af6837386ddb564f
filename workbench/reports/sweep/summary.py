"""What the index says of a sweep: how it stands, its best figures, and which runs are its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from workbench.reports.pages.figures import better, is_number, label_of, written
from workbench.reports.sweep.charts import charted
from workbench.reports.sweep.columns import Columns, spelled

if TYPE_CHECKING:
    from workbench.reports.sweep.row import Row

MOST = 4  # figures


def summary_of(rows: Sequence[Row], columns: Columns, *, title: str, state: str) -> dict[str, Any]:
    """Return the summary of a sweep, plain."""
    return {
        "format": 1,
        "title": title,
        "state": state,
        "states": dict(Counter(row.state for row in rows).most_common()),
        "jobs": len(rows),
        "swept": list(columns.swept),
        "best": list(_best(columns))[:MOST],
        "runs": [row.run_id for row in rows if row.run_id],
        "thumbnail": next((row.thumbnail for row in rows if row.thumbnail), ""),
        "updated": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _best(columns: Columns) -> Iterator[Mapping[str, Any]]:
    """Yield the best value of each metric whose name tells which that is, and the parameters it was found at."""
    for name, values in charted(columns).items():
        if direction := better(name):
            pick = max if direction == "higher" else min
            there = {row: value for row, value in enumerate(values) if is_number(value)}
            row = pick(there, key=there.__getitem__)  # the first of equals
            label, unit = label_of(name)
            at = [[parameter, spelled(column[row]) or "none"] for parameter, column in columns.swept.items()]
            yield {"label": label, "value": written(there[row]), "unit": unit, "at": at}
