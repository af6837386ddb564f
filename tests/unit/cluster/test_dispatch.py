"""What a cluster does when Dask itself gives up, on a client that plays it."""

import pickle
from contextlib import suppress
from types import SimpleNamespace

import pytest

from workbench.cluster import dispatch
from workbench.cluster.dispatch import Dispatch
from workbench.errors import ClusterError


class KilledWorker(Exception):
    """As Dask's, which is known by its name."""


class FakeFuture:
    def __init__(self, end):
        self._end = end

    @property
    def status(self):
        return "finished" if isinstance(self._end, tuple) else "cancelled" if self._end is None else "error"

    def exception(self):
        return self._end


def finish(coroutine):
    """Run what waits for nothing; a loop may be at work in this thread, Playwright's."""
    with suppress(StopIteration):
        coroutine.send(None)
        raise AssertionError("it waits")


class FakeClient:
    """Ends each attempt of each job as told: a result, an exception, or None for a scheduler that is gone."""

    def __init__(self, ends, *, workers=1):
        self.status, self.scheduler = "running", SimpleNamespace(address="tls://gpu-7:8786")
        self.attempts, self.cancelled, self._ends, self._workers = (
            [],
            0,
            {key: list(rest) for key, rest in ends.items()},
            workers,
        )
        self.loop = SimpleNamespace(add_callback=lambda function, *given: finish(function(*given)))

    def map(self, job, values, *, key, pure):
        self.attempts += [name for _, name in key]
        return [FakeFuture(self._ends[name].pop(0)) for _, name in key]

    async def gather(self, futures, *, errors, asynchronous):
        return {key: future._end if future.status == "finished" else None for key, future in futures.items()}

    async def cancel(self, futures, *, asynchronous, force):
        self.cancelled += len(futures)

    def nthreads(self):
        return dict.fromkeys(range(self._workers), 1)


def outcomes(client, *, deaths=3, jobs=("a", "b")):
    return {end.key: end for end in Dispatch(client, len, deaths=deaths).outcomes(dict.fromkeys(jobs, ""))}


WELL = (pickle.dumps(7), "", 0.5, "host:1")


def test_a_job_that_dask_gave_up_is_submitted_anew():
    client = FakeClient({"a": [KilledWorker(), KilledWorker(), WELL], "b": [WELL]})
    found = outcomes(client)
    assert (found["a"].value, found["a"].error) == (7, "")
    assert sorted(client.attempts) == ["a", "a", "a", "b"]


def test_a_job_that_dask_gave_up_time_and_again_is_given_up():
    found = outcomes(FakeClient({"a": [KilledWorker()] * 3, "b": [WELL]}))
    assert found["a"].error.startswith("its worker died 3 times while it ran")
    assert not found["b"].error


def test_an_error_of_dask_itself_is_one_line():
    found = outcomes(FakeClient({"a": [TypeError("cannot pickle\nthis")], "b": [WELL]}))
    assert found["a"].error == r"TypeError: cannot pickle\nthis"


def test_a_scheduler_that_is_gone_ends_the_run_and_what_is_done_stays_done():
    run = Dispatch(FakeClient({"a": [WELL], "b": [None]}), len, deaths=3).outcomes({"a": "", "b": ""})
    assert next(run).key == "a"
    with pytest.raises(ClusterError, match=r"tls://gpu-7:8786 is gone.* give the same command again"):
        next(run)


def test_a_run_without_workers_ends(monkeypatch):
    monkeypatch.setattr(dispatch, "TICK_S", 0.001)
    monkeypatch.setattr(dispatch, "WORKERLESS_S", 0.01)
    client = FakeClient({"a": [WELL]}, workers=0)
    client.loop.add_callback = lambda *given: None  # nobody does it
    with pytest.raises(ClusterError, match="no worker has been there"):
        outcomes(client, jobs=("a",))


def test_a_job_is_given_up_when_its_worker_has_died_often_enough():
    client = FakeClient({"a": [WELL], "b": [WELL]})
    client.loop.add_callback = lambda *given: None
    run = Dispatch(client, len, deaths=2)
    key = (f"{run._name}-0", "a")
    for worker in ("one", "two"):
        run.tell("started", {"key": key, "worker": worker})
        run.tell("removed", {"worker": worker, "processing-tasks": [key, (key[0], "b")], "expected": False})
    ended = next(run.outcomes({"a": "", "b": ""}))
    assert ended.key == "a" and ended.error.startswith("its worker died 2 times")


def test_a_worker_that_leaves_in_order_counts_for_nobody():
    client = FakeClient({"a": [WELL]})
    run = Dispatch(client, len, deaths=1)
    key = (f"{run._name}-0", "a")
    run.tell("removed", {"worker": "one", "processing-tasks": [key], "expected": True})
    assert [end.error for end in run.outcomes({"a": ""})] == [""]
