"""Hundreds of runs that end badly: none is called successful, nothing is half-written, nothing is left behind."""

import os
import random
import shutil
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.long import faulted
from tests.faults.long.faulted import Yard

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

SEED = 6
AT_ONCE = 4
FAULTS = {
    "runs with a cell that fails": faulted.bad_cell,
    "runs whose kernel is killed, or crashes": faulted.killed_kernel,
    "runs with a cell that takes too long": faulted.time_out,
    "runs that Ctrl-C, SIGTERM or SIGHUP stops, up to three times, at any moment": faulted.stopped,
    "runs that are killed themselves, at any moment": faulted.killed_user,
    "runs on a full disk": faulted.full_disk,
}
LONG, SHORT = 50, 1  # runs of each


@pytest.fixture(scope="module")
def names(request):
    """Return a name for each place of runs, as many as run at once."""
    return [f"yard{number}" for number in range(AT_ONCE if request.config.getoption("--long") else 1)]


@pytest.fixture(scope="module")
def plain_yards(names, tmp_path_factory):
    home = tmp_path_factory.mktemp("yards")
    return [Yard(home / name, home / name / "out") for name in names]


@pytest.fixture
def small_yards(names, tmp_path):
    """Return places for runs whose reports lie on a real file system of 1.2 MB."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("needs the right to mount a small tmpfs")
    disks = [tmp_path / f"{name}_disk" for name in names]
    for disk in disks:
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1200k", "tmpfs", disk], check=True)
    try:
        yield [Yard(tmp_path / name, disk / "out", disk) for name, disk in zip(names, disks, strict=True)]
    finally:
        for disk in disks:
            subprocess.run(["umount", "-l", disk], check=True)


@pytest.mark.parametrize("draw", [pytest.param(draw, id=fault) for fault, draw in FAULTS.items()])
def test_no_bad_run_is_called_good_or_leaves_anything(draw, request, told):
    yards = request.getfixturevalue("small_yards" if draw is faulted.full_disk else "plain_yards")
    count = LONG if request.config.getoption("--long") else SHORT
    faults = [draw(random.Random(f"{SEED} {draw.__name__} {number}")) for number in range(count)]

    def work(number):
        return [yards[number].cause(fault) for fault in faults[number :: len(yards)]]

    with ThreadPoolExecutor(len(yards)) as pool:
        ended = Counter(status for statuses in pool.map(work, range(len(yards))) for status in statuses)
    assert "ok" not in ended
    if request.config.getoption("--long"):
        told("marked", f"{count} runs: {_counted(ended, draw)}; the good report before them untouched, "
             "every file whole, no process and no temporary file left")  # fmt: skip


def _counted(ended: Counter, draw) -> str:
    """Return how runs ended, in words that are the same from one time to the next."""
    if draw in (faulted.stopped, faulted.killed_user):  # it depends on the moment
        return "each marked, or nothing of it published"
    return ", ".join(f"{count} {status}" for status, count in sorted(ended.items()))
