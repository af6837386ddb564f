"""The command itself, stopped in ways that are not the notebook's: real processes, real signals, a closed pipe."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from multiprocessing import forkserver

import pytest

from tests.faults.processes import PROCESSES
from tests.faults.runs.conftest import expect_none_left, left_running
from tests.faults.runs.notebooks import write_notebook
from workbench.cli import main
from workbench.reports.store import run_folders

pytestmark = pytest.mark.slow
START = """import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what it starts in the background
from workbench.cli import main
main()"""
READY_S = 300


@pytest.fixture
def waiting(folder):
    """Write a notebook whose cell waits, and return the words that report on it."""
    write_notebook(folder / "count.ipynb", "import time; open('ready', 'w'); time.sleep(900)")
    return ["report", "count.ipynb"]


@pytest.fixture(scope="module")
def processes():
    """Return what starts processes, itself started before a test's folder is the current one, which it would keep."""
    forkserver.ensure_running()
    return PROCESSES


@pytest.fixture
def command(processes, folder, waiting):
    """Return a function that starts `workbench report` on it in a process of its own, whose output is a file here."""
    started = []

    def start(output):
        started.append(processes.Process(target=be_user, args=(folder, waiting, output)))
        started[-1].start()
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.join()


def be_user(folder, words, output):
    """Run the command line as a terminal does."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.chdir(folder)
    file = os.open(output, os.O_WRONLY | os.O_CREAT)
    os.dup2(file, sys.stdout.fileno()), os.dup2(file, sys.stderr.fileno())
    sys.argv = ["workbench", *words]
    main()


def ended(process):
    """Return the exit status of a process that ends in time."""
    process.join(READY_S)
    return process.exitcode


def wait_for(condition):
    end = time.monotonic() + READY_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def expect_marked(folder, errors, said):
    """Hold what a stopped command left to one run, marked, and told in one line, which is returned."""
    line = errors.splitlines()[0]
    assert line == f"workbench: count interrupted: {said}"
    assert errors.count("workbench: ") == 1
    assert "Traceback" not in errors
    [manifest] = folder.glob("reports/count/*/manifest.json")
    assert json.loads(manifest.read_text(encoding="utf-8"))["status"] == "interrupted"
    assert run_folders(folder / "reports") == [manifest.parent]
    expect_none_left(folder)
    return line.removeprefix("workbench: ")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        pytest.param(signal.SIGINT, "stopped by Ctrl-C", id="Ctrl-C while a cell runs"),
        pytest.param(signal.SIGTERM, "stopped by SIGTERM", id="SIGTERM, as from `timeout` or a service manager"),
    ],
)
def test_signals(number, said, command, folder, told):
    process = command("first")
    wait_for((folder / "ready").exists)
    os.kill(process.pid, number)
    assert ended(process) == 130
    line = expect_marked(folder, (folder / "first").read_text().partition("\n")[2], said)
    told("marked", f"{line} (exit status 130)")


@pytest.mark.parametrize("times", [pytest.param(3, id="Ctrl-C three times in a row")])
def test_signals_in_a_row(times, waiting, folder, told):
    words = [sys.executable, "-c", START, *waiting]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, cwd=folder, text=True, **pipes) as process:
        wait_for((folder / "ready").exists)
        for _ in range(times):
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)
        _, errors = process.communicate(timeout=READY_S)
    assert process.returncode in (130, -signal.SIGINT)  # the latter while Python ends; one and the same for a shell
    told("marked", f"{expect_marked(folder, errors, 'stopped by Ctrl-C')} (exit status 130)")


LAST_STEPS = """import atexit, os, signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)
atexit.register(time.sleep, 900)
atexit.register(print, "last steps", flush=True)
from workbench.cli import app
app.app = lambda **_: os.kill(os.getpid(), signal.SIGINT)
app.main()"""


def test_one_more_signal_while_Python_ends_is_no_traceback():
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", LAST_STEPS], text=True, **pipes) as process:
        assert process.stdout.readline() == "last steps\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=READY_S) == ("", "")
    assert process.returncode == -signal.SIGINT


def test_a_command_that_is_killed(command, folder, told, report):
    process = command("first")
    wait_for((folder / "ready").exists)
    process.kill()
    process.join()
    wait_for(lambda: left_running(folder) == [])
    assert list((folder / "reports" / "count").glob(".draft-*"))
    assert report("1")[0] == 0
    assert not list((folder / "reports" / "count").glob(".draft-*"))
    [finished] = run_folders(folder / "reports")
    assert re.fullmatch("[0-9a-f]{12}", finished.name)
    told("marked", "nothing is published; its kernel ends by itself, and the next run removes what it left")


def test_two_runs_of_the_same_at_once(command, folder, told):
    first = command("first")
    wait_for((folder / "ready").exists)
    second = command("second")
    wait_for(lambda: (folder / "second").exists() and "(waiting" in (folder / "second").read_text())
    (folder / "ready").unlink()
    os.kill(first.pid, signal.SIGINT)
    assert ended(first) == 130
    wait_for((folder / "ready").exists)  # its turn
    os.kill(second.pid, signal.SIGINT)
    assert ended(second) == 130
    assert len(run_folders(folder / "reports")) == 1
    waits = "the second says `waiting for another run of the same`"
    told("harmless", f"{waits}, takes the first one's run if that went well, else runs")


def test_output_that_nobody_reads_any_more(folder, told):
    write_notebook(folder / "count.ipynb", "print(number)")
    read, write = os.pipe()
    os.close(read)
    words = [sys.executable, "-c", START, "report", "count.ipynb"]
    kept = os.environ | {"PYTHONUNBUFFERED": ""}  # Python's own way, which an image may have set otherwise
    done = subprocess.run(
        words, cwd=folder, env=kept, stdout=write, stderr=subprocess.PIPE, text=True, check=False, timeout=READY_S
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, "")
    assert len(list(folder.glob("reports/count/*/report.html"))) == 1
    told("flagged", "the run goes on and its report is written; exit status 1, since not all could be said")
