"""A scheduler that somebody else has started, with its workers: checked before a job is sent."""

from __future__ import annotations

import ssl
from typing import Any

from workbench.cluster.address import checked, expect_scheduler
from workbench.cluster.job import told, versions
from workbench.cluster.late import distributed
from workbench.cluster.security import Tls
from workbench.errors import ClusterError, InvalidValue

WORKERS_S = 30.0  # seconds for a first worker to be there


def reached(address: str, tls: Tls | None) -> tuple[str, Any]:
    """Return the address of a scheduler that answers, and the `Security` for it.

    Raises:
        InvalidValue: the address or a certificate cannot be.
        ClusterError: no scheduler answers there, or not to this certificate.
    """
    scheme, host, port = checked(address)
    encrypted = scheme == "tls"
    if tls is not None and not encrypted:
        raise InvalidValue(f"scheduler: {address} takes no certificates; give tls://{host}:{port}, or no certificates")
    try:
        security = distributed().Security(require_encryption=encrypted, **(tls.files() if tls else {}))
        context = security.get_connection_args("client").get("ssl_context") if encrypted else None
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        raise InvalidValue(f"certificates for {address}: {told(error)}; give PEM files that belong together") from error
    if encrypted and not (isinstance(context, ssl.SSLContext) and security.tls_client_cert):
        raise InvalidValue(
            f"scheduler: {address} needs certificates; give --tls-ca, --tls-cert and --tls-key, or set Dask's "
            "distributed.comm.tls"
        )
    expect_scheduler(host, port, context)
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{port}", security


def expect_workers(client: Any, address: str) -> None:
    """Wait for a first worker, and look whether all understand what this client sends.

    Raises:
        ClusterError: there is none, one has other versions, or one does several jobs at a time.
    """
    try:
        client.wait_for_workers(1, timeout=WORKERS_S)
    except TimeoutError as error:
        start = f"dask worker {address} --nthreads 1"
        raise ClusterError(f"{address}: no worker in {WORKERS_S:.0f} s; start some, by `{start}`") from error
    if shared := [worker for worker, count in client.nthreads().items() if count > 1]:
        raise ClusterError(
            f"{shared[0]} does several jobs at a time, in one process; start it with --nthreads 1, and with "
            "--nworkers for as many as the machine can do"
        )
    mine = versions()
    for worker, found in client.run(versions, on_error="return").items():
        if isinstance(found, BaseException):
            raise ClusterError(f"{worker} cannot do jobs of Workbench: {told(found)}; install {_listed(mine)} there")
        if found != mine:
            raise ClusterError(f"{worker} has {_listed(found)}, this is {_listed(mine)}; install the same on both")


def _listed(found: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in found.items())
