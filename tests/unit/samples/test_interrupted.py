"""Fetches that end early, each in a process that is really killed."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("fetch_to_kill.py")
SAMPLES = ["pets", "clip"]  # what the script fetches


@pytest.fixture
def start(shelf, data, tmp_path):
    """Return a function that starts the script in a mode."""
    (tmp_path / "catalogue.toml").write_text(shelf.catalogue_text)
    started = []

    def run(mode):
        command = [sys.executable, SCRIPT, tmp_path / "catalogue.toml", shelf.folder, data, mode]
        started.append(subprocess.Popen(command, env={}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate()


def wait_for(path, process):
    while not path.exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("mode", "names", "may_be"),
    [
        pytest.param("every-step", SAMPLES, {"missing", "fetched"}, id="into an empty folder"),
        pytest.param("every-step-of-repair", ["clip"], {"missing", "fetched", "damaged"}, id="over a damaged sample"),
    ],
)
def test_a_fetch_killed_at_any_step_leaves_whole_samples_and_the_next_one_completes_them(start, mode, names, may_be):
    output, errors = start(mode).communicate(timeout=500)
    assert not errors
    runs = [json.loads(line) for line in output.splitlines()]
    assert len(runs) > 15
    assert [run["ended"] for run in runs] == [-signal.SIGKILL] * (len(runs) - 1) + [0]
    for run in runs:
        assert set(run["killed"]["states"].values()) <= may_be, run
        rest = set(run["killed"]["names"]) - {*names, ".fetch.lock"}
        assert all(name.startswith(".fetching-") for name in rest), run
        assert run["again"] == 0, run
        assert run["after"]["names"] == sorted([".fetch.lock", *names]), run
        assert all(run["after"]["states"][name] == "fetched" for name in names), run


def test_ctrl_c_in_a_download_leaves_nothing(start, shelf, data):
    process = start("slowly")
    wait_for(shelf.folder / "at-work", process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=500)
    assert "KeyboardInterrupt" in errors
    assert [path.name for path in data.iterdir()] == [".fetch.lock"]


def test_what_a_terminated_fetch_leaves_goes_with_the_next(start, shelf, data):
    process = start("slowly")
    wait_for(shelf.folder / "at-work", process)
    process.terminate()
    process.communicate(timeout=500)
    assert not (data / "clip").exists()
    assert shelf.fetcher(data).fetch("clip") == ("clip",)
    assert sorted(path.name for path in data.iterdir()) == [".fetch.lock", "clip"]


def test_of_two_fetches_at_once_one_works_and_the_other_waits_for_it(start, shelf):
    first = start("slowly")
    wait_for(shelf.folder / "at-work", first)
    second = start("slowly")
    assert second.stderr.readline() == "another fetch is at work here; waiting for it to end\n"
    (shelf.folder / "go-on").touch()
    (fetched, _), (nothing, said) = first.communicate(timeout=500), second.communicate(timeout=500)
    assert (json.loads(fetched), json.loads(nothing), said) == (SAMPLES, [], "")
    assert len((shelf.folder / "downloads").read_text().splitlines()) == 1
