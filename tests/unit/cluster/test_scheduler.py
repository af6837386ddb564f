"""A real scheduler and a real worker with TLS, as Dask's own commands start them."""

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from tests.unit.cluster import jobs
from workbench.cluster import Tls, open_cluster
from workbench.errors import ClusterError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """Return the files of a client; those of scheduler and worker are the same."""
    return certificate(tmp_path_factory.mktemp("tls"))


def certificate(folder):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    return Tls(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")


@contextmanager
def dask(command, *words, tls):
    files = ["--tls-ca-file", tls.ca, "--tls-cert", tls.cert, "--tls-key", tls.key]
    line = [sys.executable, "-m", "dask", command, *words, *map(str, files), "--no-dashboard"]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="module")
def address(tls, tmp_path_factory):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    where = f"tls://127.0.0.1:{port}"
    folder = str(tmp_path_factory.mktemp("worker"))
    worker = ("worker", where, "--nthreads", "1", "--host", "127.0.0.1", "--local-directory", folder)
    with dask("scheduler", "--host", "127.0.0.1", "--port", str(port), tls=tls), dask(*worker, tls=tls):
        yield where


@pytest.fixture(scope="module")
def started(address):
    """Wait until somebody listens."""
    host, port = address.removeprefix("tls://").split(":")
    for _ in range(400):
        with socket.socket() as probe:
            probe.settimeout(0.1)
            if probe.connect_ex((host, int(port))) == 0:
                return address
    raise AssertionError("no scheduler came")


def test_jobs_are_done_by_the_workers_of_a_scheduler(started, tls):
    with open_cluster(scheduler=started, tls=tls) as cluster:
        found = {end.key: end.value for end in cluster.run(jobs.invert, {"half": 2, "quarter": 4})}
    assert found == {"half": 0.5, "quarter": 0.25}


def test_a_certificate_of_somebody_else_is_refused(started, tls, tmp_path):
    other = certificate(tmp_path)
    with (
        pytest.raises(ClusterError, match="does not accept this client's certificate"),
        open_cluster(scheduler=started, tls=Tls(tls.ca, other.cert, other.key)),
    ):
        pass
