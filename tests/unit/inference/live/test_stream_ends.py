import itertools
import linecache
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import cv2
import pytest

from tests.unit.inference.live.fakes import FakeCapture, FakeModel, as_tensor, live_threads
from workbench.inference.live import stream
from workbench.inference.live.desk import Desk


def closed(live):
    """Close it; where that waits for the source or the model, the test does not end."""
    live.close()
    assert live.stats.balanced
    assert live.stats.in_flight == 0


@pytest.mark.parametrize("policy", ["latest", "block", "drop_oldest(2)", "sample(every=2)"])
@pytest.mark.parametrize("waits", [True, False])
def test_leaving_the_loop_ends_everything(policy, waits):
    capture = FakeCapture([0.001] * 1000, waits=waits)
    with stream(capture, as_tensor, FakeModel(), policy=policy) as live:
        for _ in live:
            break
    assert live.stats.balanced
    assert live.stats.in_flight == 0
    assert capture.closed
    assert list(live) == []


def test_a_source_that_stalls_is_left_at_once():
    live = stream(FakeCapture([0, 10_000.0], waits=False), as_tensor, FakeModel())
    next(live)
    closed(live)
    closed(live)  # twice is safe
    assert live.stats.errors == {}


def test_a_stream_that_nobody_asks_is_left_at_once():
    live = stream(FakeCapture([0] * 1000), as_tensor, FakeModel(), policy="block")
    while not live.stats.in_flight:
        time.sleep(0.001)
    time.sleep(0.02)
    assert live.stats.in_flight < 20
    closed(live)
    assert live.stats.dropped["stopped"] > 0


def test_closing_in_another_thread_ends_who_waits_for_a_result():
    live = stream(FakeCapture([10_000.0]), as_tensor, FakeModel(), policy="block")
    closer = threading.Timer(0.05, live.close)
    closer.start()
    assert list(live) == []
    closer.join()


@pytest.mark.parametrize("policy", ["latest", "block"])
def test_a_worker_may_close_the_stream_it_works_for(policy):
    opened = threading.Event()
    model = FakeModel(lambda call: opened.wait() and call == 3 and live.close())
    live = stream(FakeCapture([0.001] * 1000, waits=policy == "block"), as_tensor, model, policy=policy)
    opened.set()
    assert len(list(live)) <= 3
    assert live.stats.balanced
    assert live.stats.errors == {}
    while live_threads():
        time.sleep(0.005)


def test_a_model_that_hangs_holds_up_neither_the_source_nor_the_end(monkeypatch):
    monkeypatch.setattr("workbench.inference.live.crew.STOP_S", 0.1)
    gate = threading.Event()
    capture = FakeCapture([0.001] * 10_000, waits=False)
    live = stream(capture, as_tensor, FakeModel(lambda call: gate.wait()), policy="latest")
    while live.stats.captured < 20:
        time.sleep(0.005)
    closed(live)
    assert capture.closed
    assert "had not come back" in next(iter(live.stats.errors))
    gate.set()
    while live_threads():
        time.sleep(0.005)


def test_while_the_machine_stands_still_no_thread_is_given_up(monkeypatch):
    times = itertools.count(0, 1000)
    gate = threading.Event()
    live = stream(FakeCapture([0.001] * 1000), as_tensor, FakeModel(lambda call: gate.wait()), policy="block")
    while not live.stats.in_flight:
        time.sleep(0.001)
    monkeypatch.setattr("workbench.inference.live.crew.time", SimpleNamespace(monotonic=lambda: next(times)))
    later = threading.Timer(0.3, gate.set)
    later.start()
    closed(live)
    later.join()
    assert live.stats.errors == {}


def test_an_interrupt_in_the_loop_ends_everything():
    capture = FakeCapture([0.001] * 1000)
    with (
        suppress(KeyboardInterrupt),
        stream(capture, as_tensor, FakeModel(), policy="block") as live,
    ):
        for result in live:
            if result.frame.index == 3:
                raise KeyboardInterrupt
    assert live.stats.balanced
    assert capture.closed


def waits(thread):
    """Whether a thread has come to where it waits for a result."""
    frame = sys._current_frames()[thread]
    at = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
    return frame.f_code is Desk.take.__code__ and at.strip().startswith("arrived.acquire()")


def interrupt_once_it_waits():
    main = threading.main_thread().ident
    while not waits(main):
        time.sleep(0.001)
    signal.pthread_kill(main, signal.SIGINT)


def test_an_interrupt_that_comes_while_a_result_is_awaited_ends_everything():
    capture = FakeCapture([10_000.0])
    live = stream(capture, as_tensor, FakeModel(), policy="block")
    threading.Thread(target=interrupt_once_it_waits).start()
    with pytest.raises(KeyboardInterrupt) as kept:  # as a notebook keeps it, with the frames of its traceback
        next(live)
    assert capture.closed
    assert kept.value is not None


@pytest.mark.parametrize("fails", ["workbench.inference.live.launch.planned", "workbench.inference.live.launch.Stream"])
def test_what_was_opened_is_closed_where_a_stream_does_not_come_to_run(monkeypatch, fails):
    def fail(*given, **named):
        raise KeyboardInterrupt

    monkeypatch.setattr(fails, fail)
    capture = FakeCapture([0])
    with pytest.raises(KeyboardInterrupt):
        stream(capture, as_tensor, FakeModel())
    assert capture.closed


def test_a_stream_that_is_forgotten_ends():
    capture = FakeCapture([0.001] * 10_000)
    live = stream(capture, as_tensor, FakeModel(), policy="block")
    next(live)
    del live
    assert capture.closed


def test_opencvs_threads_are_given_back():
    before = cv2.getNumThreads()
    with stream(FakeCapture([0.001] * 50), as_tensor, FakeModel(), policy="block") as live:
        next(live)
        assert cv2.getNumThreads() == 1
        with stream(FakeCapture([0]), as_tensor, FakeModel(), policy="block") as other:
            list(other)
        assert cv2.getNumThreads() == 1
    assert cv2.getNumThreads() == before


@pytest.mark.slow
@pytest.mark.parametrize("closes", [pytest.param(True, id="in a with"), pytest.param(False, id="left open")])
def test_ctrl_c_ends_a_process_that_waits_for_a_stalled_source(tmp_path, closes):
    script = tmp_path / "wait.py"
    loop = "for result in live:\n    print(result.frame.index, flush=True)\n"
    script.write_text(
        "from tests.unit.inference.live.fakes import FakeCapture, FakeModel, as_tensor\n"
        "from workbench.inference.live import stream\n"
        "import sys; assert 'pandas' not in sys.modules  # nobody who streams waits for it\n"
        "live = stream(FakeCapture([0, 10_000.0], waits=False), as_tensor, FakeModel())\n"
        + (f"with live:\n{textwrap.indent(loop, '    ')}" if closes else loop)
    )
    root = Path(__file__).resolve().parents[4]
    process = subprocess.Popen(
        [sys.executable, str(script)], cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, stderr=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout.readline() == "0\n"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
        assert process.returncode == -signal.SIGINT
        assert said.splitlines()[-1] == "KeyboardInterrupt"
    finally:
        process.kill()
        process.wait()
