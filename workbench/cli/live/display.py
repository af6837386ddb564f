"""Where the line of a running stream is shown: rewritten in place on a terminal, now and then anywhere else."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.text import Text

from workbench.readable import one_line

EVERY_S = 5.0  # between two plain lines
REFRESH_S = 0.15  # between two looks at the stream: six or seven a second


class Display(AbstractContextManager["Display"], ABC):
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
    def show(self, line: Text) -> None:
        """Show the line as it is now."""

    @abstractmethod
    def say(self, line: str) -> None:
        """Print a line that stays."""


class InPlace(Display):
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
        """Columns of the terminal now: it may be resized while the stream runs."""
        return self._live.console.width

    def show(self, line: Text) -> None:
        """Rewrite it."""
        self._live.update(line, refresh=True)

    def say(self, line: str) -> None:
        """Print above it."""
        self._live.console.print(one_line(line), markup=False, highlight=False, soft_wrap=True)


class Now(Display):
    """A plain line every few seconds, without any control character: for files, pipes and logs."""

    def __init__(self, console: Console) -> None:
        self._console, self._calls = console, 0

    def show(self, line: Text) -> None:
        """Print it if it is time."""
        self._calls += 1
        if self._calls % round(EVERY_S / REFRESH_S) == 0:
            self.say(line.plain)

    def say(self, line: str) -> None:
        """Print it, however long."""
        self._console.out(one_line(line), highlight=False)


class Silent(Display):
    """Nothing."""

    def show(self, line: Text) -> None:
        """Drop it."""

    def say(self, line: str) -> None:
        """Drop it."""


def display_on(console: Console, *, quiet: bool) -> Display:
    """Return the display that suits where the console writes."""
    if quiet:
        return Silent()
    return InPlace(console) if console.is_terminal and not console.is_dumb_terminal else Now(console)
