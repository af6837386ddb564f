"""What a live viewer says about its stream: rates, ages and drops, now and over the last minute."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from workbench.frames.capture.capture import CaptureState
from workbench.inference.live.stats import Moment, StreamStats

MINUTE_S, NOW_S = 60, 3.5  # how far back the line of ages goes, and what counts as now: three moments


def figures(stats: StreamStats, screen_ages: Sequence[float] = ()) -> dict[str, Any]:
    """Return what the browser shows of a stream: five figures as texts, and the ages of the last minute.

    Args:
        stats: of the stream.
        screen_ages: how old the last pictures were, in seconds, when the page had told that it shows them.
    """
    now = _since(stats, NOW_S)
    shown = [each for each in now if each.shown]
    middle = np.median([each.age_p50 for each in shown]) if shown else math.nan
    high = max((each.age_p95 for each in shown), default=math.nan)
    screen = np.median(screen_ages) if len(screen_ages) else math.nan
    dropped = sum(stats.dropped.values())
    share = f"{dropped / stats.captured:.1%}" if dropped and stats.captured else ""
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in stats.dropped.items() if count)
    return {
        "tiles": [
            _tile("in", _rate([each.captured for each in now], now), "fps", f"{stats.captured:,} frames captured"),
            _tile("out", _rate([each.shown for each in now], now), "fps", f"{stats.shown:,} frames handed out"),
            _tile("age", f"{_ms(middle)} / {_ms(high)}", "ms", "median / 95th percentile, capture to hand-over"),
            _tile("on screen", _ms(screen), "ms", "median age when the page had told that it shows the picture"),
            _tile(
                "dropped", f"{dropped:,}", " · ".join(filter(None, (share, reasons))), "by reason, over the whole run"
            ),
        ],
        "history": _history(stats),
        "elapsed": clock(stats.elapsed_s),
        "plan": stats.plan,
    }


def in_one_line(stats: StreamStats) -> str:
    """Return the figures of a whole run as one line to read."""
    dropped = sum(stats.dropped.values())
    rate, age = _number(stats.fps_out, ".1f"), f"{_ms(stats.age.p50)} / {_ms(stats.age.p95)} ms"
    return (
        f"{clock(stats.elapsed_s)}, {stats.captured:,} frames in, {stats.shown:,} out at {rate} fps, "
        f"age {age} (p50 / p95), {dropped:,} dropped"
    )


def status(state: CaptureState, now_s: float) -> dict[str, str]:
    """Return how the source is doing: its phase, and why; `now_s` is `time.monotonic()`."""
    detail = state.detail
    if state.phase == "live" and state.reconnects:
        detail = "came back " + ("once" if state.reconnects == 1 else f"{state.reconnects} times")
    if state.phase == "reconnecting":
        detail = f"{detail} · {clock(now_s - state.since_s)} without a picture".removeprefix(" · ")
    return {"phase": state.phase, "detail": detail}


def clock(seconds: float) -> str:
    """Return a time as 0:07, 12:34 or 1:02:03."""
    whole = max(0, int(seconds))
    hours, minutes = whole // 3600, whole % 3600 // 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def _since(stats: StreamStats, seconds: float) -> list[Moment]:
    return [each for each in stats.timeline if each.time_s > stats.elapsed_s - seconds]


def _history(stats: StreamStats) -> list[list[float]]:
    """Return, for each moment of the last minute that showed a frame, seconds ago, median and 95th percentile."""
    return [
        [round(stats.elapsed_s - each.time_s, 2), round(each.age_p50, 4), round(each.age_p95, 4)]
        for each in _since(stats, MINUTE_S)
        if each.shown
    ]


def _rate(counts: Sequence[int], moments: Sequence[Moment]) -> str:
    """Return frames a second over some moments; the first one's own length is not known, so it is left out."""
    if len(moments) < 2:
        return "–"
    return _number(sum(counts[1:]) / (moments[-1].time_s - moments[0].time_s), ".1f")


def _tile(name: str, value: str, unit: str, meaning: str) -> dict[str, str]:
    return {"name": name, "value": value, "unit": unit, "meaning": meaning}


def _ms(seconds: float) -> str:
    return _number(1000 * seconds, ".1f" if seconds < 0.01 else ".0f")


def _number(value: float, form: str) -> str:
    return "–" if math.isnan(value) else format(value, form)
