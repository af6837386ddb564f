"""What one case did: the frames it showed, how old they were, what it cost."""

from __future__ import annotations

import json
import resource
import time
from dataclasses import asdict, dataclass, field
from typing import Self

import numpy as np

SHARES = (50, 95, 99, 100)  # percentiles of the ages; the last is the oldest


@dataclass(slots=True)
class Outcome:
    """One run of one case."""

    seconds: float = 0.0  # from the opening of the source to its closing
    cpu_s: float = 0.0  # of all its processes, in that time
    cpu_first_s: float = 0.0  # of it until the first frame was shown
    begun_s: float = 0.0  # `time.monotonic()` of the opening
    cpu_begun_s: float = 0.0  # `cpu_seconds()` then
    frames: list[int] = field(default_factory=list)  # shown, by their place in the source
    times: list[float] = field(default_factory=list)  # seconds from the opening to each
    ages: list[float] = field(default_factory=list)  # seconds from due to shown
    answers: list[int] = field(default_factory=list)  # the most probable class of each
    captured: int = 0  # frames that the source delivered
    dropped: dict[str, int] = field(default_factory=dict)  # by reason
    repeats: int = 0  # frames that were worked on again
    series: list[tuple[int, float]] = field(default_factory=list)  # frame, resident MB
    more: dict[str, float] = field(default_factory=dict)  # what only this case has to tell
    said: str = ""  # what only this case has to tell, in words

    @property
    def fps(self) -> float:
        """Frames shown a second, from the first to the last."""
        return (len(self.times) - 1) / (self.times[-1] - self.times[0])

    @property
    def fps_in(self) -> float:
        """Frames delivered a second, from when the first was due."""
        return self.captured / (self.seconds - self.times[0] + self.ages[0])

    @property
    def cores(self) -> float:
        """Cores kept busy, from the first frame shown."""
        return (self.cpu_s - self.cpu_first_s) / (self.seconds - self.times[0])

    @property
    def lost(self) -> float:
        """The share of the delivered frames that were dropped, but for those in flight at the end ("stopped")."""
        return sum(count for reason, count in self.dropped.items() if reason != "stopped") / self.captured

    def age(self, share: float) -> float:
        """Return a percentile of the ages, in milliseconds."""
        return float(np.percentile(self.ages, share)) * 1e3 if self.ages else float("nan")

    def show(self, frame: int, answer: int, due: float | None = None) -> None:
        """Note that a frame is shown now, and how old it is since `time.monotonic()` was `due`."""
        now = time.monotonic()
        if not self.frames:
            self.cpu_first_s = cpu_seconds() - self.cpu_begun_s
        self.frames.append(frame)
        self.times.append(now - self.begun_s)
        self.answers.append(answer)
        if due is not None:
            self.ages.append(now - due)

    def to_json(self) -> str:
        """Return it as one line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Self:
        """Read it back."""
        return cls(**json.loads(line))


class Clocked:
    """Put the wall and CPU seconds of a `with` block into an outcome."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    def __enter__(self) -> None:
        """Start."""
        self._outcome.cpu_begun_s, self._outcome.begun_s = cpu_seconds(), time.monotonic()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._outcome.seconds = time.monotonic() - self._outcome.begun_s
        self._outcome.cpu_s = cpu_seconds() - self._outcome.cpu_begun_s


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)
