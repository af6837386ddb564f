import asyncio
import signal
import sys
from types import SimpleNamespace

import pytest

from workbench.views import interrupts
from workbench.views.interrupts import Interrupted


class Kernel:
    """A fake kernel's shell: it has events, and leaves the signal to whoever listens between cells."""

    def __init__(self):
        loop = SimpleNamespace(add_callback=lambda *call: asyncio.get_running_loop().call_soon(*call))
        self.kernel = SimpleNamespace(io_loop=loop)
        self.callbacks, self.events = [], SimpleNamespace(register=lambda name, call: self.callbacks.append(call))

    def ends_cell(self, error):
        for callback in self.callbacks:
            callback(SimpleNamespace(error_in_exec=error))


@pytest.fixture
def kernel(monkeypatch):
    shell = Kernel()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as ipykernel does
    yield shell
    signal.signal(signal.SIGINT, before)


async def callback_of_a_widget(*interrupted, then=lambda: None):
    """Listen as a widget's callback does, in whose time ipykernel has set a handler of its own."""
    for each in interrupted:
        own = signal.signal(signal.SIGINT, signal.default_int_handler)
        each.listen()
        signal.signal(signal.SIGINT, own)
        await asyncio.sleep(0)
    then()
    await asyncio.sleep(0)


def interrupt():
    signal.raise_signal(signal.SIGINT)


def test_an_interruption_between_cells_is_heard(kernel):
    heard = []
    asyncio.run(callback_of_a_widget(Interrupted(lambda: heard.append("stop")), then=interrupt))
    assert heard == ["stop"]


def test_listening_twice_is_heard_once(kernel):
    heard = []
    interrupted = Interrupted(lambda: heard.append("stop"))
    asyncio.run(callback_of_a_widget(interrupted, interrupted, then=interrupt))
    assert heard == ["stop"]
    assert len(kernel.callbacks) == 1


def test_a_handler_that_was_there_is_called_too(kernel):
    heard = []
    signal.signal(signal.SIGINT, lambda number, frame: heard.append("its own"))
    asyncio.run(callback_of_a_widget(Interrupted(lambda: None), then=interrupt))
    assert heard == ["its own"]


@pytest.mark.parametrize(
    ("error", "heard"),
    [
        pytest.param(KeyboardInterrupt(), ["stop"], id="interrupted"),
        pytest.param(ValueError("wrong"), [], id="failed"),
        pytest.param(None, [], id="went well"),
    ],
)
def test_a_cell_that_is_interrupted_is_heard_of(kernel, error, heard):
    told = []
    interrupted = Interrupted(lambda: told.append("stop"))
    asyncio.run(callback_of_a_widget(interrupted))
    kernel.ends_cell(error)
    assert told == heard


def test_who_is_gone_hears_nothing(kernel):
    heard = []
    interrupted = [Interrupted(lambda: heard.append("stop"))]
    asyncio.run(callback_of_a_widget(*interrupted))
    interrupted.clear()
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
