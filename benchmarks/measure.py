"""Side-by-side timing: every round runs every case once over all inputs, in a new order; medians are quoted."""

from __future__ import annotations

import platform
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import cv2
import psutil


def interleaved(
    cases: Mapping[str, Callable[[Any], object]], inputs: Sequence[Any], *, rounds: int
) -> dict[str, list[float]]:
    """Return the seconds of every single call, by case; one uncounted round warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    order = list(cases)
    shuffle = random.Random(0)
    for counted in range(-1, rounds):
        shuffle.shuffle(order)
        for name in order:
            for item in inputs:
                start = time.perf_counter()
                cases[name](item)
                elapsed = time.perf_counter() - start
                if counted >= 0:
                    seconds[name].append(elapsed)
    return seconds


def median(seconds: Sequence[float]) -> float:
    """Return the median in seconds."""
    return statistics.median(seconds)


def machine() -> str:
    """Return one line about what the figures were measured on."""
    cores, memory = psutil.cpu_count(), psutil.virtual_memory().total / 2**30
    versions = f"Python {platform.python_version()}, OpenCV {cv2.__version__}"
    return f"{platform.machine()}, {cores} cores, {memory:.0f} GiB, {versions}"


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under columns as a Markdown table."""
    cells = [[f"{c:.3g}" if isinstance(c, float) else str(c) for c in row] for row in rows]
    widths = [
        max(len(column), *(len(row[i]) for row in cells)) if cells else len(column) for i, column in enumerate(columns)
    ]
    print(f"\n## {title}\n")
    print("| " + " | ".join(c.ljust(w) for c, w in zip(columns, widths, strict=True)) + " |")
    print("| " + " | ".join("-" * w for w in widths) + " |")
    for row in cells:
        print("| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |")
