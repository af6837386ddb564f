"""A process that keeps the scheduler and the workers of a local cluster, and ends them all when its client ends.

`python -m workbench.cluster.keeper`: standard input brings what is wanted, as one line of JSON, and stays open as long
as the client lives; standard output tells the address, as one line of JSON. The scheduler is not in the client's
process, so that its work, its logging and its children do not disturb a notebook or a terminal, and so that somebody
is left to clear up when the client is killed.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
from collections import Counter
from multiprocessing.spawn import prepare
from typing import Any

from workbench.cluster.late import distributed
from workbench.cluster.processes import MARK, end_all
from workbench.readable import one_line

MOST_CHECKS = 5  # without a worker before another nanny is asked for one
CHECK_S = 1.0  # seconds between two looks for what a killed worker left running

# Every death counts for the job that ran (see workbench.cluster.ledger), so Dask's own count only has to end some day;
# one job a worker waits at the scheduler, not at a worker; no profiler, no look at GPUs.
SETTINGS = {
    "distributed.scheduler.allowed-failures": 100,
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.worker.daemon": False,
    "distributed.worker.profile.enabled": False,
    "distributed.diagnostics.nvml": False,
    "distributed.comm.timeouts.connect": "10s",
}
_CLOSING: set[asyncio.Future[Any]] = set()  # held, since a loop does not hold its tasks
ORIGINS = "distributed.scheduler.dashboard.bokeh-application.allow_websocket_origin"
PAGES = ("distributed.scheduler.http.routes", "distributed.worker.http.routes")


def main() -> None:
    """Start what standard input asks for, and keep it until standard input ends."""
    asked, told = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)  # what jobs print goes where errors go; the pipe to the client is for its one line
    with os.fdopen(asked, "rb", buffering=0) as client:
        wanted = json.loads(client.readline())
        prepare({"sys_path": wanted["path"]})  # as the standard library does for a process of its own
        try:
            asyncio.run(_keep(wanted, client.fileno(), told))
        except BaseException as error:
            _tell(told, {"error": one_line(f"{type(error).__name__}: {error}")})
            _end(wanted["folder"])


async def _keep(wanted: dict[str, Any], client: int, told: int) -> None:
    import dask

    asyncio.get_running_loop().add_reader(client, _end, wanted["folder"])  # readable is closed: nothing more is said
    with socket.create_server(("127.0.0.1", 0)) as free:
        page = f"127.0.0.1:{free.getsockname()[1]}"
    http = {ORIGINS: [page]} if wanted["dashboard"] else dict.fromkeys(PAGES, ())  # not for pages of others
    with dask.config.set(SETTINGS | http):
        cluster = await distributed().LocalCluster(
            n_workers=wanted["workers"],
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            protocol="tls://",
            security=distributed().Security(require_encryption=True, **wanted["security"]),
            dashboard_address=page,
            scheduler_kwargs={"dashboard": wanted["dashboard"]},
            memory_limit=None,
            local_directory=wanted["folder"],
            preload=["workbench.cluster.job"],
            asynchronous=True,
        )
        link = cluster.dashboard_link if wanted["dashboard"] else ""
        _tell(told, {"address": cluster.scheduler_address, "dashboard": link})
        await _look_after(cluster)


async def _look_after(cluster: Any) -> None:
    """End what a killed worker left: a kernel that runs on would do its job beside the worker that does it anew.

    A nanny starts a worker anew; where one is killed while it starts, the nanny closes instead, now and then
    (distributed 2026.8). Another takes its place.
    """
    alive: set[int] = set()
    missed: Counter[Any] = Counter()
    while True:
        now = {nanny.pid for nanny in cluster.workers.values() if nanny.pid}
        if alive - now:
            await asyncio.to_thread(end_all, os.environ[MARK], but={os.getpid()})
        alive = now
        missed = Counter({name: missed[name] + 1 for name in cluster.worker_spec if not _pid(cluster, name)})
        if stuck := [name for name, checks in missed.items() if checks > MOST_CHECKS]:
            _replace(cluster, stuck)
            missed.clear()
        await asyncio.sleep(CHECK_S)


def _pid(cluster: Any, name: Any) -> int | None:
    nanny = cluster.workers.get(name)
    return nanny.pid if nanny else None


def _replace(cluster: Any, names: list[Any]) -> None:
    for nanny in filter(None, (cluster.workers.pop(name, None) for name in names)):
        _CLOSING.add(asyncio.ensure_future(nanny.close(timeout=1)))
    cluster.scale(len(cluster.worker_spec))  # opens what its plan has and it has not


def _tell(pipe: int, said: dict[str, str]) -> None:
    os.write(pipe, json.dumps(said).encode() + b"\n")


def _end(folder: str) -> None:
    end_all(os.environ[MARK])
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main()
