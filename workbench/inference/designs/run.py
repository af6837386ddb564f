"""DesignRun: what one live design did with the same clip, the same model and the same seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.inference.live.stats import StreamStats


@dataclass(frozen=True, slots=True)
class Blocked:
    """How long an event loop could do nothing else, told by a task that only asks to be woken."""

    longest_s: float  # the longest time it was woken too late
    share: float  # of the run in which whoever asked had to wait, 0 to 1


@dataclass(frozen=True, slots=True, eq=False)
class DesignRun:
    """One design on one engine, measured as a live stream is."""

    name: str  # sequential loop, process queue, asyncio queue, workbench
    engine: str  # what ran the model: model.predict, litert, onnxruntime, keras...
    stats: StreamStats
    times_s: np.ndarray  # (shown,) float64: seconds from the first capture to each hand-over
    ages_s: np.ndarray  # (shown,) float64: seconds from the capture of each frame to its hand-over
    loop: Blocked | None = None  # where the design runs in an event loop

    @property
    def dropped(self) -> float:
        """The share of the captured frames that were dropped, 0 to 1; NaN before there is one."""
        return sum(self.stats.dropped.values()) / self.stats.captured if self.stats.captured else float("nan")

    def to_dict(self) -> dict[str, object]:
        """Return its figures as plain values; ages in milliseconds."""
        stats = self.stats
        ages = {f"age_{name}_ms": 1000 * getattr(stats.age, name) for name in ("p50", "p95", "p99", "max")}
        blocked = {"loop_blocked_ms": 1000 * self.loop.longest_s, "loop_blocked": self.loop.share} if self.loop else {}
        return {
            "design": self.name,
            "engine": self.engine,
            "in_fps": stats.fps_in,
            "shown_fps": stats.fps_out,
            "dropped": self.dropped,
            **ages,
            "queue_max": stats.queue_max,
            "cores": stats.cpu,
            "memory_mb": stats.memory_mb,
            **blocked,
        }
