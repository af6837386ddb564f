"""A real scheduler and a real worker with TLS, as Dask's own commands start them."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from tests.unit.cluster import jobs
from tests.unit.cluster.waiting import wait_for
from workbench.cluster import Tls, open_cluster
from workbench.cluster.late import distributed
from workbench.cluster.quiet import quiet_dask
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
        yield process
    finally:
        process.terminate()
        process.wait(timeout=120)


@pytest.fixture(scope="module")
def address(tls, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dask")
    told = ("--scheduler-file", str(folder / "scheduler.json"))
    worker = ("worker", *told, "--nthreads", "1", "--host", "127.0.0.1", "--local-directory", str(folder))
    with dask("scheduler", "--host", "127.0.0.1", "--port", "0", *told, tls=tls) as scheduler:
        wait_for(lambda: scheduler.poll() is not None or where(folder))
        with dask(*worker, tls=tls):
            expect_worker(where(folder), tls)
            yield where(folder)


def where(folder):
    """Return the address that a scheduler has written down, once it is whole."""
    try:
        return json.loads((folder / "scheduler.json").read_text())["address"]
    except (OSError, ValueError):
        return ""


def expect_worker(address, tls):
    """Wait for the first worker: a busy machine takes longer to start one than a user is asked to wait for it."""
    with quiet_dask():
        security = distributed().Security(require_encryption=True, **tls.files())
        with distributed().Client(address, security=security, set_as_default=False, timeout=300) as client:
            client.wait_for_workers(1, timeout=300)


def test_jobs_are_done_by_the_workers_of_a_scheduler(address, tls):
    with open_cluster(scheduler=address, tls=tls) as cluster:
        found = {end.key: end.value for end in cluster.run(jobs.invert, {"half": 2, "quarter": 4})}
    assert found == {"half": 0.5, "quarter": 0.25}


def test_a_certificate_of_somebody_else_is_refused(address, tls, tmp_path):
    other = certificate(tmp_path)
    with (
        pytest.raises(ClusterError, match="does not accept this client's certificate"),
        open_cluster(scheduler=address, tls=Tls(tls.ca, other.cert, other.key)),
    ):
        pass
