"""Sweeps by real workers with real kernels: one is killed, two are at the same jobs; more is in `sweep_faults.py`."""

import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest

from workbench.reports.overview.history import read_history

CELL = """import time
from pathlib import Path
from workbench.reports import record
while not Path(HERE, "go").exists():
    time.sleep(0.05)
if number == 2:
    raise ValueError("no 2")
record({"twice": 2 * number})"""
COUNTED = """import time
from pathlib import Path
with Path(HERE, "executed").open("a") as file:
    file.write(f"{number}\\n")
while number == 2 and not Path(HERE, "go").exists():
    time.sleep(0.05)"""


def kill_a_worker_when_both_are_at_work(client, out):
    end = time.monotonic() + 300
    while len(list(out.glob("count/.draft-*"))) < 2:
        assert client.poll() is None and time.monotonic() < end, "no two jobs have begun"
        time.sleep(0.05)
    workers = [each for each in client.children(recursive=True) if "spawn_main" in command_of(each)]
    workers[0].kill()
    (out.parent / "go").touch()


def command_of(process):
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # it has just ended
        return ""


@pytest.mark.slow
def test_a_worker_that_is_killed_and_a_job_that_fails_keep_no_other_from_its_report(write_notebook, tmp_path):
    out, notebook = tmp_path / "out", write_notebook(f"HERE = {str(tmp_path)!r}", CELL)
    words = [Path(sys.executable).with_name("workbench"), "sweep", notebook, "--grid", "number=1,2"]
    command = [*map(str, words), "--workers", "2", "--out", str(out)]
    with psutil.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as client:
        kill_a_worker_when_both_are_at_work(client, out)
        page, told = client.communicate()
    assert client.returncode == 3, told
    assert "failed: ValueError: no 2" in told
    assert "count: 2 jobs, 1 ok, 1 failed, in " in told
    table = pd.read_parquet(Path(page.strip()).with_name("sweep.parquet"))
    assert list(table["state"]) == ["ok", "failed"]
    assert table["twice"].dropna().tolist() == [2]
    reports = sorted(path.parent.name for path in out.glob("count/*/report.html"))
    assert reports == sorted([table["run_id"][0], f"{table['run_id'][1]}-failed"])
    assert not [*out.glob("**/.draft-*")]


@pytest.fixture
def start(tmp_path):
    """Return a function that starts a command whose output goes to a file, which is killed if the test breaks off."""
    started = []

    def begin(name, *words):
        with (tmp_path / name).open("w") as file:
            command = [str(Path(sys.executable).with_name("workbench")), *map(str, words), "--out", tmp_path / "out"]
            started.append(subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT))
        return started[-1]

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def wait_for(condition, what):
    end = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


@pytest.mark.slow
def test_two_sweeps_and_a_report_that_share_a_job_run_it_once(write_notebook, start, tmp_path):
    notebook = write_notebook(f"HERE = {str(tmp_path)!r}", COUNTED)
    started = [
        start("first", "sweep", notebook, "--grid", "number=2", "--workers", 1),
        start("second", "sweep", notebook, "--grid", "number=2,3", "--workers", 1),
        start("third", "report", notebook, "-p", "number=2"),
    ]
    wait_for((tmp_path / "executed").exists, "the job that all share has not begun")
    wait_for(lambda: len(list(tmp_path.glob("out/sweeps/*/sweep.json"))) == 2, "a sweep has no workers")
    wait_for(lambda: (tmp_path / "third").read_text().startswith("count "), "the report has not begun")
    (tmp_path / "go").touch()
    assert [each.wait() for each in started] == [0, 0, 0]
    assert sorted((tmp_path / "executed").read_text().split()) == ["2", "3"]
    told = "".join((tmp_path / name).read_text() for name in ("first", "second", "third"))
    assert told.count("taken over") == 2
    assert len(read_history(tmp_path / "out" / "count")) == 2
    assert len(list(tmp_path.glob("out/count/*/report.html"))) == 2
