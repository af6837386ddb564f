"""Notice that a user interrupts the kernel, for work that goes on in the background.

Between cells ipykernel ignores the signal, so that "Interrupt" would not reach a thread; while a cell runs the
signal becomes a KeyboardInterrupt in that cell alone.
"""

from __future__ import annotations

import signal
import sys
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

_watching: weakref.WeakSet[Interrupted] = weakref.WeakSet()


class Interrupted:
    """Calls `act` whenever the kernel is interrupted, for as long as this object lives."""

    def __init__(self, act: Callable[[], None]) -> None:
        self.act = act
        _watching.add(self)

    def listen(self) -> None:
        """Begin to hear of interruptions, from whatever thread; outside a kernel it does nothing."""
        kernel = _kernel()
        if kernel is not None:
            # handlers are set in the main thread (a widget's callback may run in that of a subshell), and once what
            # runs there has ended: ipykernel puts back its own then
            kernel.io_loop.add_callback(_listen, kernel.io_loop.asyncio_loop)


def tell() -> None:
    """Call all who watch."""
    for each in tuple(_watching):
        each.act()


def _kernel() -> Any:
    """Return the kernel this runs in; None in plain Python and in a terminal."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None)


def _listen(loop: Any) -> None:
    """Have the event loop of the main thread tell; it hears in cells, too, and wakes up whichever thread is hit."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as ipykernel leaves it; another handler stays
        with suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(signal.SIGINT, tell)
