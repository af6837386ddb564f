"""Open a cluster: workers on this machine, or a scheduler somewhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

from workbench.cluster.address import checked
from workbench.cluster.cluster import Cluster
from workbench.cluster.job import told
from workbench.cluster.late import distributed
from workbench.cluster.local import local_cluster
from workbench.cluster.quiet import quiet_dask
from workbench.cluster.remote import expect_workers, reached
from workbench.cluster.security import Tls
from workbench.errors import ClusterError, InvalidValue

CONNECT_S = 10.0
CLOSE_S = 2.0  # seconds to say goodbye to a scheduler; one that is gone does not answer


def open_cluster(
    *, workers: int | None = None, scheduler: str | None = None, tls: Tls | None = None, dashboard: bool = False
) -> AbstractContextManager[Cluster]:
    """Open workers on this machine, or those of a scheduler; at the end local ones are gone, with all they started.

    What is asked for is checked at the call; workers start, and a scheduler is reached, where the block begins.

    Args:
        workers: processes on this machine; one a core by default.
        scheduler: instead of them, the address of a Dask scheduler, "tls://host:port"; "tcp://" on loopback only.
        tls: the client's certificate for it; by default what Dask's configuration says at `distributed.comm.tls`.
        dashboard: also open Dask's dashboard, on loopback.

    Raises:
        InvalidValue: not a number of workers, an address or certificate that cannot be.
        ClusterError: as the block begins: the workers did not start, or the scheduler cannot be used.
    """
    if scheduler is not None and (workers is not None or dashboard):
        raise InvalidValue("a scheduler has workers and a dashboard of its own; give scheduler alone")
    if scheduler is None and tls is not None:
        raise InvalidValue("tls: certificates are for a scheduler; give its address, too")
    if workers is not None and workers < 1:
        raise InvalidValue(f"workers: {workers}; expected 1 or more")
    if scheduler is not None:
        checked(scheduler)
    return _opened(workers, scheduler, tls, dashboard=dashboard)


@contextmanager
def _opened(workers: int | None, scheduler: str | None, tls: Tls | None, *, dashboard: bool) -> Iterator[Cluster]:
    with quiet_dask():
        if scheduler is None:
            with local_cluster(workers, dashboard=dashboard) as started:
                with _client(started.address, started.credentials) as client:
                    yield Cluster(client, dashboard=started.dashboard)
        else:
            address, security = reached(scheduler, tls)
            with _client(address, security) as client:
                expect_workers(client, address)
                yield Cluster(client, dashboard="")


@contextmanager
def _client(address: str, security: Any) -> Iterator[Any]:
    try:
        client = distributed().Client(address, security=security, set_as_default=False, timeout=CONNECT_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(f"{address}: no scheduler that this client gets on with: {told(error)}") from error
    try:
        yield client
    finally:
        with suppress(OSError, TimeoutError):
            client.close(timeout=CLOSE_S)
