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
    """Have SIGTERM and SIGHUP (`timeout`, a service that stops, a terminal that closes) do what Ctrl-C does."""
    default = [number for number in ENDINGS if signal.getsignal(number) == signal.SIG_DFL]
    with _handled(dict.fromkeys(default, _interrupt)):
        yield


@contextmanager
def undisturbed() -> Iterator[list[str]]:
    """Keep signals that interrupt from doing so in here; yields the list that their names are put into."""
    heard: list[str] = []

    def note(number: int, frame: FrameType | None) -> None:
        del frame
        heard.append(signal.Signals(number).name)

    numbers = [each for each in (signal.SIGINT, *ENDINGS) if callable(signal.getsignal(each))]
    with _handled(dict.fromkeys(numbers, note)):
        yield heard


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
