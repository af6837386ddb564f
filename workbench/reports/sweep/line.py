"""The line of a running sweep: rewritten in place on a terminal, now and then anywhere else; on standard error."""

from __future__ import annotations

import threading
from abc import abstractmethod
from contextlib import AbstractContextManager
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.text import Text

from workbench.readable import one_line
from workbench.reports.sweep.tally import Tally

EVERY_S = 10.0  # between two plain lines, of which there is none where nothing has changed
A_SECOND = 4  # looks at the counts, on a terminal


class SweepLine(AbstractContextManager["SweepLine"]):
    """Shows the counts of a sweep while it runs, and lines that stay."""

    @abstractmethod
    def say(self, text: str) -> None:
        """Print a line that stays."""


def line_for(tally: Tally, *, shown: bool) -> SweepLine:
    """Return the line that suits where standard error goes."""
    console = Console(stderr=True)
    if not shown:
        return _Silent()
    return _InPlace(tally, console) if console.is_terminal and not console.is_dumb_terminal else _Now(tally, console)


class _InPlace(SweepLine):
    def __init__(self, tally: Tally, console: Console) -> None:
        self._live = Live(
            get_renderable=lambda: Text(one_line(str(tally)), overflow="ellipsis", no_wrap=True),
            console=console, refresh_per_second=A_SECOND, transient=True, redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip

    def __enter__(self) -> _InPlace:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def say(self, text: str) -> None:
        self._live.console.print(Text(one_line(text)), soft_wrap=True)


class _Now(SweepLine):
    def __init__(self, tally: Tally, console: Console) -> None:
        self._tally, self._console = tally, console
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="workbench-sweep-line", daemon=True)

    def __enter__(self) -> _Now:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def say(self, text: str) -> None:
        self._console.out(one_line(text), highlight=False)

    def _run(self) -> None:
        told: object = None
        while not self._over.wait(EVERY_S):
            if (now := self._tally.stands) != told:
                told = now
                self.say(str(self._tally))


class _Silent(SweepLine):
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def say(self, text: str) -> None:
        pass
