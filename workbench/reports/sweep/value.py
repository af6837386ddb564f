"""A sweep that ended, and what can be asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.reports.overview.groups import PAGE
from workbench.reports.sweep.columns import columns_of
from workbench.reports.sweep.results import WELL
from workbench.reports.sweep.row import Row

if TYPE_CHECKING:
    import pandas as pd

OK, FAILED, INTERRUPTED = 0, 3, 130  # exit statuses; 130 is what a shell gives for Ctrl-C


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """The runs of one notebook over many parameters."""

    scenario: str
    sweep_id: str
    state: str  # `ok`, `failed` where some of the jobs did, `interrupted` where some have not run
    folder: str  # the path or URL of its table; that of each run is in the table
    swept: tuple[str, ...]  # the parameters that differ from job to job
    runs: tuple[Row, ...]  # one for each job, in the order they were asked for
    summary: str  # one line: how many ran, were there before, failed

    @property
    def failed(self) -> tuple[Row, ...]:
        """Return the jobs that ran and did not go well."""
        return tuple(row for row in self.runs if row.state not in (*WELL, "waiting"))

    @property
    def status(self) -> int:
        """Return the exit status: 0 if all went well, 3 if some failed, 130 if some have not run."""
        return {"ok": OK, "failed": FAILED}.get(self.state, INTERRUPTED)

    @property
    def html(self) -> str:
        """Return the path or URL of its page."""
        return f"{self.folder}/{PAGE}"

    def to_frame(self) -> pd.DataFrame:
        """Return its table: a row for each job, with its parameters, state, metrics and report."""
        return columns_of(self.runs, swept=self.swept).to_frame()


class SweepInterrupted(KeyboardInterrupt):
    """Ctrl-C during a sweep; what has ended is kept, and the same call goes on from there."""

    def __init__(self, sweep: Sweep) -> None:
        super().__init__(f"{sweep.summary}; the same command goes on from there")
        self.sweep = sweep
