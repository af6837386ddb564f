import threading
import time

import pytest

from workbench.frames.capture.pushed import PushedFrames
from workbench.inference.live import stream
from workbench.views import live_session
from workbench.views.banner import Banner
from workbench.views.live_session import Session

LONG_S = 60  # far longer than any of this takes; only a fault waits so long


@pytest.fixture
def opened():
    made = []

    def make(open_stream, device=""):
        session = Session(open_stream, lambda *_: None, lambda _: None, banner=Banner("source"), device=device)
        made.append(session)
        session.start()
        return session

    yield make
    for each in made:
        each.stop()


def live():
    return stream(PushedFrames())


def until(true):
    end = time.monotonic() + LONG_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


def test_a_camera_is_given_up_to_the_viewer_that_asks_for_it_last(opened):
    first = opened(live, device="camera:77")
    until(lambda: first.stream is not None)
    second = opened(live, device="camera:77")
    until(lambda: first.ended and second.stream is not None)
    assert not second.ended
    assert "another viewer" in str(first._banner)


def test_a_camera_that_was_let_go_is_not_said_to_be_taken_when_it_is_started_again(opened):
    first = opened(live, device="camera:77")
    until(lambda: first.stream is not None)
    first.stop()
    second = opened(live, device="camera:77")
    until(lambda: second.stream is not None)
    assert str(first._banner) == ""


def test_sources_that_are_no_camera_can_be_read_twice(opened):
    first, second = opened(live), opened(live)
    until(lambda: first.stream is not None and second.stream is not None)
    assert not first.ended


def test_what_is_stopped_while_it_opens_ends_when_it_has_opened(opened):
    go, source = threading.Event(), PushedFrames()

    def slow():
        go.wait(LONG_S)
        return stream(source)

    session = opened(slow)
    stopper = threading.Thread(target=session.stop)
    stopper.start()
    go.set()
    until(lambda: session.ended)
    stopper.join(LONG_S)
    assert source.state.phase == "stopped"
    assert session.stream.stats.balanced


def test_its_figures_are_looked_at_only_now_and_then(opened, monkeypatch):
    monkeypatch.setattr(live_session, "FIGURES_S", 1e6)
    session = opened(live)
    until(lambda: session.stream is not None)
    assert "tiles" in session.figures()
    assert session.figures() == {}
    assert "tiles" in session.figures(always=True)
