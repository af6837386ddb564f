"""Set-up, really run, in small checkouts: the real locks of a few packages, OpenCV and NumPy among them."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.packaging, pytest.mark.slow]

SET_UP = [sys.executable, "-m", "scripts.set_up"]
WORKS = "import cv2, numpy, workbench; print(cv2.imencode('.png', numpy.zeros((2, 2), 'uint8'))[0])"
MAKING, FETCHING, INSTALLING = "make .venv", "install uv", "locked packages"  # what the steps say when they begin


def set_up(checkout: Path, *steps: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SET_UP, *steps], cwd=checkout, env=os.environ | variables, capture_output=True, text=True, check=False
    )


def expect_works(checkout: Path) -> None:
    python = checkout / ".venv" / "bin" / "python"
    done = subprocess.run([python, "-c", WORKS], cwd=checkout.parent, capture_output=True, text=True, check=False)
    assert done.stdout == "True\n", done.stderr


@pytest.fixture
def silence() -> Iterator[str]:
    """Yield the address of a package index that takes questions and answers none: whoever asks it waits."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/simple"


def stop_while(checkout: Path, doing: str, sign: signal.Signals, **variables: str) -> subprocess.CompletedProcess[str]:
    """Start a set-up and send `sign` to it and to what it started once it has said what it is `doing`."""
    printed = checkout / "printed.txt"
    environment = os.environ | {"PIP_DEFAULT_TIMEOUT": "1000", "UV_HTTP_TIMEOUT": "1000"} | variables
    with printed.open("w") as out:
        process = subprocess.Popen(
            SET_UP, cwd=checkout, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
        while doing not in printed.read_text():
            assert process.poll() is None, printed.read_text()
            time.sleep(0.02)
        os.killpg(process.pid, sign)
        process.wait()
    return subprocess.CompletedProcess(SET_UP, process.returncode, printed.read_text())


def test_an_interrupted_set_up_is_repaired_by_the_next_one(tiny_checkout, silence):
    by_key = stop_while(tiny_checkout, FETCHING, signal.SIGINT, PIP_INDEX_URL=silence)
    assert by_key.returncode == 130
    assert "Traceback" not in by_key.stdout and "the next run begins again" in by_key.stdout
    killed = stop_while(tiny_checkout, INSTALLING, signal.SIGKILL, UV_DEFAULT_INDEX=silence)
    assert MAKING in killed.stdout
    assert json.loads((tiny_checkout / ".cache" / "set-up" / "stamp.json").read_text())["state"] == "unfinished"
    damage = tiny_checkout / ".venv" / "damage"  # anything that the killed one may have left
    damage.touch()
    last = set_up(tiny_checkout)
    assert last.returncode == 0, last.stderr
    assert MAKING in last.stdout
    assert not damage.exists(), "nothing of an interrupted set-up is trusted"
    expect_works(tiny_checkout)


def test_pip_takes_over_where_uv_reaches_nothing(tiny_checkout):
    nowhere = {"UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple", "UV_NO_CACHE": "1", "UV_HTTP_RETRIES": "0"}
    done = set_up(tiny_checkout, **nowhere, PIP_NO_COMPILE="1")  # of all of NumPy, for what is imported here
    assert done.returncode == 0, done.stderr
    assert "(by pip)" in done.stdout
    expect_works(tiny_checkout)


# In this order, on one checkout: each leaves it working.


def test_of_two_cold_set_ups_at_once_one_makes_the_environment_and_the_other_waits(ready_checkout):
    checkout, printed = ready_checkout
    assert "".join(printed).count(MAKING) == 1
    assert "".join(printed).count("waiting") == 2, "one for the first of them, and that for a third"
    expect_works(checkout)


def test_a_cold_set_up_says_its_steps_and_a_warm_one_is_silent_and_does_nothing(ready_checkout):
    checkout, printed = ready_checkout
    [(_, *cold)] = [text.splitlines() for text in printed if MAKING in text]
    assert [line.split()[0] for line in cold] == ["make", "install", "install", "install", "check", "set"]
    assert all(re.search(r"\d\.\d s", line) for line in cold)
    python = checkout / ".venv" / "bin" / "python"
    made = python.lstat().st_ino, python.parent.stat().st_mtime_ns
    warm = set_up(checkout)
    assert (warm.returncode, warm.stdout, warm.stderr) == (0, "", "")
    assert (python.lstat().st_ino, python.parent.stat().st_mtime_ns) == made


def test_a_second_flavour_of_opencv_is_taken_out_when_the_environment_is_refreshed(ready_checkout):
    checkout, _ = ready_checkout
    python, uv = checkout / ".venv" / "bin" / "python", checkout / ".venv" / "bin" / "uv"
    headless = checkout / "requirements-headless.lock"
    subprocess.run([uv, "pip", "install", "-q", "--python", python, "--no-deps", "-r", headless], check=True)
    with (checkout / "pyproject.toml").open("a") as project:
        project.write("# changed\n")
    done = set_up(checkout)
    assert done.returncode == 0, done.stderr
    assert MAKING not in done.stdout, "it is refreshed, not made anew"
    [site_packages] = (checkout / ".venv" / "lib").glob("python3*/site-packages")
    assert [path.name.split("-")[0] for path in site_packages.glob("opencv*.dist-info")] == ["opencv_python"]
    expect_works(checkout)


def test_the_other_opencv_lies_beside_the_environment(ready_checkout):
    checkout, _ = ready_checkout
    assert set_up(checkout, "opencv4").returncode == 0
    again = set_up(checkout, "opencv4")
    assert "add OpenCV" not in again.stdout, "it is there already"
    done = subprocess.run(
        [checkout / ".venv" / "bin" / "python", "-c", "import cv2; print(cv2.__version__)"],
        env=os.environ | {"PYTHONPATH": str(checkout / ".cache" / "opencv4")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("4.")


def test_a_moved_checkout_gets_an_environment_that_works_there(ready_checkout):
    checkout, _ = ready_checkout
    moved = checkout.with_name("moved")
    shutil.move(checkout, moved)
    assert MAKING in set_up(moved).stdout
    subprocess.run([moved / ".venv" / "bin" / "uv", "--version"], check=True)
    expect_works(moved)
