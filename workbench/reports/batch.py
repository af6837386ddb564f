"""Run several scenarios, one after the other, with a line for each and an index of them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

from workbench.reports.kernels.forking import ForkServer
from workbench.reports.progress import Line
from workbench.reports.run import carry_out, expect_timeout, plan_run
from workbench.reports.scenarios import find_scenario
from workbench.reports.value import Run

OK, FAILED, INTERRUPTED = 0, 1, 130  # exit statuses; 130 is what a shell gives for Ctrl-C

Job = str | Path | tuple[str | Path, Mapping[str, object]]


def run_scenarios(  # noqa: PLR0913 - as `run_scenario`
    jobs: Sequence[Job],
    *,
    out: str | Path = "reports",
    kernel: str = "python3",
    timeout: float | None = None,
    progress: bool = True,
    allow_damaged: bool = False,
) -> tuple[list[Run], int]:
    """Run scenarios in turn; one that fails does not keep the next from running, Ctrl-C does.

    Every parameter of every job is checked before the first kernel starts. The index is written after each run. The
    kernels of several jobs are forked from a process that has made their imports.

    Args:
        jobs: names of scenarios or paths of notebooks, each alone or with its parameters.
        out: the folder of all reports.
        kernel: `python3` is the running interpreter.
        timeout: seconds that one cell may take.
        progress: print a line for each.
        allow_damaged: take what is there of damaged clips and pictures; such runs are marked as partial.

    Returns:
        The runs, and an exit status: 0 if all went well, 1 if one did not, 130 after Ctrl-C.

    Raises:
        WorkbenchError: as `run_scenario`, before anything has run.
    """
    expect_timeout(timeout)
    pairs = [job if isinstance(job, tuple) else (job, {}) for job in jobs]
    plans = [plan_run(find_scenario(name), parameters, allow_damaged=allow_damaged) for name, parameters in pairs]
    pad = max((len(plan.scenario.name) for plan in plans), default=0)
    runs: list[Run] = []
    with ForkServer() if len(plans) > 1 else nullcontext() as server:  # one kernel takes as long as the server
        for plan in plans:
            line = Line(plan.scenario.name, shown=progress, pad=pad)
            runs.append(carry_out(plan, Path(out), kernel=kernel, timeout=timeout, line=line, server=server))
            if runs[-1].status == "interrupted":
                return runs, INTERRUPTED
    return runs, OK if all(run.ok for run in runs) else FAILED
