"""Clock and weigh a model in this process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

import numpy as np
import psutil

RUNS, AT_LEAST, SECONDS = 30, 5, 2.0  # calls counted: RUNS, or as many as fit in SECONDS, but AT_LEAST so many
MANY = 8  # frames a call, beside one
GAIN = 0.9  # many at once have to take less than this share of the time one by one


def frame_ms(run: Callable[[Mapping[str, np.ndarray]], object], batch: Mapping[str, np.ndarray], rows: int) -> float:
    """Return the median milliseconds a frame of calls with `rows` frames each."""
    given = {name: np.resize(values, (rows, *values.shape[1:])) for name, values in batch.items()}
    run(given)
    run(given)
    seconds: list[float] = []
    while len(seconds) < AT_LEAST or (len(seconds) < RUNS and sum(seconds) < SECONDS):
        start = time.perf_counter()
        run(given)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds) * 1e3 / rows


def resident_mb() -> float:
    """Return the resident memory of this process in MB."""
    return psutil.Process().memory_info().rss / 1e6
