"""Run a scenario: check what it is given, execute its notebook, and leave a whole report or a marked failure."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from workbench.errors import InvalidValue
from workbench.frames.partial import ALLOW, NOTES
from workbench.readable import one_line
from workbench.reports import store
from workbench.reports.ended import kept_in
from workbench.reports.given_paths import expect_there
from workbench.reports.identity import Input, expect_whole_inputs, find_inputs, run_id
from workbench.reports.manifest import Plan
from workbench.reports.overview.history import remember
from workbench.reports.overview.index import write_index
from workbench.reports.parameters import bind
from workbench.reports.progress import Line
from workbench.reports.recording import FOLDER, NOTED
from workbench.reports.scenarios import Scenario, find_scenario, load_notebook
from workbench.reports.signals import all_interrupt, undisturbed
from workbench.reports.store import INDEX
from workbench.reports.value import Run, RunInterrupted, run_in

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from workbench.reports.kernels.forking import ForkServer

# Which run that is there already is taken instead of a new one: any; or only what another process has made while this
# one waited for it, since whoever asks for one run wants it as things stand now.
Take = Literal["any", "newer", "none"]


def run_scenario(  # noqa: PLR0913 - each by name, each with a default
    name: str | Path,
    parameters: Mapping[str, object] | None = None,
    *,
    out: str | Path = "reports",
    kernel: str = "python3",
    timeout: float | None = None,
    progress: bool = True,
    allow_damaged: bool = False,
) -> Run:
    """Run a scenario and write its report, its manifest and the index.

    The same notebook, parameters and input bytes give the same run id, and a new run of it takes the place of the old.
    While another process makes that very run, this waits, and takes what that has made if it went well.
    A run that does not finish is kept as `<run id>-failed`, with the cell that failed marked; a good run stays.

    Args:
        name: a scenario of `scenarios()`, or the path of any notebook.
        parameters: values by name; tuples, paths and NumPy values are made plain.
        out: the folder of all reports.
        kernel: `python3` is the running interpreter; any other installed kernel by its name.
        timeout: seconds that one cell may take; no limit by default.
        progress: print one line.
        allow_damaged: take what is there of damaged clips and pictures, everywhere in the notebook; the run is marked
            as partial then.

    Raises:
        UnknownName: no such scenario or parameter; the closest is named. No kernel has started.
        InvalidValue: a value of the wrong type. No kernel has started.
        SampleError: a parameter names a sample that is not fetched. No kernel has started.
        UnreadableSource: a parameter names a damaged clip or picture, or a path where nothing is. No kernel has
            started.
        RunError: `out` cannot be written to, or no such kernel.
        RunInterrupted: Ctrl-C, SIGTERM or SIGHUP; a KeyboardInterrupt whose `.run` is the marked run.
    """
    expect_timeout(timeout)
    plan = plan_run(find_scenario(name), parameters or {}, allow_damaged=allow_damaged)
    line = Line(plan.scenario.name, shown=progress)
    run = carry_out(plan, Path(out), kernel=kernel, timeout=timeout, line=line)
    if run.status == "interrupted":
        raise RunInterrupted(run)
    return run


def expect_timeout(timeout: float | None) -> None:
    """Raise InvalidValue unless `timeout` is None or a number of seconds."""
    if timeout is not None and not 0 < timeout < math.inf:
        raise InvalidValue(f"timeout is a number of seconds above 0; got {timeout}")


def plan_run(scenario: Scenario, parameters: Mapping[str, object], *, allow_damaged: bool = False) -> Plan:
    """Check the parameters of a run and read its inputs: all that can be refused before it starts.

    Raises:
        UnknownName: a parameter the notebook does not declare.
        InvalidValue: a value of the wrong type.
        SampleError: a sample that is not fetched.
        UnreadableSource: a damaged clip or picture that is not to be taken, or a path where nothing is.
    """
    return plan_runs(scenario, [parameters], allow_damaged=allow_damaged)[0]


def plan_runs(scenario: Scenario, jobs: Sequence[Mapping[str, object]], *, allow_damaged: bool = False) -> list[Plan]:
    """Plan many runs of a scenario, each with its own parameters; an input that many of them name is read once.

    Raises:
        WorkbenchError: as `plan_run`.
    """
    for parameters in jobs:  # a slip in the last is told before the clips of the first are read
        expect_there(scenario.parameters, bind(scenario.parameters, parameters))
    notebook, seen = load_notebook(scenario.path), dict[str, Input | None]()
    plans = [plan_notebook(scenario, notebook, each, seen=seen, allow_damaged=allow_damaged) for each in jobs]
    if not allow_damaged:
        expect_whole_inputs(each for each in seen.values() if each)
    return plans


def plan_notebook(
    scenario: Scenario,
    notebook: NotebookNode,
    parameters: Mapping[str, object],
    *,
    seen: dict[str, Input | None] | None = None,
    allow_damaged: bool = False,
) -> Plan:
    """Plan a run of a notebook that is loaded; whether its inputs are whole is not looked at.

    Args:
        scenario: what the notebook was read as.
        notebook: format 4.
        parameters: values by name; the others have their defaults.
        seen: see `find_inputs`.
        allow_damaged: take what is there of damaged sources.

    Raises:
        WorkbenchError: as `plan_run`.
    """
    final = bind(scenario.parameters, parameters)
    inputs = find_inputs(final, seen=seen)
    given = {name: final[name] for name in parameters}
    return Plan(scenario, notebook, given, final, inputs, run_id(notebook, final, inputs), allow_damaged)


def carry_out(  # noqa: PLR0913 - as `complete`
    plan: Plan,
    out: Path,
    *,
    kernel: str,
    timeout: float | None,
    line: Line,
    server: ForkServer | None = None,
) -> Run:
    """Complete a plan, as things stand now, and bring the history of its scenario and the index up to date.

    Raises:
        RunError: `out` cannot be written to, or no such kernel.
        KeyboardInterrupt: Ctrl-C or another signal when all cells had run; the run stands.
    """
    return complete(plan, out, kernel=kernel, timeout=timeout, line=line, server=server, take="newer", at_end=_enter)


def complete(  # noqa: PLR0913 - each by name
    plan: Plan,
    out: Path,
    *,
    kernel: str,
    timeout: float | None,
    line: Line,
    server: ForkServer | None = None,
    take: Take = "none",
    at_end: Callable[[Path, Path], object] = lambda out, folder: None,
) -> Run:
    """Execute a plan and publish what came of it, or take the run that is there; the index is the caller's.

    Whether it is there is asked under the lock of the run: of two processes that are to make it at once the second
    waits, and finds what the first has made.

    Args:
        plan: of `plan_run`.
        out: the folder of all reports.
        kernel: `python3` is the running interpreter.
        timeout: seconds that one cell may take; None for no limit.
        line: where progress is shown.
        server: what the kernel is forked from, where that can be; else it is started.
        take: which run that is there already is taken, if it is whole, unaltered, and went well.
        at_end: called with `out` and the run's folder when the run lies in its place, and not interrupted.

    Raises:
        RunError: `out` cannot be written to, or no such kernel.
        KeyboardInterrupt: Ctrl-C or another signal when all cells had run; the run stands.
    """
    with all_interrupt(), store.hold(out, plan.scenario.name, plan.run_id, on_wait=line.wait) as target:
        line.start()
        if there := _there(plan, target, take):
            line.end(f"{there.state}, taken over,", there.duration_s, there.html)
            at_end(out, there.folder)
            return there
        from workbench.reports.kernels.execute import Terms, execute
        from workbench.reports.publish import publish

        started = datetime.now(UTC)
        draft = target.draft.resolve()
        environment = {FOLDER: str(draft), NOTES: str(draft / NOTED), "PYTHONHASHSEED": str(plan.seed)}
        if plan.allow_damaged:
            environment[ALLOW] = "1"
        terms = Terms(kernel=kernel, timeout=timeout, environment=environment, on_cell=line.cell, server=server)
        execution = execute(plan.notebook, plan.given, terms=terms)
        with undisturbed() as heard:
            ending, folder = publish(plan, execution, target, started)
            name, partial = plan.scenario.name, ending.partial
            run = Run(name, plan.run_id, ending.status, ending.error, folder, ending.duration_s, partial)
            line.end(run.state, run.duration_s, run.html if run.html.exists() else run.folder)
            at_end(out, folder)
    if (later := [*execution.heard, *heard]) and run.status != "interrupted":
        raise KeyboardInterrupt(later[0])
    return run


def _there(plan: Plan, target: store.Target, take: Take) -> Run | None:
    """Return the run that stands where this one is to lie, if it is to be taken."""
    folder = target.folder(ok=True)
    if take == "none" or (take == "newer" and not target.renewed):
        return None
    return run_in(folder) if kept_in(folder, partial=plan.allow_damaged) else None


def _enter(out: Path, folder: Path) -> None:
    """Enter a run that lies in its place into the history of its scenario and the index."""
    remember(out, folder)
    update_index(out)


def update_index(out: Path) -> Path | None:
    """Write the index; where that cannot be done, as on a full disk, say so and leave the old one."""
    try:
        return write_index(out)
    except OSError as error:
        cause = error.strerror or error
        line = f"{out / INDEX} is not up to date: {cause}; once that is mended, the next run writes it"
        print(f"workbench: {one_line(line)}", file=sys.stderr)
        return None
