"""Open a cluster: workers on this machine, or a scheduler somewhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from workbench.cluster.cluster import Cluster
from workbench.cluster.local import local_cluster
from workbench.cluster.security import Tls


@contextmanager
def open_cluster(
    *, workers: int | None = None, scheduler: str | None = None, tls: Tls | None = None, dashboard: bool = False
) -> Iterator[Cluster]:
    """Open workers on this machine, or those of a scheduler; at the end local ones are gone, with all they started.

    Args:
        workers: processes on this machine; one a core by default.
        scheduler: instead of them, the address of a Dask scheduler, "tls://host:port"; "tcp://" on loopback only.
        tls: the client's certificate for it; by default what Dask's configuration says at `distributed.comm.tls`.
        dashboard: also open Dask's dashboard, on loopback.

    Raises:
        InvalidValue: not a number of workers, an address or certificate that cannot be.
        ClusterError: the workers did not start, or the scheduler cannot be used.
    """
    with local_cluster(workers, dashboard=dashboard) as started, _client(started.address, started.security) as client:
        yield Cluster(client, started.address, started.dashboard)


@contextmanager
def _client(address: str, security: dict[str, Any]) -> Iterator[Any]:
    from distributed import Client, Security

    fields = Security(require_encryption=address.startswith("tls://"), **security)
    client = Client(address, security=fields, set_as_default=False, timeout=10)
    try:
        yield client
    finally:
        client.close(timeout=2)
