import asyncio
import signal
import sys
from types import SimpleNamespace

import pytest

from workbench.views import interrupts
from workbench.views.interrupts import Interrupted


class Loop:
    """A fake of ipykernel's loop of the main thread: here the one that runs."""

    @property
    def asyncio_loop(self):
        return asyncio.get_running_loop()

    def add_callback(self, *call):
        self.asyncio_loop.call_soon(*call)


@pytest.fixture
def kernel(monkeypatch):
    """A fake kernel, which ignores the signal between cells."""
    shell = SimpleNamespace(kernel=SimpleNamespace(io_loop=Loop()))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


async def callback_of_a_widget(*interrupted, then=lambda: None):
    """Listen as a widget's callback does, in whose time ipykernel has set a handler of its own."""
    for each in interrupted:
        own = signal.signal(signal.SIGINT, signal.default_int_handler)
        each.listen()
        signal.signal(signal.SIGINT, own)
        await asyncio.sleep(0)
    then()
    await asyncio.sleep(0.05)  # the signal comes through a socket


def run(coroutine):
    """Run it to its end, also while a browser is open for other tests: Playwright's loop counts as running then."""
    other = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        asyncio.run(coroutine)
    finally:
        asyncio._set_running_loop(other)


def interrupt():
    signal.raise_signal(signal.SIGINT)


def interrupt_in_a_cell():
    own = signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.raises(KeyboardInterrupt):
        interrupt()
    signal.signal(signal.SIGINT, own)


@pytest.mark.parametrize("how", [interrupt, interrupt_in_a_cell])
def test_an_interruption_is_heard_between_cells_and_in_them(kernel, how):
    heard = []
    run(callback_of_a_widget(Interrupted(lambda: heard.append("stop")), then=how))
    assert heard == ["stop"]


def test_listening_twice_is_heard_once(kernel):
    heard = []
    interrupted = Interrupted(lambda: heard.append("stop"))
    run(callback_of_a_widget(interrupted, interrupted, then=interrupt))
    assert heard == ["stop"]


def test_a_handler_of_the_users_own_stays(kernel):
    heard = []
    signal.signal(signal.SIGINT, lambda number, frame: heard.append("its own"))
    run(callback_of_a_widget(Interrupted(lambda: None), then=interrupt))
    assert heard == ["its own"]


def test_who_is_gone_hears_nothing():
    heard = []
    interrupted = Interrupted(lambda: heard.append("stop"))
    del interrupted
    interrupts.tell()
    assert heard == []


def test_outside_a_kernel_the_signal_is_left_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    before = signal.getsignal(signal.SIGINT)
    interrupted = Interrupted(lambda: None)
    interrupted.listen()
    assert signal.getsignal(signal.SIGINT) is before


def test_telling_reaches_all_who_watch():
    heard = []
    both = [Interrupted(lambda: heard.append("one")), Interrupted(lambda: heard.append("other"))]
    interrupts.tell()
    assert sorted(heard) == ["one", "other"], both
