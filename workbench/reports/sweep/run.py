"""Run one notebook over many parameters, many at a time: what is there already is not run again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cluster import open_cluster
from workbench.errors import WorkbenchError
from workbench.reports.manifest import Plan
from workbench.reports.overview.groups import SWEEPS
from workbench.reports.run import expect_timeout, plan_runs
from workbench.reports.scenarios import find_scenario
from workbench.reports.signals import all_interrupt, undisturbed
from workbench.reports.sweep.grid import Asked, differing
from workbench.reports.sweep.job import Task, packed
from workbench.reports.sweep.jobs_table import read_table
from workbench.reports.sweep.line import line_for
from workbench.reports.sweep.notebook import notebook_at
from workbench.reports.sweep.places import expect_shared, place_of
from workbench.reports.sweep.results import Results
from workbench.reports.sweep.tally import Tally
from workbench.reports.sweep.value import Sweep, SweepInterrupted
from workbench.reports.sweep.work import Opening, Work

if TYPE_CHECKING:
    import pandas as pd

    from workbench.reports.sweep.grid import Row


def sweep(  # noqa: PLR0913 - each by name, each with a default
    scenario: str | Path,
    *,
    grid: Mapping[str, Sequence[object]] | None = None,
    table: str | Path | pd.DataFrame | Iterable[Row] | None = None,
    parameters: Mapping[str, object] | None = None,
    out: str | Path = "reports",
    cluster: Opening | None = None,
    timeout: float | None = None,
    rerun: bool = False,
    allow_damaged: bool = False,
    progress: bool = True,
) -> Sweep:
    """Run a scenario with every combination of the values in a grid, for every row of a table.

    A run that is there already, went well and is as it was is not run again, one that failed is. A job that fails
    does not keep the others from running. Every parameter of every job is checked before the first one starts.

    Args:
        scenario: a scenario of `scenarios()`, or the path or URL (of fsspec) of any notebook.
        grid: lists of values by parameter.
        table: the path of a CSV file, a pandas table or mappings: a row for each job, a column for each parameter.
        parameters: values that are the same in all jobs.
        out: the folder of all reports; or a URL of fsspec that every worker reaches, such as s3://bucket/reports.
        cluster: who does the jobs: `open_cluster(workers=2)`, which is opened only if there is something to do, or one
            that is open; by default a process for each core of this machine.
        timeout: seconds that one cell may take; no limit by default.
        rerun: also run what is there already.
        allow_damaged: take what is there of damaged clips and pictures; such runs are marked as partial.
        progress: show a line.

    Raises:
        WorkbenchError: as `run_scenario`, before anything has run.
        InvalidValue: nothing to sweep over, a parameter given twice, more than 20,000 jobs.
        RunError: `out` cannot be written to, or this very sweep is run by another process.
        ClusterError: the workers did not start, or the scheduler is gone; what had ended is kept.
        SweepInterrupted: Ctrl-C, SIGTERM or SIGHUP; a KeyboardInterrupt whose `.sweep` is what there is of it.
    """
    expect_timeout(timeout)
    expect_shared(out)
    with notebook_at(scenario) as name:
        found = find_scenario(name)
        rows = read_table(found.parameters, table) if table is not None else ()
        asked = Asked(grid or {}, rows, parameters or {})
        plans = _each_once(plan_runs(found, asked.jobs(), allow_damaged=allow_damaged))
    swept = differing(asked.names, [plan.parameters for plan in plans])
    results = Results(found, asked.to_dict(), swept, plans, place_of(out))
    task = Task(
        found, packed(_text(plans[0])), results.place.url, results.sweep_id, timeout=timeout, rerun=rerun,
        allow_damaged=allow_damaged,
    )  # fmt: skip
    return _carried_out(results, task, cluster or open_cluster(), progress=progress)


def _each_once(plans: Iterable[Plan]) -> list[Plan]:
    """Return the plans without those that ask for a run a second time."""
    first: dict[str, Plan] = {}
    for plan in plans:
        first.setdefault(plan.run_id, plan)
    return list(first.values())


def _carried_out(results: Results, task: Task, cluster: Opening, *, progress: bool) -> Sweep:
    """Do what is not done yet; whatever happens, the table says what is there."""
    tally = Tally(results.scenario.name, len(results.plans))
    work = Work(results, task, tally)
    with all_interrupt(), results.place.alone(results.sweep_id):
        interrupted = False
        try:
            with line_for(tally, shown=progress) as line:
                if missing := work.missing():
                    work.do(missing, cluster, line)
                line.say(tally.summary)
        except KeyboardInterrupt:
            interrupted = True
        except WorkbenchError:  # no worker came, or the scheduler is gone
            if results.begun:
                results.write(results.state)
            raise
        with undisturbed():
            results.write(results.state)
    sweep = _sweep(results, tally)
    if interrupted:
        raise SweepInterrupted(sweep)
    return sweep


def _sweep(results: Results, tally: Tally) -> Sweep:
    folder = results.place.link(SWEEPS, results.sweep_id)
    return Sweep(
        results.scenario.name, results.sweep_id, results.state, folder, results.swept, results.rows(), tally.summary
    )


def _text(plan: Plan) -> str:
    import nbformat

    text: str = nbformat.writes(plan.notebook)  # type: ignore[no-untyped-call]
    return text
