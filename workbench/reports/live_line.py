"""One line on standard error about what is under way: rewritten in place on a terminal, now and then anywhere else."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.text import Text

from workbench.readable import one_line

EVERY_S = 5.0  # between two plain lines
REFRESH_S = 0.15  # between two looks at what is under way: six or seven a second


class LiveLine(AbstractContextManager["LiveLine"], ABC):
    """Shows a line that changes, and lines that stay."""

    @property
    def width(self) -> int | None:
        """Columns there are for the line; None where there is no end to them."""
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""

    @abstractmethod
    def show(self, line: Text, *, news: object = None) -> None:
        """Show the line as it is now; where lines stay, it waits for other `news` than the last, if any are given."""

    @abstractmethod
    def say(self, line: str) -> None:
        """Print a line that stays."""


class InPlace(LiveLine):
    """One line of a terminal, rewritten in place; what else is printed goes above it."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False, transient=True, redirect_stdout=False)

    def __enter__(self) -> InPlace:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the line away and bring the cursor back."""
        self._live.stop()

    @property
    def width(self) -> int:
        """Columns of the terminal now: it may be resized meanwhile."""
        return self._live.console.width

    def show(self, line: Text, *, news: object = None) -> None:
        """Rewrite it; its end is cut off where it is too long."""
        line.no_wrap, line.overflow = True, "ellipsis"
        self._live.update(line, refresh=True)

    def say(self, line: str) -> None:
        """Print above it."""
        self._live.console.print(Text(one_line(line)), soft_wrap=True)


class Now(LiveLine):
    """A plain line every few seconds, without any control character: for files, pipes and logs."""

    def __init__(self, console: Console, *, every_s: float = EVERY_S) -> None:
        self._console, self._calls, self._every = console, 0, round(every_s / REFRESH_S)
        self._told: object = None

    def show(self, line: Text, *, news: object = None) -> None:
        """Print it if it is time."""
        self._calls += 1
        if self._calls % self._every == 0 and (news is None or news != self._told):
            self._told = news
            self.say(line.plain)

    def say(self, line: str) -> None:
        """Print it, however long."""
        self._console.out(one_line(line), highlight=False)


class Silent(LiveLine):
    """Nothing."""

    def show(self, line: Text, *, news: object = None) -> None:
        """Drop it."""

    def say(self, line: str) -> None:
        """Drop it."""


class Looking(AbstractContextManager["Looking"]):
    """Calls a function a few times a second from a thread of its own, so that what is silent is seen, too."""

    def __init__(self, look: Callable[[], None], *, name: str) -> None:
        self._look = look
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Looking:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Call it no more."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(REFRESH_S):
            self._look()


def line_on(console: Console, *, quiet: bool, every_s: float = EVERY_S) -> LiveLine:
    """Return the line that suits where the console writes; elsewhere than on a terminal it comes every `every_s`."""
    if quiet:
        return Silent()
    return InPlace(console) if console.is_terminal and not console.is_dumb_terminal else Now(console, every_s=every_s)
