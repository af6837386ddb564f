"""Real workers on this machine, with what may happen to them."""

import os
import signal
import subprocess
import sys
import threading

import psutil
import pytest

from tests.unit.cluster import jobs
from tests.unit.cluster.waiting import lives, wait_for
from workbench.cluster import open_cluster, threads
from workbench.cluster.processes import MARK
from workbench.cluster.share import READ_BY_LIBRARIES, SHARE
from workbench.errors import ClusterError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster():
    with open_cluster(workers=2) as opened:
        yield opened


def keepers():
    return [child for child in psutil.Process().children() if "workbench.cluster.keeper" in command_of(child)]


def test_each_job_has_one_outcome_and_an_error_is_one_of_them(cluster):
    found = list(cluster.run(jobs.invert, {"half": 2, "none": 0, "quarter": 4}))
    by_key = {end.key: end for end in found}
    assert len(found) == len(by_key) == 3
    assert (by_key["half"].value, by_key["quarter"].value) == (0.5, 0.25)
    assert by_key["none"].error == "ZeroDivisionError: division by zero"
    assert all(end.worker.rpartition(":")[2] != str(os.getpid()) for end in found)
    assert (cluster.running, cluster.workers) == (0, 2)


def test_what_cannot_be_sent_back_is_an_error_and_nothing_else_suffers(cluster):
    (found,) = cluster.run(jobs.unsendable, {"a": 0})
    assert "pickle" in found.error
    (well,) = cluster.run(jobs.invert, {"a": 1})
    assert well.value == 1


def test_workers_share_the_cores_and_print_nothing_here(cluster, capfd):
    names = (SHARE, *READ_BY_LIBRARIES, "PYTHONHASHSEED")
    (found,) = cluster.run(jobs.settings, {"a": names})
    assert found.value == dict.fromkeys(names[:-1], str(max(1, threads() // 2))) | {
        "PYTHONHASHSEED": os.environ.get("PYTHONHASHSEED")
    }
    assert capfd.readouterr() == ("", "")


def test_all_that_listens_is_on_loopback(cluster):
    (keeper,) = keepers()
    family = [psutil.Process(), keeper, *keeper.children(recursive=True)]
    listening = [
        at.laddr
        for process in family
        for at in process.net_connections(kind="inet")
        if at.status == psutil.CONN_LISTEN or at.type.name == "SOCK_DGRAM"
    ]
    assert len(listening) >= 3  # the scheduler and two workers
    assert {address.ip for address in listening} == {"127.0.0.1"}
    assert cluster.dashboard == ""


def test_a_job_that_kills_its_worker_is_given_up_and_the_others_are_done(cluster):
    found = {end.key: end for end in cluster.run(jobs.die, {"bad": "at once"} | dict.fromkeys("abcdef", ""), deaths=2)}
    assert found.pop("bad").error.startswith("its worker died 2 times while it ran")
    assert {key: end.error for key, end in found.items()} == dict.fromkeys("abcdef", "")


def test_a_scheduler_that_is_killed_ends_the_run_in_one_line_and_leaves_nothing(cluster, tmp_path):
    before = set(keepers())
    with open_cluster(workers=1) as other:
        (keeper,) = set(keepers()) - before
        mark = keeper.environ()[MARK]
        killer = threading.Thread(target=lambda: (wait_for(lambda: any(tmp_path.iterdir())), keeper.kill()))
        killer.start()
        with pytest.raises(ClusterError, match="is gone, or not reached any more; what is done stays done"):
            next(other.run(jobs.start_and_stay, {"stays": tmp_path}))
        killer.join()
    assert not lives(int(next(tmp_path.iterdir()).name))
    assert mark not in {environment_of(process).get(MARK) for process in psutil.process_iter()}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_client_that_is_ended_leaves_no_process_and_no_folder(tmp_path, number):
    (tmp_path / "jobs").mkdir()
    client = subprocess.Popen(
        [sys.executable, "-m", "tests.unit.cluster.stay", str(tmp_path / "jobs")],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stderr=subprocess.DEVNULL,
    )
    wait_for(lambda: any((tmp_path / "jobs").iterdir()))
    family = psutil.Process(client.pid).children(recursive=True)
    assert len(family) >= 3  # the keeper, a worker, and what the job started
    client.send_signal(number)
    client.wait(timeout=120)
    assert not psutil.wait_procs(family, timeout=120)[1]
    wait_for(lambda: [path.name for path in tmp_path.iterdir()] == ["jobs"])


def command_of(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def environment_of(process):
    try:
        return process.environ()
    except (psutil.Error, OSError):
        return {}
