"""Read the account of a run as a DesignRun: spreads, moments, rates."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np

from workbench.frames.capture.capture import CaptureState
from workbench.inference.designs.account import Account
from workbench.inference.designs.run import Blocked, DesignRun
from workbench.inference.live.stats import Moment, Spread, StreamStats

SHORTEST_S = 0.3  # of a last moment; less than that belongs to the one before


def design_run(  # noqa: PLR0913 - who ran, what it noted, and what only some designs have
    name: str,
    engine: str,
    account: Account,
    *,
    plan: str = "",
    in_flight: int = 0,
    loop: Blocked | None = None,
    stats: StreamStats | None = None,
) -> DesignRun:
    """Return what a closed account says of a run.

    Args:
        name: of the design.
        engine: what ran the model.
        account: the books.
        plan: who does what, in one line.
        in_flight: frames that were counted where they stood at the end.
        loop: how long the event loop was blocked, where there is one.
        stats: of a stream that keeps its own; its CPU is read from the account, as for all others.
    """
    ages = np.array([each.age_s for each in account.shown], float)
    times = np.array([each.at_s for each in account.shown], float) - account.start_s
    cores = _cores(account)
    told = replace(stats, cpu=cores) if stats else _stats(account, ages, times, plan, in_flight, cores)
    return DesignRun(name, engine, told, times, ages, loop)


def _stats(  # noqa: PLR0913, PLR0917 - the columns of one table
    account: Account, ages: np.ndarray, times: np.ndarray, plan: str, in_flight: int, cores: float
) -> StreamStats:
    lost = Counter[str]()
    for _, reason, count in account.arrivals.lost:
        lost[reason] += count
    waiting = [each.waiting for each in account.shown] or [0]
    last = account.weights[-1]
    return StreamStats(
        captured=len(account.arrivals.captured_s) + sum(lost.values()),
        shown=len(ages),
        dropped=dict(lost),
        in_flight=in_flight,
        elapsed_s=last.at_s - account.start_s,
        age=Spread(*_quantiles(ages, (0.5, 0.95, 0.99, 1.0))),
        queue=waiting[-1],
        queue_max=max(waiting),
        stages={},
        workers=1,
        plan=plan,
        cpu=cores,
        memory_mb=last.memory_mb,
        memory_start_mb=account.weights[0].memory_mb,
        state=CaptureState("stopped", last.at_s),
        errors={},
        timeline=_timeline(account, ages, times),
    )


def _timeline(account: Account, ages: np.ndarray, times: np.ndarray) -> tuple[Moment, ...]:
    """Return one Moment a second; what came as the clock was stopped belongs to the last."""
    length = account.weights[-1].at_s - account.start_s
    ends = [*range(1, max(math.ceil(length - SHORTEST_S), 1)), length]
    waiting = np.array([each.waiting for each in account.shown], int)
    shown = _second(times, ends)
    captured = _second(np.array(account.arrivals.captured_s) - account.start_s, ends)
    lost = _second(np.array([at for at, *_ in account.arrivals.lost]) - account.start_s, ends)
    counts = np.array([count for *_, count in account.arrivals.lost], int)
    found = []
    for place, end in enumerate(ends):
        dropped, here = int(counts[lost == place].sum()), shown == place
        p50, p95, most = _quantiles(ages[here], (0.5, 0.95, 1.0))
        memory = account.weights[0].memory_mb  # where nothing was shown for long after the first capture
        for each in account.weights:
            memory = each.memory_mb if each.at_s - account.start_s <= end + SHORTEST_S else memory
        arrived = int((captured == place).sum()) + dropped
        queue = int(waiting[here][-1]) if here.any() else 0
        found.append(Moment(float(end), arrived, int(here.sum()), dropped, p50, p95, most, queue, memory, "live"))
    return tuple(found)


def _second(times: np.ndarray, ends: list[float]) -> np.ndarray:
    """Return the place of the moment that each time belongs to."""
    return np.minimum(np.searchsorted(ends, times, side="right"), len(ends) - 1)


def _quantiles(ages: np.ndarray, shares: tuple[float, ...]) -> list[float]:
    return np.quantile(ages, shares).tolist() if len(ages) else [math.nan] * len(shares)


def _cores(account: Account) -> float:
    first, last = account.weights[0], account.weights[-1]
    return (last.cpu_s - first.cpu_s) / (last.at_s - first.at_s) if last.at_s > first.at_s else math.nan
