"""A child that works has its time of a processor, however busy the machine; one that waits has it of the clock."""

import subprocess
import sys
import time

import pytest

from workbench.models.opening import child_clock
from workbench.models.opening.child_clock import ChildClock

SECONDS = 0.4


@pytest.fixture(autouse=True)
def no_last_end(monkeypatch):
    """Have no clock end just because it is late."""
    monkeypatch.setattr(child_clock, "BUSY", 10_000)


@pytest.fixture
def child():
    """Return a function: code -> the number of a process that runs it."""
    started = []

    def start(code):
        started.append(subprocess.Popen([sys.executable, "-c", f"print(flush=True); {code}"], stdout=subprocess.PIPE))
        started[-1].stdout.readline()
        return started[-1].pid

    yield start
    for process in started:
        process.kill()
        process.communicate()


def until_over(clock):
    begin = time.monotonic()
    while not clock.is_over():
        time.sleep(0.01)
    return time.monotonic() - begin


def test_a_child_that_only_waits_has_the_time_of_the_clock(child):
    pid = child("import time; time.sleep(600)")
    assert until_over(ChildClock(pid, SECONDS)) > SECONDS


def test_a_child_that_works_has_its_time_of_a_processor(child, monkeypatch):
    """A processor that gives it nothing for a while stands for a busy machine."""
    pid = child("while True: pass")
    assert until_over(ChildClock(pid, SECONDS)) > SECONDS
    given = iter(index * 0.02 for index in range(1000))  # at each look, four in SECONDS: a fifth of a processor
    monkeypatch.setattr(child_clock, "_processor_s", lambda _: next(given))
    assert until_over(ChildClock(pid, SECONDS)) > 2 * SECONDS


def test_a_child_that_works_for_ever_is_ended_at_last(child, monkeypatch):
    monkeypatch.setattr(child_clock, "BUSY", 2)
    given = iter(index * 0.002 for index in range(1000))
    monkeypatch.setattr(child_clock, "_processor_s", lambda _: next(given))
    assert until_over(ChildClock(child("while True: pass"), SECONDS)) > 2 * SECONDS


def test_a_child_that_has_ended_has_had_its_time(child):
    pid = child("")
    assert until_over(ChildClock(pid, SECONDS)) > SECONDS
