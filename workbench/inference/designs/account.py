"""What a design captured, lost and showed, put down while it runs. The clock starts with the first frame."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import NamedTuple

from workbench.frames.capture.capture import Captured, Lost
from workbench.inference.live.weigh import Weight


@dataclass(slots=True)
class Arrivals:
    """What a source delivered; a process of its own sends it home."""

    captured_s: list[float] = field(default_factory=list)  # `time.monotonic()` of every frame
    lost: list[tuple[float, str, int]] = field(default_factory=list)  # when, why, how many

    def take(self, item: Captured | Lost) -> bool:
        """Put down what a read gave, and say whether it is a frame."""
        if isinstance(item, Lost):
            self.lost.append((time.monotonic(), item.reason, item.count))
            return False
        self.captured_s.append(item.captured_s)
        return True


class Shown(NamedTuple):
    """A frame that was handed out."""

    at_s: float  # `time.monotonic()`
    age_s: float
    waiting: int  # frames that waited then


class Weighed(NamedTuple):
    """What this process and its children used."""

    at_s: float  # `time.monotonic()`
    memory_mb: float
    cpu_s: float  # since the clock started


class Account:
    """The books of one run of so many seconds.

    Attributes:
        arrivals: what the source delivered.
        shown: every frame that was handed out.
        weights: memory and CPU about once a second, first and last at the ends of the run.
        stopped: set, the run is over before its time.
    """

    def __init__(self, seconds: float) -> None:
        self.arrivals = Arrivals()
        self.shown: list[Shown] = []
        self.weights: list[Weighed] = []
        self.stopped = False
        self._seconds, self._start_s = seconds, math.nan
        self._weight: Weight | None = None

    @property
    def start_s(self) -> float:
        """`time.monotonic()` of the first capture; NaN before it."""
        return self._start_s

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return self.stopped or time.monotonic() - self._start_s >= self._seconds

    def begin(self, captured_s: float) -> None:
        """Start the clock, if it does not run yet."""
        if self._weight is None:
            self._start_s, self._weight = captured_s, Weight()
            self._weigh()

    def take(self, item: Captured | Lost) -> bool:
        """Put down what a read gave, and say whether it is a frame."""
        if isinstance(item, Captured):
            self.begin(item.captured_s)
        return self.arrivals.take(item)

    def show(self, captured_s: float, *, at_s: float | None = None, waiting: int = 0) -> None:
        """Put down that a frame is shown, by default now."""
        now = time.monotonic() if at_s is None else at_s
        self.begin(captured_s)
        self.shown.append(Shown(now, now - captured_s, waiting))
        if now >= self.weights[-1].at_s + 1:
            self._weigh()

    def close(self) -> None:
        """Stop the clock."""
        self.stopped = True
        self.begin(time.monotonic())
        self._weigh()

    def _weigh(self) -> None:
        assert self._weight is not None
        memory_mb, cpu_s = self._weight.look()
        self.weights.append(Weighed(time.monotonic(), memory_mb, cpu_s))
