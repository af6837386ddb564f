"""Run a notebook with papermill's parts, and tell apart the ways in which it can end.

papermill marks every cell as completed after a killed kernel or Ctrl-C; here the cell under way is marked as failed
and those after it as never run. This module loads papermill: import it where a run starts, not before.
"""

from __future__ import annotations

import logging
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat import NotebookNode
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from workbench.reports.kernels.client import Client, GivenUp, Ledger, OnCell
from workbench.reports.kernels.forking.fork_server import ForkServer
from workbench.reports.kernels.kernel import NATIVE, Kernel, one_kernel
from workbench.reports.pages.present import is_bar
from workbench.reports.plain import Plain
from workbench.reports.signals import answered
from workbench.reports.store import FULL, is_full

Status = Literal["ok", "failed", "killed", "interrupted", "timeout", "disk full"]

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
LOG = logging.getLogger("workbench.reports")


@dataclass(frozen=True, slots=True)
class Execution:
    """A notebook that was run, to its end or not."""

    notebook: NotebookNode
    status: Status
    error: str  # one line; empty when all went well
    duration_s: float
    partial: tuple[str, ...] = ()  # what it took of damaged or changed sources, one line each
    heard: tuple[str, ...] = ()  # signals to stop that came when the cells had ended, which are the caller's to follow


@dataclass(frozen=True, slots=True)
class Terms:
    """How a notebook is run."""

    kernel: str = NATIVE  # `python3` is the running interpreter
    timeout: float | None = None  # seconds that one cell may take
    environment: Mapping[str, str] | None = None  # of the kernel, besides this process's
    on_cell: OnCell = lambda done, total: None
    server: ForkServer | None = None  # what the kernel is forked from, where that can be


def execute(notebook: NotebookNode, given: Mapping[str, Plain], *, terms: Terms = Terms()) -> Execution:
    """Run every cell of a copy of `notebook` and return what came of it, whatever that is.

    Args:
        notebook: format 4.
        given: parameter values for papermill to inject; their names and types are checked already.
        terms: how to run it.

    Raises:
        RunError: no kernel of the name asked for is installed.
    """
    copy = _parametrized(notebook, given)
    start = time.monotonic()
    with one_kernel(terms.kernel, terms.environment or {}, server=terms.server) as kernel:
        status, error = _outcome(copy, kernel, terms)
        kernel.graceful = status == "ok"
        duration = time.monotonic() - start
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not is_bar(output)]
    if status != "ok":
        _mark(copy, status, error)
    return Execution(copy, status, error, round(duration, 3), heard=tuple(kernel.heard))


def _parametrized(notebook: NotebookNode, given: Mapping[str, Plain]) -> NotebookNode:
    """Return a copy with the given values in a cell after the `parameters` cell."""
    logging.getLogger("papermill").setLevel(logging.ERROR)
    copy: NotebookNode = load_notebook_node(notebook)
    if given:
        copy = parameterize_notebook(copy, dict(given), kernel_name=NATIVE, language="python")
        injected = next(cell for cell in copy.cells if "injected-parameters" in cell.metadata.get("tags", []))
        injected.id = "injected-parameters"  # papermill draws one at random
    return copy


def _run(notebook: NotebookNode, kernel: Kernel, terms: Terms) -> None:
    """Run the cells in place; the first error is raised."""
    ledger = Ledger(notebook, output_path=None, progress_bar=False, autosave_cell_every=0)
    limit = None if terms.timeout is None else max(1, math.ceil(terms.timeout))
    LOG.setLevel(logging.CRITICAL)  # what nbclient logs as an error is told as the run's status
    client = Client(ledger, km=kernel.manager, timeout=limit, iopub_timeout=60, log=LOG)
    client.on_cell = terms.on_cell
    ledger.notebook_start()
    try:
        client.execute(stdout=kernel.words.end, stderr=kernel.words.end)
    finally:
        ledger.notebook_complete()
        if client.kc is not None:
            client.kc.stop_channels()


def _outcome(notebook: NotebookNode, kernel: Kernel, terms: Terms) -> tuple[Status, str]:
    """Run the cells, and return the status with a line of explanation."""
    try:
        _run(notebook, kernel, terms)
    except (KeyboardInterrupt, CellTimeoutError, CellExecutionError, OSError, RuntimeError) as error:
        return _ending(error, kernel, terms)
    return "ok", ""


def _ending(error: BaseException, kernel: Kernel, terms: Terms) -> tuple[Status, str]:
    """Say what an exception out of a run means."""
    if isinstance(error, KeyboardInterrupt):
        answered()
    kernel.note()
    match error:
        case KeyboardInterrupt():
            ending: tuple[Status, str] = "interrupted", f"stopped by {str(error) or 'Ctrl-C'}"
        case CellTimeoutError() if terms.timeout is not None:
            ending = (
                "timeout",
                f"a cell took longer than the {terms.timeout:g} s it may take; allow more with --timeout",
            )
        case CellTimeoutError():
            ending = "failed", "the kernel sends no outputs any more; a cell closed its connection"
        case CellExecutionError():
            ending = _cell_error(error)
        case OSError():
            ending = "disk full" if is_full(error) else "failed", f"the kernel could not be started: {error}"
        case GivenUp():
            ending = "failed", str(error)
        case _ if kernel.exit_code is not None:
            ending = "killed", kernel.death()
        case _:
            ending = "failed", f"the kernel did not answer: {error}"
    return ending


def _cell_error(error: CellExecutionError) -> tuple[Status, str]:
    """Name the exception of a failing cell; a full disk inside the kernel is a status of its own."""
    if error.ename == "StdinNotImplementedError":
        return "failed", "a cell asks for input, which nobody gives a report; make it a parameter"
    message = ESCAPES.sub("", f"{error.ename}: {error.evalue}".rstrip(": "))
    full = error.ename == "OSError" and any(f"[Errno {number}]" in error.evalue for number in FULL)
    return "disk full" if full else "failed", " ".join(message.split())[:400]


def _mark(notebook: NotebookNode, status: Status, error: str) -> None:
    """Say in the notebook itself how it ended, at the cell where it did."""
    notebook.metadata.papermill["exception"] = True
    notebook.metadata["workbench"] = {"status": status, "error": error}
    for cell in notebook.cells:
        if cell.metadata.papermill.get("exception") is not True:
            continue
        cell.metadata["tags"] = [*cell.metadata.get("tags", []), "failed"]
        if not any(output.output_type == "error" for output in cell.get("outputs", [])):
            traceback = [f"{status}: {error}"]
            output = NotebookNode(  # type: ignore[no-untyped-call]
                output_type="error", ename=status, evalue=error, traceback=traceback
            )
            cell.setdefault("outputs", []).append(output)
