"""A cluster of processes on this machine, reached over loopback only."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.spawn import get_preparation_data
from pathlib import Path
from typing import Any

from workbench.cluster.job import HASH_SEED
from workbench.cluster.own_folder import own_folder
from workbench.cluster.processes import MARK, end_all
from workbench.cluster.security import fields, temporary
from workbench.cluster.share import environment, threads
from workbench.errors import ClusterError

PREFIX = "wb-cluster-"  # of a cluster's folder
LOG = "log"  # what the scheduler, the workers and the jobs print
START_S = 120.0  # seconds for the scheduler and all workers to be there


@dataclass(frozen=True, slots=True)
class Started:
    """Where a local cluster is reached, and with what."""

    address: str
    dashboard: str
    credentials: Any  # Dask's `Security`


@contextmanager
def local_cluster(workers: int | None, *, dashboard: bool) -> Iterator[Started]:
    """Start a scheduler and workers; at the end, however it comes, their processes and folder are gone.

    Raises:
        ClusterError: they did not start.
    """
    count = workers or threads()
    credentials = temporary()
    path = get_preparation_data("keeper")["sys_path"]  # where this process finds modules; jobs are imported by name
    wanted = {"workers": count, "dashboard": dashboard, "path": path, "security": fields(credentials)}
    with own_folder(PREFIX, end_left=lambda left: end_all(str(left))) as folder:
        with _keeper(folder, variables(folder, share=max(1, threads() // count))) as keeper:
            try:
                told = _said(keeper, wanted | {"folder": str(folder)}, folder)
                yield Started(told["address"], told["dashboard"], credentials)
            finally:
                end_all(str(folder))


def variables(folder: Path, *, share: int) -> dict[str, str]:
    """Return what a cluster's environment has beside the client's: its folder, which is its mark, too, and threads."""
    seed = os.environ.get("PYTHONHASHSEED", "")
    return {MARK: str(folder), "TMPDIR": str(folder), HASH_SEED: seed, **environment(share)}


def _keeper(folder: Path, extra: dict[str, str]) -> subprocess.Popen[bytes]:
    with (folder / LOG).open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "workbench.cluster.keeper"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, **extra},
            start_new_session=True,  # Ctrl-C is the client's: it ends the workers
        )


def _said(keeper: subprocess.Popen[bytes], wanted: dict[str, Any], folder: Path) -> dict[str, str]:
    assert keeper.stdin is not None and keeper.stdout is not None
    with suppress(BrokenPipeError):
        keeper.stdin.write(json.dumps(wanted).encode() + b"\n")
        keeper.stdin.flush()
    ready, _, _ = select.select([keeper.stdout], [], [], START_S)
    told: dict[str, str] = json.loads((keeper.stdout.readline() if ready else b"") or b"{}")
    if "address" not in told:
        last = (folder / LOG).read_text(errors="replace").strip().splitlines()[-1:]
        cause = told.get("error") or (last[0] if last else f"nothing was heard of them in {START_S:.0f} s")
        raise ClusterError(f"the local workers did not start: {cause}; try fewer of them, or none")
    return told
