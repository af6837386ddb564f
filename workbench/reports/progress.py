"""One line a scenario while it runs: its name, dots as cells are done, then status, duration and report."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from workbench.readable import visible
from workbench.reports.pages.figures import duration

WIDTH = 12  # dots of a finished run


@dataclass
class Line:
    """The progress line of one run, on standard output."""

    name: str
    shown: bool = True
    pad: int = 0  # width of the longest name in a batch
    _dots: int = field(default=0, init=False)
    _begun: bool = field(default=False, init=False)

    def start(self) -> None:
        """Begin the line, if that is not done."""
        if not self._begun:
            self._begun = True
            self._write(self.name.ljust(self.pad) + " ")

    def cell(self, done: int, total: int) -> None:
        """Show that `done` of `total` cells have run."""
        self._fill(WIDTH * done // max(total, 1))

    def wait(self) -> None:
        """Say that another process is at the same run."""
        self.start()
        self._write("(waiting for another run of the same) ")

    def end(self, status: str, seconds: float, report: Path) -> None:
        """Finish the line."""
        self._fill(WIDTH)
        self._write(f" {status} {duration(seconds)}  {report}\n")

    def _fill(self, dots: int) -> None:
        self._write("." * (dots - self._dots))
        self._dots = max(dots, self._dots)

    def _write(self, text: str) -> None:
        try:
            if self.shown:
                sys.stdout.write(visible(text))
                sys.stdout.flush()
        except (OSError, UnicodeEncodeError):  # a pipe that is closed, a full disk: no reason to end the run
            self.shown = False
