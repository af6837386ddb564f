"""The line of a running sweep, on standard error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from workbench.readable import one_line
from workbench.reports.live_line import LiveLine, Looking, line_on
from workbench.reports.sweep.tally import Tally

EVERY_S = 10.0  # between two plain lines, of which there is none where nothing has changed


@contextmanager
def line_for(tally: Tally, *, shown: bool) -> Iterator[LiveLine]:
    """Show the counts of a sweep while it runs, as suits where standard error goes."""

    def look() -> None:
        line.show(Text(one_line(str(tally))), news=tally.stands)

    with (
        line_on(Console(stderr=True), quiet=not shown, every_s=EVERY_S) as line,
        Looking(look, name="workbench-sweep-line"),
    ):
        yield line
