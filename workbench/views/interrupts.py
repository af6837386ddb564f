"""Notice that a user interrupts the kernel while no cell runs, for work that goes on in the background.

Between cells ipykernel ignores the signal, so that "Interrupt" would not reach a thread; while a cell runs the
signal becomes a KeyboardInterrupt in that cell, which IPython's events tell of.
"""

from __future__ import annotations

import signal
import sys
import weakref
from collections.abc import Callable
from types import FrameType
from typing import Any

_watching: weakref.WeakSet[Interrupted] = weakref.WeakSet()
_heard: set[object] = set()  # the shells whose cells are listened to


class Interrupted:
    """Calls `act` whenever the kernel is interrupted, for as long as this object lives."""

    def __init__(self, act: Callable[[], None]) -> None:
        self.act = act
        _watching.add(self)

    def listen(self) -> None:
        """Begin to hear of interruptions, from whatever thread; outside a kernel it does nothing."""
        shell = _shell()
        if shell is None:
            return
        if shell not in _heard:
            _heard.add(shell)
            shell.events.register("post_run_cell", _after_cell)
        # handlers are set in the main thread (a widget's callback may run in that of a subshell), and once what runs
        # there has ended: ipykernel puts back its own then
        loop = shell.kernel.io_loop
        loop.add_callback(_listen_between_cells, loop)


def _shell() -> Any:
    """Return the shell of the kernel this runs in; None in plain Python and in a terminal."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if hasattr(shell, "kernel") else None


def _listen_between_cells(loop: Any) -> None:
    before = signal.getsignal(signal.SIGINT)
    if getattr(before, "of_workbench", False):
        return

    def on_signal(number: int, frame: FrameType | None) -> None:
        loop.add_callback(tell)  # not here, where what the signal has stopped may hold a lock
        if callable(before):
            before(number, frame)

    on_signal.of_workbench = True  # type: ignore[attr-defined]
    signal.signal(signal.SIGINT, on_signal)


def _after_cell(result: Any) -> None:
    if isinstance(getattr(result, "error_in_exec", None), KeyboardInterrupt):
        tell()


def tell() -> None:
    """Call all who watch."""
    for each in tuple(_watching):
        each.act()
