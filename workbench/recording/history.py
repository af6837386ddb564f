"""What became of every frame of a recorded session, as the stream itself said it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import InvalidValue
from workbench.frames.capture.capture import CaptureState
from workbench.inference.live.stats import Spread, StreamStats
from workbench.recording.recording import Recording

if TYPE_CHECKING:
    import pandas as pd

COUNTS = ("captured", "shown", "dropped", "in_flight", "queue_max", "workers", "plan", "errors")
STAGES = ("decode", "wait", "preprocess", "infer", "order")
QUANTILES = ("p50", "p95", "p99", "max")
UNTOLD = "not told"  # why the frames of a killed session were dropped


def recorded_stats(recording: Recording) -> StreamStats:
    """Return the stats of a recorded stream, with its timeline.

    Of a session that was killed they end with its last line: the counts and times are those of its results, and why
    frames were dropped is not known.

    Raises:
        InvalidValue: nothing was recorded.
    """
    if not len(recording):
        raise InvalidValue(f"{recording.folder} holds no result: the session ended before its first frame was shown")
    told = recording.end["stats"] if recording.end else _counted(recording)
    times = {name: _spread(spread) for name, spread in told["seconds"].items()}
    facts = {name: told[name] for name in COUNTS}
    facts |= {name: math.nan if told[name] is None else told[name] for name in ("elapsed_s", "cpu", "memory_mb")}
    return StreamStats(
        **facts,
        age=times.pop("age"),
        queue=0,
        stages=times,
        memory_start_mb=recording.moments[0].memory_mb if recording.moments else math.nan,
        state=_state(recording),
        timeline=recording.moments,
    )


def _counted(recording: Recording) -> dict[str, Any]:
    """Count what the results of a session without an end tell."""
    results = recording.results
    stages = {stage: results[f"{stage}_s"] for stage in STAGES if f"{stage}_s" in results}
    captured = int(results.number.max()) + 1
    return {
        "captured": captured, "shown": len(results), "in_flight": 0, "errors": {},
        "dropped": {UNTOLD: captured - len(results)} if captured > len(results) else {},
        "elapsed_s": float(results.time_s.max()), "cpu": None, "queue_max": 0, "workers": 0,
        "memory_mb": recording.moments[-1].memory_mb if recording.moments else None,
        "plan": "not told: the session was killed",
        "seconds": {name: _quantiles(values) for name, values in {"age": results.age_s, **stages}.items()},
    }  # fmt: skip


def _quantiles(values: pd.Series[float]) -> dict[str, float]:
    found = np.nanquantile(values, (0.5, 0.95, 0.99, 1.0)) if values.notna().any() else [math.nan] * 4
    return dict(zip(QUANTILES, map(float, found), strict=True))


def _spread(told: Mapping[str, float | None]) -> Spread:
    known = {name: told[name] for name in QUANTILES}
    return Spread(**{name: math.nan if value is None else value for name, value in known.items()})


def _state(recording: Recording) -> CaptureState:
    """Return the last state that was told; when it began is not known to this machine's clock."""
    if not recording.states:
        return CaptureState("live", 0.0)
    last = recording.states[-1]
    return CaptureState(last["phase"], 0.0, last["detail"], last["attempt"], last["reconnects"])
