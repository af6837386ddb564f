"""StreamStats: what became of every frame of a live stream, how old they were, and what the stages took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.frames.capture.capture import CaptureState

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Spread:
    """How a time is spread, in seconds; NaN before there is one."""

    p50: float
    p95: float
    p99: float
    max: float


@dataclass(frozen=True, slots=True)
class Moment:
    """One second of a stream."""

    time_s: float  # since the start, at its end
    captured: int  # frames in this second
    shown: int
    dropped: int
    age_p50: float  # seconds; NaN where nothing was shown
    age_p95: float
    age_max: float
    queue: int  # frames that waited for a worker, at its end
    memory_mb: float  # resident memory of this process and its children
    phase: str  # of the source, at its end


@dataclass(frozen=True, slots=True, eq=False)
class StreamStats:
    """A live stream from its start until now; captured = shown + all that were dropped + in flight."""

    captured: int  # every picture the source delivered
    shown: int  # handed out
    dropped: dict[str, int]  # by reason: overtaken, full, sampled out, broken, overrun, failed, stopped
    in_flight: int  # waiting, in work, or ready and not yet taken: counted where they are, not by subtraction
    elapsed_s: float
    age: Spread  # of the shown frames, from capture to hand-over
    queue: int  # frames that wait for a worker now
    queue_max: int
    stages: dict[str, Spread]  # decode, wait, preprocess, infer, order: seconds a frame
    workers: int
    plan: str  # who does what, and why: one line
    cpu: float  # cores this process and its children kept busy, on average
    memory_mb: float  # resident, now
    memory_start_mb: float
    state: CaptureState
    errors: dict[str, int]  # what the model raised: text -> times
    timeline: tuple[Moment, ...]  # one a second; of long runs, one every 2, 4, 8... seconds

    @property
    def balanced(self) -> bool:
        """Whether every captured frame is accounted for."""
        return self.captured == self.shown + sum(self.dropped.values()) + self.in_flight

    @property
    def fps_in(self) -> float:
        """Frames captured a second, over the whole run."""
        return self.captured / self.elapsed_s if self.elapsed_s > 0 else float("nan")

    @property
    def fps_out(self) -> float:
        """Frames shown a second, over the whole run."""
        return self.shown / self.elapsed_s if self.elapsed_s > 0 else float("nan")

    def to_frame(self) -> pd.DataFrame:
        """Return the timeline, one row a moment."""
        import pandas as pd

        return pd.DataFrame([{name: getattr(each, name) for name in Moment.__slots__} for each in self.timeline])
