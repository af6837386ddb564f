"""Who does what in a stream, decided from what decoding and answering take on this machine."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from workbench.frames.capture.capture import Capture, Captured
from workbench.inference.live.ledger import Waiting

MEASURED = 5  # frames, after one to warm up
DEPTH = 2  # frames that wait where workers decode in turn; more only makes them older


@dataclass(frozen=True, slots=True)
class Costs:
    """CPU seconds that one frame takes."""

    decode_s: float
    answer_s: float  # NaN where nothing was answered

    def __str__(self) -> str:
        answer = "" if math.isnan(self.answer_s) else f" and {self.answer_s * 1e3:.1f} ms to answer"
        return f"a frame takes {self.decode_s * 1e3:.1f} ms of CPU to decode{answer}"

    def decodes_too_slowly(self, cores: int) -> bool:
        """Whether one decoder on one core holds up all cores: it takes more than its share of a frame's CPU."""
        return self.decode_s * cores > self.decode_s + self.answer_s


@dataclass(frozen=True, slots=True)
class Plan:
    """Threads of a stream."""

    workers: int
    shares_reading: bool  # whoever is free reads the next frame
    depth: int  # frames that may wait
    most_out: int  # frames in work or ready
    text: str  # one line for a person


def measured(capture: Capture, answer: Callable[[Waiting], object] | None) -> Costs | None:
    """Read and answer a few frames of a source whose decoder has one thread; None where it has too few."""
    costs = []
    for _ in range(MEASURED + 1):
        start = time.thread_time()
        item = capture.read()
        decode_s = time.thread_time() - start
        if not isinstance(item, Captured):
            return None
        start = time.process_time()  # a model may have threads of its own
        if answer is not None:
            answer(Waiting(0, item, 0.0))
        costs.append((decode_s, math.nan if answer is None else time.process_time() - start))
    return Costs(*(sum(times) / MEASURED for times in zip(*costs[1:], strict=True)))


def planned(*, workers: int, models: int, rows: int, shares_reading: bool, told: str = "") -> Plan:
    """Return the plan for so many workers with so many models; `told` says what was measured."""
    engines = "no model" if not models else "one model" if models == 1 else f"{models} models of one thread each"
    count = "1 worker" if workers == 1 else f"{workers} workers"
    if shares_reading:
        who = f"{count} with {engines}: whoever is free decodes the next frame or answers one"
    else:
        who = f"one thread reads the source; {count} with {engines}"
    batches = f", up to {rows} frames a call" if rows > 1 else ""
    return Plan(workers, shares_reading, max(DEPTH, rows), 2 * workers * rows, f"{who}{batches}{told}")
