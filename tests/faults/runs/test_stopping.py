"""The command itself, stopped in ways that are not the notebook's: real processes, real signals, a closed pipe."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from tests.faults.runs.conftest import left_running
from tests.faults.runs.notebooks import write_notebook

pytestmark = pytest.mark.slow
START = """import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what it starts in the background
from workbench.cli import main
main()"""
READY_S = 120


@pytest.fixture
def command(folder):
    """Return a function that starts `workbench report` on a notebook whose cell waits, as a terminal does."""
    started = []

    def start(**streams):
        write_notebook(folder / "count.ipynb", "import time; open('ready', 'w'); time.sleep(90)")
        words = [sys.executable, "-c", START, "report", "count.ipynb"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
        started.append(subprocess.Popen(words, cwd=folder, text=True, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def wait_for(condition):
    end = time.monotonic() + READY_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("signals", "status", "said"),
    [
        pytest.param([signal.SIGINT], 130, "stopped by Ctrl-C", id="Ctrl-C while a cell runs"),
        pytest.param([signal.SIGINT] * 3, 130, "stopped by Ctrl-C", id="Ctrl-C three times in a row"),
        pytest.param([signal.SIGTERM], 130, "stopped by SIGTERM", id="SIGTERM, as from `timeout` or a service manager"),
    ],
)
def test_signals(signals, status, said, command, folder, told):
    process = command()
    wait_for((folder / "ready").exists)
    for each in signals:
        process.send_signal(each)
        time.sleep(0.3)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == status
    lines = errors.splitlines()
    assert lines[0] == f"workbench: count interrupted: {said}"
    assert "Traceback" not in errors
    [manifest] = folder.glob("reports/count/*/manifest.json")
    assert json.loads(manifest.read_text(encoding="utf-8"))["status"] == "interrupted"
    assert [path.name for path in (folder / "reports" / "count").iterdir()] == [manifest.parent.name]
    assert left_running(folder) == []
    told("marked", f"{lines[0].removeprefix('workbench: ')} (exit status {status})")


def test_a_command_that_is_killed(command, folder, told, report):
    process = command()
    wait_for((folder / "ready").exists)
    process.kill()
    process.communicate()
    wait_for(lambda: left_running(folder) == [])
    assert list((folder / "reports" / "count").glob(".draft-*"))
    assert report("1")[0] == 0
    assert [
        re.fullmatch("[0-9a-f]{12}", path.name) is not None for path in (folder / "reports" / "count").iterdir()
    ] == [True]
    told("marked", "nothing is published; its kernel ends by itself, and the next run removes what it left")


def test_two_runs_of_the_same_at_once(command, folder, told, report):
    first = command()
    wait_for((folder / "ready").exists)
    second = command()
    assert second.stdout.read(len("count (waiting")) == "count (waiting"
    (folder / "ready").unlink()
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=60)
    wait_for((folder / "ready").exists)  # its turn
    second.send_signal(signal.SIGINT)
    second.communicate(timeout=60)
    assert (first.returncode, second.returncode) == (130, 130)
    assert len(list((folder / "reports" / "count").iterdir())) == 1
    told("harmless", "the second says `waiting for another run of the same`, and runs when the first has ended")


def test_output_that_nobody_reads_any_more(folder, told):
    write_notebook(folder / "count.ipynb", "print(number)")
    read, write = os.pipe()
    os.close(read)
    words = [sys.executable, "-c", START, "report", "count.ipynb"]
    done = subprocess.run(words, cwd=folder, stdout=write, stderr=subprocess.PIPE, text=True, check=False, timeout=120)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, "")
    assert len(list(folder.glob("reports/count/*/report.html"))) == 1
    told("flagged", "the run goes on and its report is written; exit status 1, since not all could be said")
