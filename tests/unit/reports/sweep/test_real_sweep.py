"""A sweep by real workers with real kernels, one of which is killed in the middle; the rest is in `sweep_faults.py`."""

import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest

CELL = """import time
from workbench.reports import record
time.sleep(2)
if number == 2:
    raise ValueError("no 2")
record({"twice": 2 * number})"""


def kill_a_worker_when_both_are_at_work(client, out):
    end = time.monotonic() + 100
    while len(list(out.glob("count/.draft-*"))) < 2:
        assert client.poll() is None and time.monotonic() < end, "no two jobs have begun"
        time.sleep(0.05)
    workers = [each for each in client.children(recursive=True) if "spawn_main" in " ".join(each.cmdline())]
    workers[0].kill()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_worker_that_is_killed_and_a_job_that_fails_keep_no_other_from_its_report(write_notebook, tmp_path):
    out = tmp_path / "out"
    words = [Path(sys.executable).with_name("workbench"), "sweep", write_notebook(CELL), "--grid", "number=1,2"]
    command = [*map(str, words), "--workers", "2", "--out", str(out)]
    with psutil.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as client:
        kill_a_worker_when_both_are_at_work(client, out)
        page, told = client.communicate(timeout=200)
    assert client.returncode == 3, told
    assert "failed: ValueError: no 2" in told
    assert "count: 2 jobs, 1 ok, 1 failed, in " in told
    table = pd.read_parquet(Path(page.strip()).with_name("sweep.parquet"))
    assert list(table["state"]) == ["ok", "failed"]
    assert table["twice"].dropna().tolist() == [2]
    reports = sorted(path.parent.name for path in out.glob("count/*/report.html"))
    assert reports == sorted([table["run_id"][0], f"{table['run_id'][1]}-failed"])
    assert not [*out.glob("**/.draft-*")]
