"""A sweep by real workers with real kernels, one of which is killed in the middle; the rest is in `sweep_faults.py`."""

import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest

CELL = """from workbench.reports import record
if number == 2:
    raise ValueError("no 2")
record({"twice": 2 * number})"""


def sweep(notebook, out, *words):
    """Start the command as a user's terminal would."""
    command = [Path(sys.executable).with_name("workbench"), "sweep", notebook, "--out", out, *words]
    return psutil.Popen(map(str, command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def reports(out):
    return {path.parent.name: path.stat().st_mtime_ns for path in out.glob("count/*/manifest.json")}


def kill_a_worker_after_the_first_report(client, out):
    end = time.monotonic() + 200
    while not reports(out):
        assert client.poll() is None and time.monotonic() < end, "no job came to an end"
        time.sleep(0.05)
    workers = [each for each in client.children(recursive=True) if "spawn_main" in " ".join(each.cmdline())]
    workers[0].kill()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_killed_worker_loses_no_job_and_a_second_call_does_what_failed(write_notebook, tmp_path):
    notebook, out = write_notebook(CELL), tmp_path / "out"
    with sweep(notebook, out, "--grid", "number=1,2,3,4,5,6", "--workers", "2") as client:
        kill_a_worker_after_the_first_report(client, out)
        page, told = client.communicate(timeout=250)
    assert client.returncode == 3, told
    assert "failed: ValueError: no 2" in told
    assert "count: 6 jobs, 5 ok, 1 failed, in " in told
    table = pd.read_parquet(Path(page.strip()).with_name("sweep.parquet"))
    assert list(table["state"]) == ["ok", "failed", "ok", "ok", "ok", "ok"]
    assert table["twice"].dropna().tolist() == [2, 6, 8, 10, 12]
    assert not [*out.glob("**/.draft-*")]
    before = reports(out)
    with sweep(notebook, out, "--grid", "number=1,2,3,4,5,6", "--workers", "1") as client:
        assert "1 failed" in client.communicate(timeout=250)[1]
    assert (client.returncode, len(before)) == (3, 6)
    assert [name for name, made in reports(out).items() if made != before[name]] == [f"{table['run_id'][1]}-failed"]
