"""A child that works has its time of a processor, however busy the machine; one that waits has it of the clock."""

import signal
import subprocess
import sys
import types

import pytest

from workbench.models.opening import child_clock
from workbench.models.opening.child_clock import ChildClock

SECONDS = 10
TICK = 0.25
LATE = child_clock.SLICE * SECONDS + TICK  # so much later it may be seen


@pytest.fixture
def over_after(monkeypatch):
    """Return a function: what a child does of a processor, 0 to 1 -> the seconds that it was given.

    `held` says whether it is held at a time, and `gaps` at which of the looks nobody had looked for an hour.
    """

    def run(share, held=lambda time: False, gaps=()):
        now, looks = [100.0], 0
        monkeypatch.setattr(child_clock, "time", types.SimpleNamespace(monotonic=lambda: now[0]))
        monkeypatch.setattr(child_clock, "_processor_s", lambda _: share * looks * TICK)
        monkeypatch.setattr(child_clock, "_is_held", lambda _: held(looks * TICK))
        clock = ChildClock(1, SECONDS)
        while not clock.is_over():
            looks += 1
            now[0] += 3600 if looks in gaps else TICK
        return looks * TICK

    return run


@pytest.mark.parametrize(
    ("share", "seconds"),
    [
        pytest.param(0, SECONDS, id="waits"),
        pytest.param(0.005, SECONDS, id="wakes now and then"),
        pytest.param(1, SECONDS, id="works"),
        pytest.param(0.5, 2 * SECONDS, id="has half a processor, on a busy machine"),
        pytest.param(0.25, 4 * SECONDS, id="has a quarter of one"),
        pytest.param(0.02, child_clock.BUSY * SECONDS, id="works for ever: is ended at last"),
    ],
)
def test_a_child_has_its_time(over_after, share, seconds):
    assert seconds < over_after(share) <= seconds + LATE


def test_a_child_that_is_held_does_not_wait(over_after):
    held_for = 3 * SECONDS
    assert held_for < over_after(0, held=lambda time: time < held_for) <= held_for + 2 * LATE
    most = child_clock.BUSY * SECONDS
    assert most < over_after(0, held=lambda time: True) <= most + LATE


@pytest.mark.parametrize("share", [0, 0.5])
def test_while_the_machine_stands_still_no_time_is_over(over_after, share):
    given = over_after(share)
    assert given - 2 * child_clock.LONGEST - LATE <= over_after(share, gaps=(1, 7)) <= given


@pytest.fixture
def child():
    """Return a function: code -> the process that runs it."""
    started = []

    def start(code):
        started.append(subprocess.Popen([sys.executable, "-c", f"print(flush=True)\n{code}"], stdout=subprocess.PIPE))
        started[-1].stdout.readline()
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.timeout(300)
def test_the_time_of_a_process_grows_while_it_works(child):
    pid = child("while True: pass").pid
    begin = child_clock._processor_s(pid)
    while child_clock._processor_s(pid) < begin + 0.1:
        pass


@pytest.mark.timeout(300)
def test_a_process_is_held_while_it_is_stopped(child):
    process = child("import time; time.sleep(900)")
    process.send_signal(signal.SIGSTOP)
    while not child_clock._is_held(process.pid):
        pass
    process.send_signal(signal.SIGCONT)
    while child_clock._is_held(process.pid):
        pass


def test_a_process_that_has_ended_has_no_more_time(child):
    process = child("")
    process.wait()
    assert child_clock._processor_s(process.pid) == 0
    assert not child_clock._is_held(process.pid)
