"""What the faults of runs share: a notebook that goes wrong, run at the command line, and what has to come of it."""

import json
import os
import shutil
import subprocess
import time

import psutil
import pytest

from tests.faults.runs.notebooks import write_notebook
from tests.unit.cli.command_line import run


@pytest.fixture
def report(folder, forked, monkeypatch, capfd):
    """Return a function that reports on a notebook of this cell between two good ones: exit status, output, errors."""

    def start(cell, *options):
        path = write_notebook(
            folder / "count.ipynb", "import os, signal, time\nprint('before')", cell, "print('after')"
        )
        return run(monkeypatch, capfd, "report", path.name, *options)

    return start


@pytest.fixture
def marked(report, folder, told):
    """Return a function that holds such a run to being marked: exit status 1, one line, and nowhere called finished."""

    def expect(cell, *options, status, message="", out="reports"):
        code, output, errors = report(cell, *options)
        assert code == 1, errors
        assert errors.count("\n") == 1
        line = errors.strip().removeprefix("workbench: ")
        assert line.startswith(f"count {status}: ")
        assert message in line
        [manifest] = (folder / out / "count").glob("*/manifest.json")
        assert manifest.parent.name.endswith("-failed")
        assert json.loads(manifest.read_text(encoding="utf-8"))["status"] == status
        index = (folder / out / "index.html").read_text(encoding="utf-8")
        assert f">{status}<" in index and ">finished<" not in index
        expect_none_left(folder)
        told("marked", line)
        return output

    return expect


@pytest.fixture
def fine(report, folder, told):
    """Return a function that holds such a run to ending well, with nothing but its own line, and tells the row."""

    def expect(cell, *options, seen, outcome="harmless", errors=""):
        code, output, said = report(cell, *options)
        assert (code, said) == (0, errors)
        assert output.count("\n") == 2  # the run's line, and the index
        expect_none_left(folder)
        told(outcome, seen)

    return expect


@pytest.fixture
def small_disk(folder):
    """Return a folder that is a file system of its own, of 1 MB."""
    disk = folder / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("needs the right to mount a small tmpfs")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=True)
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)  # what was killed may not be gone


GONE_S = 120  # for what was killed; what is left running here would run for longer


def expect_none_left(folder):
    """Hold a run to leaving no process in `folder`: those that it has killed may still be about to go."""
    end = time.monotonic() + GONE_S
    while found := left_running(folder):
        assert time.monotonic() < end, found
        time.sleep(0.05)


def left_running(folder):
    """Return the processes whose current folder is `folder`, other than this one."""
    found = []
    for process in psutil.process_iter():
        try:
            here = process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE
            if here and process.cwd() == str(folder):
                found.append(process)
        except psutil.Error:
            continue
    return found
