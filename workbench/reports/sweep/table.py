"""What a sweep found, as a person and a program read it: one table of all its jobs.

`<out>/sweeps/<sweep id>/` holds `sweep.parquet` and `sweep.csv`, typed columns with one row for each job, and
`sweep.html`, the same to look at, to sort and to filter, with a link to the report of each run. `summary.json` is what
the index of all reports shows of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from workbench.reports.masking import mask_for
from workbench.reports.overview.groups import SUMMARY
from workbench.reports.plain import finite, plain, strict_json
from workbench.reports.sweep.columns import columns_of
from workbench.reports.sweep.page import results_page
from workbench.reports.sweep.row import Row
from workbench.reports.sweep.summary import summary_of

PARQUET, CSV, HTML = "sweep.parquet", "sweep.csv", "sweep.html"


def write_results(folder: Path, rows: Sequence[Row], *, title: str, swept: Sequence[str], state: str) -> None:
    """Write the table of a sweep into its folder; each file whole, so that a reader sees the old one or the new.

    Call it as often as there is something new: also while the sweep runs. Passwords of addresses are taken out.

    Args:
        folder: of this sweep; made when it is missing.
        rows: every job, also those that have not run, in the order they were asked for.
        title: what was swept, in one line, such as the title of the scenario.
        swept: the parameters that differ from job to job, in the order they were asked for.
        state: how the sweep stands: `running`, `ok`, `failed` (some of its jobs), `interrupted`.

    Raises:
        InvalidValue: a parameter or metric with no plain form.
        OSError: the folder cannot be written to.
    """
    rows = [_masked(row) for row in rows]
    columns = columns_of(rows, swept=swept)
    frame = columns.to_frame()
    page = results_page(rows, columns, title=title, state=state)
    summary = summary_of(rows, columns, title=title, state=state)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix=".draft-") as draft:
        frame.to_parquet(Path(draft, PARQUET), index=False)
        # Also text that begins with =, + or @ as it is: a mark before it, which would keep a spreadsheet from reading a
        # formula, would be another value to whoever else reads the file, `--table` among them.
        frame.to_csv(Path(draft, CSV), index=False)
        Path(draft, HTML).write_text(page, encoding="utf-8")
        Path(draft, SUMMARY).write_text(strict_json(summary, name="summary"), encoding="utf-8")
        for path in sorted(Path(draft).iterdir()):
            path.replace(folder / path.name)


def _masked(row: Row) -> Row:
    """Return a job without the passwords of its addresses, of plain values alone."""
    parameters = {name: finite(plain(value, name=name)) for name, value in row.parameters.items()}
    mask = mask_for(parameters)
    return replace(row, parameters=mask(parameters), metrics=mask(row.metrics), error=mask(row.error))
