import pytest

from tests.unit.inference.live.fakes import live_threads


@pytest.fixture(autouse=True)
def time_to_end(monkeypatch):
    """Give threads more than their time, so that one is left behind because it hangs and not for a busy machine."""
    monkeypatch.setattr("workbench.inference.live.crew.STOP_S", 60)


@pytest.fixture(autouse=True)
def no_thread_is_left():
    """Hold every test of this folder to an end without a thread."""
    before = live_threads()
    yield
    assert live_threads() <= before
