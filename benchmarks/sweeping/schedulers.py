"""A real Dask scheduler and its workers on loopback, with TLS: processes as an administrator would start them."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import trustme

START_S = 60.0


@dataclass(frozen=True)
class Certificates:
    """The files of one authority, and of one certificate for all who talk to each other."""

    folder: Path
    ca: Path = field(init=False)
    cert: Path = field(init=False)
    key: Path = field(init=False)

    def __post_init__(self) -> None:
        authority = trustme.CA()
        certificate = authority.issue_cert("127.0.0.1", "localhost")
        for name in ("ca", "cert", "key"):
            object.__setattr__(self, name, self.folder / f"{name}.pem")
        authority.cert_pem.write_to_path(self.ca)
        certificate.cert_chain_pems[0].write_to_path(self.cert)
        certificate.private_key_pem.write_to_path(self.key)

    @property
    def for_dask(self) -> list[str]:
        """Return the options of `dask scheduler` and `dask worker`."""
        return ["--tls-ca-file", str(self.ca), "--tls-cert", str(self.cert), "--tls-key", str(self.key)]

    @property
    def for_workbench(self) -> list[str]:
        """Return the options of `workbench sweep`."""
        return ["--tls-ca", str(self.ca), "--tls-cert", str(self.cert), "--tls-key", str(self.key)]


@dataclass
class Scheduler:
    """A scheduler that runs, with its workers."""

    address: str
    process: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


@contextlib.contextmanager
def scheduler(folder: Path, certificates: Certificates, *, workers: int) -> Iterator[Scheduler]:
    """Yield a scheduler with workers; all are ended afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tls://127.0.0.1:{free.getsockname()[1]}"
    started: list[subprocess.Popen[bytes]] = []
    with contextlib.ExitStack() as stack:
        stack.callback(_end, started)
        log = stack.enter_context((folder / "dask.log").open("ab"))

        def start(*words: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", "dask", *words, *certificates.for_dask]
            started.append(subprocess.Popen(command, stdout=log, stderr=log))
            return started[-1]

        host, port = address.removeprefix("tls://").split(":")
        boss = start("scheduler", "--protocol", "tls", "--host", host, "--port", port, "--no-dashboard")
        _expect_open(host, int(port))
        place = ["--local-directory", str(folder), "--no-dashboard", "--nthreads", "1", "--death-timeout", "20"]
        hands = [start("worker", address, "--host", host, *place) for _ in range(workers)]
        yield Scheduler(address, boss, hands)


def _expect_open(host: str, port: int) -> None:
    end = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection((host, port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in reversed(processes):  # workers first: they would look for their scheduler
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()
