import pytest

from tests.unit.inference.live.fakes import live_threads


@pytest.fixture(autouse=True)
def no_thread_is_left():
    """Hold every test of this folder to an end without a thread."""
    before = live_threads()
    yield
    assert live_threads() <= before
