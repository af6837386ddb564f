"""Clock and weigh a model in this process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import psutil

AT_LEAST, SECONDS = 5, 0.4  # calls, and the time they go on for at the least
MANY = 8  # frames a call, beside one
GAIN = 0.9  # many at once have to take less than this share of the time one by one


@dataclass(frozen=True, slots=True)
class Clocked:
    """Milliseconds a frame."""

    median: float
    best: float  # what it takes when nothing else runs: by this engines are chosen, however busy the machine is


def frame_ms(run: Callable[[Mapping[str, np.ndarray]], object], batch: Mapping[str, np.ndarray], rows: int) -> Clocked:
    """Return the milliseconds a frame of calls with `rows` frames each."""
    given = {name: np.resize(values, (rows, *values.shape[1:])) for name, values in batch.items()}
    run(given)
    run(given)
    seconds: list[float] = []
    began = time.perf_counter()
    while len(seconds) < AT_LEAST or time.perf_counter() - began < SECONDS:
        start = time.perf_counter()
        run(given)
        seconds.append(time.perf_counter() - start)
    return Clocked(statistics.median(seconds) * 1e3 / rows, min(seconds) * 1e3 / rows)


def resident_mb() -> float:
    """Return the resident memory of this process in MB."""
    return psutil.Process().memory_info().rss / 1e6
