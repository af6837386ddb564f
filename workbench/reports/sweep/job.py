"""One job of a sweep, as a worker does it: the client's notebook on the client's inputs, or not at all."""

from __future__ import annotations

import atexit
import zlib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import KW_ONLY, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import InvalidValue
from workbench.reports.ended import Ended
from workbench.reports.manifest import Plan
from workbench.reports.plain import Plain
from workbench.reports.progress import Line
from workbench.reports.run import Take, complete, plan_notebook
from workbench.reports.scenarios import Scenario
from workbench.reports.sweep.places import place_of
from workbench.reports.value import Run

if TYPE_CHECKING:
    from workbench.reports.kernels.forking import ForkServer


@dataclass(frozen=True, slots=True)
class Task:
    """What is the same in all jobs of a sweep."""

    scenario: Scenario
    notebook: bytes  # its JSON, zlib: a scheduler holds it once for each job
    out: str  # absolute path or URL of all reports
    sweep_id: str
    _: KW_ONLY
    timeout: float | None = None  # seconds that one cell may take
    rerun: bool = False  # also what is there already
    allow_damaged: bool = False
    fork: bool = True  # kernels from a process that has made their imports


@dataclass(frozen=True, slots=True)
class Job:
    """One job, as it is sent."""

    task: Task
    run_id: str
    given: Mapping[str, Plain]  # the parameters that were asked for
    inputs: tuple[tuple[str, str, str], ...]  # parameter, origin, SHA-256 at the client


def packed(notebook: str) -> bytes:
    """Return the JSON of a notebook as it is sent."""
    return zlib.compress(notebook.encode())


def job_of(plan: Plan, task: Task) -> Job:
    """Return the job that a plan is."""
    inputs = tuple((each.parameter, each.origin, each.sha256) for each in plan.inputs)
    return Job(task, plan.run_id, dict(plan.given), inputs)


def run_job(job: Job) -> Ended:
    """Carry out a job, unless another worker has: of another sweep, or one that died before it could tell.

    Raises:
        InvalidValue: the inputs, or the place for reports, are not those that the client saw.
        WorkbenchError: as `workbench.reports.run.complete`; a run that merely fails is no error.
    """
    task = job.task
    place = place_of(task.out)
    place.expect_here(task.sweep_id)
    plan = _plan(job)

    def carry_out(out: Path) -> Run:
        silent = Line(task.scenario.name, shown=False)
        server = _server() if task.fork else None
        take: Take = "none" if task.rerun else "any"
        return complete(plan, out, kernel="python3", timeout=task.timeout, line=silent, server=server, take=take)

    def there() -> Ended | None:
        return None if task.rerun else place.kept(task.scenario.name, job.run_id, partial=task.allow_damaged)

    return place.publish(job.run_id, carry_out, there=there)


def _plan(job: Job) -> Plan:
    """Plan the run anew from what is here; the client's promises about files are not taken over."""
    import nbformat

    task = job.task
    notebook = nbformat.reads(zlib.decompress(task.notebook).decode(), as_version=4)  # type: ignore[no-untyped-call]
    plan = plan_notebook(task.scenario, notebook, job.given, allow_damaged=task.allow_damaged)
    here = {(each.parameter, each.origin): each.sha256 for each in plan.inputs}
    for parameter, origin, digest in job.inputs:
        if here.pop((parameter, origin), "") != digest:
            raise InvalidValue(
                f"{origin} (parameter {parameter!r}) is not here what it was where the sweep was started; put the same "
                "file under the same path on every machine, or start the sweep again"
            )
    if plan.run_id != job.run_id:
        more = next(iter(here), ("", "the notebook"))[1]
        raise InvalidValue(f"{more} is read otherwise here than where the sweep was started; use one Workbench on both")
    return plan


@cache
def _server() -> ForkServer:
    """Return the process that this worker forks its kernels from; it ends with the worker."""
    from workbench.reports.kernels.forking import ForkServer

    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(ForkServer())
