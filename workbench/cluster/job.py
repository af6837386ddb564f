"""The worker's side: one job carried out, its errors told as one line; and what a worker is set up with."""

from __future__ import annotations

import os
import platform
import socket
import time
from collections.abc import Callable
from typing import Any

from workbench.cluster.late import distributed
from workbench.errors import WorkbenchError
from workbench.readable import one_line

STARTED = "workbench-started"  # the topic on which workers tell which job they begin
HASH_SEED = "WORKBENCH_CLIENT_HASHSEED"

# What the function returned, its error, seconds, worker. Pickled here: Dask would ask for what cannot be, for ever.
Result = tuple[bytes, str, float, str]


def carry_out(function: Callable[[Any], Any], value: Any) -> Result:
    """Return the function's value, pickled, its error, the seconds and the worker; raises nothing of the job's."""
    worker, name = distributed().get_worker(), f"{socket.gethostname()}:{os.getpid()}"
    worker.log_event(STARTED, {"key": worker.get_current_task(), "worker": worker.address})
    start = time.perf_counter()
    try:
        result, error = distributed().protocol.pickle.dumps(function(value)), ""
    except BaseException as raised:  # also SystemExit: a job does not end its worker
        result, error = b"", told(raised)
    return result, error, time.perf_counter() - start, name


def told(error: BaseException) -> str:
    """Return an exception as one line: of ours the text, of others the class, too."""
    text = str(error) if isinstance(error, WorkbenchError) else f"{type(error).__name__}: {error}"
    return one_line(text)


def versions() -> dict[str, str]:
    """Return the versions that have to be the same on both sides: what is sent is pickled."""
    import workbench

    python = ".".join(platform.python_version_tuple()[:2])
    return {"Python": python, "workbench": workbench.__version__, "distributed": distributed().__version__}


def dask_setup(worker: Any) -> None:
    """Take back the hash seed that Dask's nanny sets: what a worker starts has the client's environment."""
    if (seed := os.environ.pop(HASH_SEED, None)) is not None:
        os.environ.pop("PYTHONHASHSEED", None)
        os.environ.update({"PYTHONHASHSEED": seed} if seed else {})
