import threading

import pytest

from workbench.views.newest import Newest

LONG_S = 60  # far longer than any of this takes; only a fault waits so long


class Gate:
    """Work that notes each job, and can be held at the first."""

    def __init__(self, held):
        self.done, self.open, self.begun = [], threading.Event(), threading.Event()
        if not held:
            self.open.set()

    def __call__(self, job):
        self.begun.set()
        assert self.open.wait(LONG_S)
        self.done.append(job)


@pytest.fixture
def gate():
    return Gate(held=True)


def test_jobs_overtaken_while_waiting_are_dropped(gate):
    newest = Newest(gate)
    newest.submit(1)
    assert gate.begun.wait(LONG_S)
    for job in (2, 3, 4):
        newest.submit(job)
    gate.open.set()
    assert newest.wait(LONG_S)
    assert gate.done == [1, 4]


def test_jobs_that_come_one_by_one_are_all_done():
    gate = Gate(held=False)
    newest = Newest(gate)
    for job in range(3):
        newest.submit(job)
        assert newest.wait(LONG_S)
    assert gate.done == [0, 1, 2]


def test_handing_in_a_job_does_not_wait_for_it(gate):
    newest = Newest(gate)
    newest.submit(1)
    assert gate.begun.wait(LONG_S)
    assert not newest.wait(0.01)
    assert gate.done == []
    gate.open.set()


def test_closing_drops_what_waits_and_ends_the_thread(gate):
    newest = Newest(gate)
    newest.submit(1)
    assert gate.begun.wait(LONG_S)
    newest.submit(2)
    newest.close()
    newest.close()
    gate.open.set()
    assert newest.wait(LONG_S)
    newest.submit(3)
    assert gate.done == [1]
    newest._thread.join(LONG_S)
    assert not newest._thread.is_alive()


def test_an_unused_one_starts_no_thread():
    before = set(threading.enumerate())
    Newest(print).close()
    assert set(threading.enumerate()) <= before
