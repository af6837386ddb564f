"""A cluster of processes on this machine, reached over loopback only."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.cluster.job import HASH_SEED
from workbench.cluster.processes import MARK, end_all
from workbench.cluster.security import temporary
from workbench.cluster.threads import cores, environment
from workbench.errors import ClusterError, InvalidValue

START_S = 120.0  # seconds for the scheduler and all workers to be there


@dataclass(frozen=True, slots=True)
class Started:
    """Where a local cluster is reached, and with what."""

    address: str
    dashboard: str
    security: dict[str, str]


@contextmanager
def local_cluster(workers: int | None, *, dashboard: bool) -> Iterator[Started]:
    """Start a scheduler and workers; at the end, however it comes, their processes and folder are gone.

    Raises:
        InvalidValue: not a number of workers.
        ClusterError: they did not start.
    """
    count = cores() if workers is None else workers
    if count < 1:
        raise InvalidValue(f"workers: {count}; expected 1 or more")
    folder, mark = Path(tempfile.mkdtemp(prefix="wb-cluster-")), uuid.uuid4().hex
    security = temporary()
    wanted = {"workers": count, "dashboard": dashboard, "security": security, "folder": str(folder), "path": sys.path}
    try:
        with (folder / "log").open("wb") as log:
            keeper = _start(folder, log, variables(mark, folder, share=max(1, cores() // count)))
        told = _said(keeper, wanted, folder / "log")
        yield Started(told["address"], told["dashboard"], security)
    finally:
        end_all(mark)
        shutil.rmtree(folder, ignore_errors=True)


def variables(mark: str, folder: Path, *, share: int) -> dict[str, str]:
    """Return what the cluster's environment has beside the client's: its mark, folder for what is temporary, threads."""
    seed = os.environ.get("PYTHONHASHSEED", "")
    return {MARK: mark, "TMPDIR": str(folder), HASH_SEED: seed, **environment(share)}


def _start(folder: Path, log: Any, extra: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "workbench.cluster.keeper"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env={**os.environ, **extra},
        start_new_session=True,  # Ctrl-C is the client's: it ends the workers
    )


def _said(keeper: subprocess.Popen[bytes], wanted: dict[str, Any], log: Path) -> dict[str, str]:
    assert keeper.stdin is not None and keeper.stdout is not None
    keeper.stdin.write(json.dumps(wanted).encode() + b"\n")
    keeper.stdin.flush()
    ready, _, _ = select.select([keeper.stdout], [], [], START_S)
    line = keeper.stdout.readline() if ready else b""
    told: dict[str, str] = json.loads(line or b"{}")
    if "address" not in told:
        last = log.read_text(errors="replace").strip().splitlines()[-1:] or [f"nothing said in {START_S:.0f} s"]
        raise ClusterError(
            f"the local workers did not start ({told.get('error') or last[0]}); see the same command "
            "with --workers 1, or run without workers"
        )
    return told
