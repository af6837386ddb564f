"""How far a sweep is: the counts that its line shows while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from workbench.reports.pages.figures import duration


@dataclass
class Tally:
    """Counts of jobs, from the start of a sweep on."""

    name: str
    total: int
    kept: int = 0  # were done before
    well: int = 0  # ended well now
    taken: int = 0  # were done by another process meanwhile
    failed: int = 0  # ended otherwise now
    clock: Callable[[], float] = time.monotonic  # seconds
    _running: Callable[[], int] = lambda: 0
    _start: float = field(init=False)
    _begun: float = field(init=False)
    _last: float = field(init=False)  # when a job has ended

    def __post_init__(self) -> None:
        """Take the time."""
        self._start = self._begun = self._last = self.clock()

    def begin(self, running: Callable[[], int]) -> None:
        """Count from now on at what pace jobs end; `running` tells how many are under way."""
        self._running, self._begun = running, self.clock()

    def add(self, *, well: bool) -> None:
        """Count a job that ended."""
        self.well, self.failed, self._last = self.well + well, self.failed + (not well), self.clock()

    def take(self) -> None:
        """Count a job that another process has done meanwhile."""
        self.taken += 1

    @property
    def elapsed_s(self) -> float:
        """Return the seconds since the start."""
        return self.clock() - self._start

    @property
    def stands(self) -> tuple[int, int, int]:
        """Return what changes when a job begins or ends."""
        return self.left, self.failed, self._running()

    @property
    def left(self) -> int:
        """Return how many jobs are to end yet."""
        return self.total - self.kept - self.well - self.taken - self.failed

    @property
    def eta_s(self) -> float | None:
        """Return the seconds that the rest takes at the pace so far; None before there is a pace."""
        ended = self.well + self.failed
        if not ended:
            return None
        pace = (self._last - self._begun) / ended
        return max(pace * self.left - (self.clock() - self._last), pace)

    def __str__(self) -> str:
        """Return the line."""
        eta = "" if self.eta_s is None or not self.left else f", eta {duration(self.eta_s)}"
        kept = f" ({self.kept} from before)" if self.kept else ""
        done = f"{self.total - self.left} of {self.total} done{kept}"
        return f"{self.name} {done}, {self._running()} running, {self.failed} failed{eta}"

    @property
    def summary(self) -> str:
        """Return what there is to say at the end."""
        parts = {"ok": self.well, "from before": self.kept, "taken over": self.taken}
        parts |= {"failed": self.failed, "not run": self.left}
        told = ", ".join(f"{count} {what}" for what, count in parts.items() if count)
        jobs = "1 job" if self.total == 1 else f"{self.total} jobs"
        return f"{self.name}: {jobs}, {told}, in {duration(self.elapsed_s)}"
