"""Sweeps whose jobs a fake cluster does: what is run, what is kept, and what is left when it breaks off."""

import json
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pandas as pd
import pytest

from workbench.cluster import Outcome
from workbench.errors import InvalidValue, UnknownName, WorkbenchError
from workbench.reports.ended import ended_in
from workbench.reports.sweep import job as job_module
from workbench.reports.sweep.job import run_job
from workbench.reports.sweep.places import Folder
from workbench.reports.sweep.run import SweepInterrupted, sweep


class FakeCluster:
    """Does jobs as `do` says, and keeps count of them."""

    dashboard, running, workers = "", 0, 1

    def __init__(self, do):
        self.do, self.done = do, []

    def run(self, function, jobs):
        assert function is run_job
        for key, job in jobs.items():
            self.done.append(job.given)
            value = self.do(job)
            error = value if isinstance(value, str) else ""
            yield Outcome(key, None if error else value, error, 0.5, "here:1")


@contextmanager
def no_workers():
    raise WorkbenchError("no worker in 30 s")
    yield


@pytest.fixture
def cluster(lay_run, tmp_path):
    """Return a cluster whose jobs go well, but that of the number 2."""

    def do(job):
        changes = {"status": "failed", "error": "ValueError: no 2"} if job.given.get("number") == 2 else {}
        return ended_in(lay_run(tmp_path / "out", job.run_id, **changes).folder)

    return FakeCluster(do)


@pytest.fixture
def swept(write_notebook, tmp_path, cluster):
    """Return a function that sweeps over numbers, with the fake cluster."""
    path = write_notebook("1")

    def run(numbers=(1, 2, 3), **more):
        cluster.done.clear()
        more = {"grid": {"number": list(numbers)}, "cluster": nullcontext(cluster), **more}
        return sweep(path, out=tmp_path / "out", progress=False, **more)

    return run


def test_every_job_has_a_row_in_the_order_asked_for_and_a_failed_one_keeps_none_from_running(swept, cluster):
    found = swept()
    assert [row.state for row in found.runs] == ["ok", "failed", "ok"]
    assert [row.parameters["number"] for row in found.runs] == [1, 2, 3]
    assert (found.state, found.status, [row.error for row in found.failed]) == ("failed", 3, ["ValueError: no 2"])
    assert found.runs[0].report == f"../../count/{found.runs[0].run_id}/report.html"
    assert (Path(found.folder) / found.runs[1].report).resolve().is_file()
    assert list(found.to_frame()["number"]) == [1, 2, 3]
    assert found.summary.startswith("count: 3 jobs, 2 ok, 1 failed, in ")


def test_what_is_there_is_not_run_again_and_what_failed_is(swept, cluster, tmp_path):
    first = swept()
    for left in (tmp_path / "out" / "count").glob("*-failed"):
        left.rename(left.with_name("moved"))
    again = swept()
    assert cluster.done == [{"number": 2}]
    assert (again.sweep_id, [row.state for row in again.runs]) == (first.sweep_id, ["ok", "failed", "ok"])


def test_a_report_that_was_written_to_since_is_made_anew(swept, cluster, tmp_path):
    first = swept(numbers=(1, 3))
    folder = tmp_path / "out" / "count" / first.runs[1].run_id
    (folder / "report.html").write_text("<html>other")
    cluster.do = lambda job: "not made"
    assert [row.error for row in swept(numbers=(1, 3)).failed] == ["not made"]
    assert cluster.done == [{"number": 3}]


def test_all_are_run_again_when_that_is_asked_for(swept, cluster):
    swept(numbers=(1, 3))
    cluster.do = lambda job: "asked"
    assert len(swept(numbers=(1, 3), rerun=True).failed) == 2


def test_jobs_that_ask_for_the_same_are_one(swept, cluster):
    found = swept(grid={"name": ["b", "b"]}, table=[{"number": 1}, {"number": 3}, {"number": 3}, {}])
    assert [row.parameters["number"] for row in found.runs] == [1, 3]  # the default is 3
    assert len(cluster.done) == 2


def test_the_files_say_what_was_asked_for_and_how_it_stands(swept):
    found = swept(parameters={"name": "b"})
    told = json.loads((Path(found.folder) / "sweep.json").read_text())
    assert told["asked"] == {"grid": {"number": [1, 2, 3]}, "table": [], "parameters": {"name": "b"}}
    assert (told["state"], told["swept"], told["counts"]) == ("failed", ["number"], {"failed": 1, "ok": 2})
    assert list(told["runs"]) == [row.run_id for row in found.runs]
    assert list(pd.read_parquet(Path(found.folder) / "sweep.parquet")["state"]) == ["ok", "failed", "ok"]
    assert Path(found.html).is_file()


def test_ctrl_c_keeps_what_has_ended_and_the_same_call_goes_on(swept, cluster):
    well = cluster.do

    def interrupted(job):
        if job.given["number"] == 3:
            raise KeyboardInterrupt
        return well(job)

    cluster.do = interrupted
    with pytest.raises(SweepInterrupted) as caught:
        swept(numbers=(1, 3, 4))
    found = caught.value.sweep
    assert [row.state for row in found.runs] == ["ok", "waiting", "waiting"]
    assert (found.state, found.status) == ("interrupted", 130)
    assert list(pd.read_csv(Path(found.folder) / "sweep.csv")["state"]) == ["ok", "waiting", "waiting"]
    cluster.do = well
    assert swept(numbers=(1, 3, 4)).state == "ok"
    assert cluster.done == [{"number": 3}, {"number": 4}]


def test_what_had_ended_is_kept_when_the_scheduler_is_gone(swept, cluster):
    well = cluster.do

    def gone(job):
        if job.given["number"] == 3:
            raise WorkbenchError("the scheduler is gone")
        return well(job)

    cluster.do = gone
    with pytest.raises(WorkbenchError, match="scheduler is gone"):
        swept(numbers=(1, 3))
    cluster.do = well
    swept(numbers=(1, 3))
    assert cluster.done == [{"number": 3}]


def test_every_job_is_checked_before_the_first_is_run(swept, cluster, tmp_path):
    with pytest.raises(InvalidValue, match="takes int"):
        swept(numbers=(1, "x"))
    with pytest.raises(UnknownName, match="did you mean 'number'"):
        swept(grid={"numbr": [1]})
    assert cluster.done == []
    assert not (tmp_path / "out").exists()


def test_an_input_that_all_jobs_share_is_read_once(swept, tmp_path, monkeypatch):
    from workbench.reports import identity

    read = []
    monkeypatch.setattr(identity, "known_sha256", lambda path: read.append(path) or "0" * 64)
    (tmp_path / "clip.txt").write_text("frames")
    assert swept(numbers=(1, 3, 4, 5), parameters={"name": str(tmp_path / "clip.txt")}).state == "ok"
    assert read == [tmp_path / "clip.txt"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(lambda clip: clip.write_text("other frames"), "is not here what it was", id="other bytes"),
        pytest.param(lambda clip: clip.unlink(), "is not here what it was", id="not there"),
    ],
)
def test_a_worker_refuses_inputs_that_are_not_the_clients(swept, cluster, tmp_path, monkeypatch, change, message):
    clip = tmp_path / "clip.txt"
    clip.write_text("frames")
    jobs = []
    cluster.do = lambda job: jobs.append(job) or "kept for later"
    swept(numbers=(1,), parameters={"name": str(clip)})
    change(clip)
    monkeypatch.setattr(job_module, "complete", None)  # nothing is run
    with Folder(tmp_path / "out").alone(jobs[0].task.sweep_id), pytest.raises(InvalidValue, match=message):
        run_job(jobs[0])


def test_a_worker_refuses_a_folder_that_the_client_does_not_write_to(swept, cluster, tmp_path):
    jobs = []
    cluster.do = lambda job: jobs.append(job) or "kept for later"
    swept(numbers=(1,))
    (tmp_path / "out").rename(tmp_path / "of another machine")
    with pytest.raises(InvalidValue, match="a folder that all machines share, or a bucket"):
        run_job(jobs[0])
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_when_no_worker_comes(swept, tmp_path):
    with pytest.raises(WorkbenchError, match="no worker"):
        swept(cluster=no_workers())
    assert not (tmp_path / "out" / "sweeps").exists()


def test_a_worker_does_not_run_again_what_another_finished_before_it_died(swept, cluster, lay_run, tmp_path):
    jobs = []
    cluster.do = lambda job: jobs.append(job) or "kept for later"
    swept(numbers=(1,))
    lay_run(tmp_path / "out", jobs[0].run_id)
    with Folder(tmp_path / "out").alone(jobs[0].task.sweep_id):
        assert run_job(jobs[0]).state == "ok"
