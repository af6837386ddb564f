"""Who does what in a stream, decided from what decoding and answering take on this machine."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from workbench.frames.capture.capture import Capture, Captured
from workbench.inference.live.answering import Answerer
from workbench.inference.live.ledger import Waiting
from workbench.inference.live.serving import Serving

MEASURED = 5  # frames, after one to warm up
DEPTH = 2  # frames that wait where workers decode in turn; more only makes them older


@dataclass(frozen=True, slots=True)
class Costs:
    """CPU seconds that one frame takes."""

    decode_s: float
    answer_s: float

    def __str__(self) -> str:
        return f"{self.decode_s * 1e3:.1f} ms of CPU to decode and {self.answer_s * 1e3:.1f} ms to answer"

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


def cores() -> int:
    """Return the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def measured(capture: Capture, answerer: Answerer, serving: Serving | None) -> Costs | None:
    """Run a few frames of a source through the model; None where it has too few."""
    decode_s = answer_s = 0.0
    for number in range(MEASURED + 1):
        start = time.process_time()
        item = capture.read()
        decoded = time.process_time()
        if not isinstance(item, Captured):
            return None
        answerer([Waiting(0, item, 0.0)], serving)
        if number:
            decode_s += decoded - start
            answer_s += time.process_time() - decoded
    return Costs(decode_s / MEASURED, answer_s / MEASURED)


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
