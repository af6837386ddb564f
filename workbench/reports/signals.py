"""What a user's or a system's wish to stop does to a run: it ends the run, and never the writing of what came of it.

Signals are handled in the main thread alone; elsewhere these do nothing.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], object]
ENDINGS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]  # Windows has no SIGHUP


@contextmanager
def all_interrupt() -> Iterator[None]:
    """Have SIGTERM and SIGHUP (`timeout`, a service that stops, a terminal that closes) do what Ctrl-C does.

    In here `answered` may be called, which holds to the end of the block.
    """
    default = [number for number in ENDINGS if signal.getsignal(number) == signal.SIG_DFL]
    with _handled(_callable(signal.SIGINT) | dict.fromkeys(default, _interrupt)):
        yield


def answered() -> None:
    """Keep further signals from interrupting: one has, and what came of the run is being written."""
    if threading.current_thread() is threading.main_thread():
        for number in _callable(signal.SIGINT, *ENDINGS):
            signal.signal(number, lambda number, frame: None)


@contextmanager
def undisturbed() -> Iterator[list[str]]:
    """Keep signals that interrupt from doing so in here; yields the list that their names are put into."""
    heard: list[str] = []

    def note(number: int, frame: FrameType | None) -> None:
        del frame
        heard.append(signal.Signals(number).name)

    with _handled(dict.fromkeys(_callable(signal.SIGINT, *ENDINGS), note)):
        yield heard


def _callable(*numbers: int) -> dict[int, Handler]:
    """Return those signals that do something of this program's, with what they do."""
    handlers = {number: signal.getsignal(number) for number in numbers}
    return {number: handler for number, handler in handlers.items() if callable(handler)}


def _interrupt(number: int, frame: FrameType | None) -> None:
    del frame
    raise KeyboardInterrupt(signal.Signals(number).name)


@contextmanager
def _handled(handlers: Mapping[int, Handler]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        handlers = {}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
