"""One line about a stream that runs: its state, its speed, how old its frames are, what was lost, the newest answer."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from rich.text import Text

from workbench.frames.capture.capture import CaptureState
from workbench.inference.live.stats import StreamStats
from workbench.readable import one_line

WINDOW_S = 2.0  # over which frames a second are counted: long enough to be calm, short enough to see a change
COLORS = {"opening": "yellow", "live": "green", "reconnecting": "bold yellow", "failed": "bold red"}
BETWEEN = "  "


@dataclass(frozen=True, slots=True)
class Rate:
    """Frames a second of the last moments; NaN before there is one."""

    captured: float = math.nan
    shown: float = math.nan


class Meter:
    """Counts frames a second over the last two seconds."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int, int]] = deque()

    def rate(self, stats: StreamStats) -> Rate:
        """Take in the counts of now, and return how fast they have grown lately."""
        marks = self._marks
        marks.append((stats.elapsed_s, stats.captured, stats.shown))
        while len(marks) > 2 and marks[1][0] <= stats.elapsed_s - WINDOW_S:
            marks.popleft()
        (start_s, captured, shown), (end_s, *_) = marks[0], marks[-1]
        if end_s <= start_s:
            return Rate()
        return Rate((stats.captured - captured) / (end_s - start_s), (stats.shown - shown) / (end_s - start_s))


def line(stats: StreamStats, rate: Rate, answer: str = "", *, width: int | None = None) -> Text:
    """Return the line; one too long for `width` columns says less of what was dropped, then its end is cut off."""
    p50, p95 = _ages(stats)
    head = [
        Text.assemble((stats.state.phase, COLORS.get(stats.state.phase, "")), f" {clock(stats.elapsed_s)}"),
        Text(f"{_number(rate.shown)} of {_number(rate.captured)} fps"),
        Text(f"age {_number(p50 * 1000, '.0f')}/{_number(p95 * 1000, '.0f')} ms"),
    ]
    whole = [Text(f"dropped {listed(stats.dropped) or 0}"), Text(f"queue {stats.queue}")]
    brief = [Text(f"dropped {sum(stats.dropped.values())}")]
    tail = [Text(one_line(answer), "bold")] if answer else []
    made = Text(BETWEEN).join([*head, *whole, *tail])
    if width is not None and made.cell_len > width:
        made = Text(BETWEEN).join([*head, *brief, *tail])
        made.truncate(width, overflow="ellipsis")
    return made


def state_line(state: CaptureState, elapsed_s: float) -> str:
    """Return a change of the source's state in words: "0:12 reconnecting, try 2: nothing for 5.0 s"."""
    tried = f", try {state.attempt}" if state.attempt else ""
    back = f" again ({_times(state.reconnects)} so far)" if state.phase == "live" and state.reconnects else ""
    detail = f": {state.detail}" if state.detail else ""
    return f"{clock(elapsed_s)} {state.phase}{back}{tried}{detail}"


def listed(counts: Mapping[str, int]) -> str:
    """Return counts by name, the largest first: "12 overtaken, 1 broken"."""
    found = sorted(((count, name) for name, count in counts.items() if count), reverse=True)
    return ", ".join(f"{count} {name}" for count, name in found)


def clock(seconds: float) -> str:
    """Return seconds as 0:07, 12:07 or 1:12:07."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}" if minutes >= 60 else f"{minutes}:{rest:02d}"


def _ages(stats: StreamStats) -> tuple[float, float]:
    """Return p50 and p95 in seconds: of the last second, NaN if nothing was shown in it; at first of all there is."""
    if stats.timeline:
        return stats.timeline[-1].age_p50, stats.timeline[-1].age_p95
    return stats.age.p50, stats.age.p95


def _number(value: float, kind: str = ".1f") -> str:
    return "–" if math.isnan(value) else format(value, kind)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
