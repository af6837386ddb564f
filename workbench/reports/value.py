"""A run that ended, and what can be asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import RunError
from workbench.reports.plain import read_json
from workbench.reports.recording import METRICS
from workbench.reports.store import MANIFEST, NOTEBOOK, REPORT

if TYPE_CHECKING:
    from workbench.reports.kernels.execute import Status


@dataclass(frozen=True, slots=True)
class Run:
    """A run that ended, well or not, and where it lies."""

    scenario: str
    run_id: str
    status: Status
    error: str  # one line; empty when status is "ok"
    folder: Path
    duration_s: float
    partial: tuple[str, ...] = ()  # what it took of damaged or changed sources, one line each
    taken: bool = False  # it was there already: another process has made it

    @property
    def ok(self) -> bool:
        """Tell whether every cell ran to its end."""
        return self.status == "ok"

    @property
    def state(self) -> str:
        """Return the status; `partial` where it went well on a source that is not whole or has changed."""
        return "partial" if self.ok and self.partial else self.status

    @property
    def html(self) -> Path:
        """Return the path of the report."""
        return self.folder / REPORT

    @property
    def notebook(self) -> Path:
        """Return the path of the executed notebook."""
        return self.folder / NOTEBOOK

    @property
    def metrics(self) -> dict[str, Any]:
        """Return what the notebook recorded."""
        return read_json(self.folder / METRICS)

    @property
    def manifest(self) -> dict[str, Any]:
        """Return the manifest."""
        return read_json(self.folder / MANIFEST)

    def check(self) -> Run:
        """Return this run if it went well.

        Raises:
            RunError: it did not; the text says how it ended and where its notebook lies.
        """
        if self.ok:
            return self
        raise RunError(f"{self.scenario} {self.status}: {self.error}; see {self.html}")


class RunInterrupted(KeyboardInterrupt):
    """Ctrl-C during a run, whose notebook is kept."""

    def __init__(self, run: Run) -> None:
        super().__init__(f"{run.scenario} was interrupted; its notebook is {run.notebook}")
        self.run = run


def run_in(folder: Path) -> Run:
    """Return the run that lies in `folder`, whole."""
    told = read_json(folder / MANIFEST)
    return Run(
        told["scenario"], told["run_id"], told["status"], told["error"], folder, told["duration_s"],
        tuple(told.get("partial", ())), taken=True,
    )  # fmt: skip
