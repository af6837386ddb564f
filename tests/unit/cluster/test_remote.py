"""Whether the workers of a scheduler understand what this client sends, on a client that plays it."""

import pytest

from workbench.cluster import Tls, open_cluster
from workbench.cluster.job import versions
from workbench.cluster.remote import expect_workers
from workbench.errors import ClusterError, InvalidValue


class FakeClient:
    def __init__(self, found, *, threads=1):
        self._found, self._threads = found, threads

    def wait_for_workers(self, count, *, timeout):
        if not self._found:
            raise TimeoutError

    def nthreads(self):
        return dict.fromkeys(self._found, self._threads)

    def run(self, function, *, on_error):
        return self._found


def test_workers_of_the_same_versions_are_taken():
    expect_workers(FakeClient({"tls://gpu-7:1": versions(), "tls://gpu-8:1": versions()}), "tls://gpu-7:8786")


@pytest.mark.parametrize(
    ("client", "why"),
    [
        pytest.param(FakeClient({}), "no worker in 30 s; start some", id="none"),
        pytest.param(
            FakeClient({"w": versions()}, threads=4), "start it with --nthreads 1", id="several jobs at a time"
        ),
        pytest.param(
            FakeClient({"w": versions() | {"workbench": "9.1"}}), "w has .*workbench 9.1, .*this is", id="other"
        ),
        pytest.param(FakeClient({"w": versions() | {"Python": "3.9"}}), "w has Python 3.9", id="other Python"),
        pytest.param(FakeClient({"w": ModuleNotFoundError("workbench")}), "install .* there", id="no Workbench"),
    ],
)
def test_workers_are_refused(client, why):
    with pytest.raises(ClusterError, match=why):
        expect_workers(client, "tls://gpu-7:8786")


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        pytest.param({"workers": 2, "scheduler": "tls://gpu-7"}, "give scheduler alone", id="workers and a scheduler"),
        pytest.param({"scheduler": "tcp://gpu-7"}, "without TLS", id="a network without TLS"),
        pytest.param({"scheduler": "tls://gpu-7"}, "needs certificates", id="no certificates"),
    ],
)
def test_what_cannot_be_opened_is_refused(asked, why):
    with pytest.raises(InvalidValue, match=why), open_cluster(**asked):
        pass


def test_what_is_asked_for_is_looked_at_before_there_is_anything_to_do():
    with pytest.raises(InvalidValue, match="workers: 0; expected 1 or more"):
        open_cluster(workers=0)
    with pytest.raises(InvalidValue, match="expected tls://host:port"):
        open_cluster(scheduler="gpu-7")


def test_a_certificate_that_is_not_there_is_refused(tmp_path):
    (tmp_path / "ca.pem").touch()
    with pytest.raises(InvalidValue, match="cert: .* is no file"):
        Tls(tmp_path / "ca.pem", tmp_path / "cert.pem", tmp_path / "key.pem")


def test_files_that_are_no_certificates_are_refused(tmp_path):
    for name in ("ca.pem", "cert.pem"):
        (tmp_path / name).write_text("no certificate")
    tls = Tls(tmp_path / "ca.pem", tmp_path / "cert.pem")
    with pytest.raises(InvalidValue, match="give PEM files"), open_cluster(scheduler="tls://gpu-7", tls=tls):
        pass
