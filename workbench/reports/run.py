"""Run a scenario: check what it is given, execute its notebook, and leave a whole report or a marked failure."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidValue, RunError
from workbench.reports import store
from workbench.reports.identity import find_inputs, run_id
from workbench.reports.index import INDEX, MANIFEST, REPORT, write_index
from workbench.reports.manifest import Plan, manifest
from workbench.reports.parameters import bind
from workbench.reports.plain import read_json, strict_json
from workbench.reports.progress import Line
from workbench.reports.recording import FOLDER, METRICS
from workbench.reports.scenarios import Scenario, find_scenario, load_notebook

if TYPE_CHECKING:
    from workbench.reports.execute import Execution, Status

NOTEBOOK = "report.ipynb"


@dataclass(frozen=True, slots=True)
class Run:
    """A run that ended, well or not, and where it lies."""

    scenario: str
    run_id: str
    status: Status
    error: str  # one line; empty when status is "ok"
    folder: Path
    duration_s: float

    @property
    def ok(self) -> bool:
        """Tell whether every cell ran to its end."""
        return self.status == "ok"

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


def run_scenario(  # noqa: PLR0913 - each by name, each with a default
    name: str | Path,
    parameters: Mapping[str, object] | None = None,
    *,
    out: str | Path = "reports",
    kernel: str = "python3",
    timeout: float | None = None,
    progress: bool = True,
) -> Run:
    """Run a scenario and write its report, its manifest and the index.

    The same notebook, parameters and input bytes give the same run id, and a new run of it takes the place of the old.
    A run that does not finish is kept as `<run id>-failed`, with the cell that failed marked; a good run stays.

    Args:
        name: a scenario of `scenarios()`, or the path of any notebook.
        parameters: values by name; tuples, paths and NumPy values are made plain.
        out: the folder of all reports.
        kernel: `python3` is the running interpreter; any other installed kernel by its name.
        timeout: seconds that one cell may take; no limit by default.
        progress: print one line.

    Raises:
        UnknownName: no such scenario or parameter; the closest is named. No kernel has started.
        InvalidValue: a value of the wrong type. No kernel has started.
        SampleError: a parameter names a sample that is not fetched. No kernel has started.
        RunError: `out` cannot be written to, or no such kernel.
        RunInterrupted: Ctrl-C; a KeyboardInterrupt whose `.run` is the marked run.
    """
    plan = plan_run(find_scenario(name), parameters or {})
    line = Line(plan.scenario.name, shown=progress)
    run = carry_out(plan, Path(out), kernel=kernel, timeout=timeout, line=line)
    update_index(Path(out))
    if run.status == "interrupted":
        raise RunInterrupted(run)
    return run


def plan_run(scenario: Scenario, parameters: Mapping[str, object]) -> Plan:
    """Check the parameters of a run and read its inputs: all that can be refused before it starts.

    Raises:
        UnknownName: a parameter the notebook does not declare.
        InvalidValue: a value of the wrong type.
        SampleError: a sample that is not fetched.
    """
    final = bind(scenario.parameters, parameters)
    notebook = load_notebook(scenario.path)
    inputs = find_inputs(final)
    given = {name: final[name] for name in parameters}
    return Plan(scenario, notebook, given, final, inputs, run_id(notebook, final, inputs))


def carry_out(plan: Plan, out: Path, *, kernel: str, timeout: float | None, line: Line) -> Run:
    """Execute a plan and publish what came of it.

    Raises:
        RunError: `out` cannot be written to, or no such kernel.
    """
    if timeout is not None and not 0 < timeout < math.inf:
        raise InvalidValue(f"timeout is a number of seconds above 0; got {timeout}")
    from workbench.reports.execute import Terms, execute

    line.start()
    started = datetime.now(UTC)
    with store.hold(out, plan.scenario.name, plan.run_id, on_wait=line.wait) as target:
        environment = {FOLDER: str(target.draft.resolve()), "PYTHONHASHSEED": str(plan.seed)}
        terms = Terms(kernel=kernel, timeout=timeout, environment=environment, on_cell=line.cell)
        execution = execute(plan.notebook, plan.given, terms=terms)
        run = _publish(plan, execution, target, started)
    line.end(run.status, run.duration_s, run.html if run.html.exists() else run.folder)
    return run


def update_index(out: Path) -> Path | None:
    """Write the index; on a full disk say so and leave the old one."""
    try:
        return write_index(out)
    except OSError as error:
        if not store.is_full(error):
            raise
        print(f"{out / INDEX} is not up to date: {error.strerror}", file=sys.stderr)
        return None


def _publish(plan: Plan, execution: Execution, target: store.Target, started: datetime) -> Run:
    """Write what a run leaves and move it into its place; a full disk leaves at least the manifest."""
    try:
        _write(plan, execution, target.draft, started)
        folder = target.publish(ok=execution.status == "ok")
    except OSError as error:
        if not store.is_full(error):
            raise
        execution = replace(execution, status="disk full", error=f"the report could not be written: {error.strerror}")
        folder = _publish_manifest(plan, execution, target, started)
    status, text = execution.status, execution.error
    return Run(plan.scenario.name, plan.run_id, status, text, folder, execution.duration_s)


def _write(plan: Plan, execution: Execution, folder: Path, started: datetime) -> None:
    """Write manifest, notebook and report into `folder`, where the notebook has left its metrics."""
    import nbformat

    from workbench.reports.html import report_html

    metrics = read_json(folder / METRICS)
    record = manifest(plan, execution, started=started, metrics=metrics)
    html = report_html(execution.notebook, record, metrics=metrics, parameters=plan.scenario.parameters)
    (folder / METRICS).write_text(strict_json(metrics, name="metrics"), encoding="utf-8")
    (folder / MANIFEST).write_text(strict_json(record, name="manifest"), encoding="utf-8")
    nbformat.write(execution.notebook, folder / NOTEBOOK)  # type: ignore[no-untyped-call]
    (folder / REPORT).write_text(html, encoding="utf-8")


def _publish_manifest(plan: Plan, execution: Execution, target: store.Target, started: datetime) -> Path:
    """Make room by dropping the draft's files, and publish a manifest alone if even that fits."""
    for path in target.draft.iterdir():
        path.unlink()
    record = manifest(plan, execution, started=started, metrics={})
    try:
        (target.draft / MANIFEST).write_text(strict_json(record, name="manifest"), encoding="utf-8")
        return target.publish(ok=False)
    except OSError as error:
        if not store.is_full(error):
            raise
    return target.folder(ok=False)
