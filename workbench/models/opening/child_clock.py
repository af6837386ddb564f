"""When a child process has had its time: on a busy machine that is later, but not for a child that only waits."""

from __future__ import annotations

import time

import psutil

BUSY = 6  # times as long as was said, at most
SLICE = 0.25  # of the time that was said: so often it is looked whether the child does anything
IDLE = 0.01  # of a processor: a child that uses less in a slice only waits


class ChildClock:
    """Begins with the time of its making."""

    def __init__(self, pid: int, seconds: float) -> None:
        """Give the child so many seconds, and more while it has not had them of a processor."""
        self._pid, self._seconds = pid, seconds
        self._begin = self._looked = time.monotonic()
        self._had = self._used = _processor_s(pid)
        self._idle = False

    def is_over(self) -> bool:
        """Tell whether the time is over."""
        now = time.monotonic()
        if now - self._looked > SLICE * self._seconds:
            used = _processor_s(self._pid)
            self._idle = used - self._used < IDLE * (now - self._looked)
            self._looked, self._used = now, used
        waited = now - self._begin
        enough = self._idle or self._used - self._had > self._seconds
        return waited > BUSY * self._seconds or (waited > self._seconds and enough)


def _processor_s(pid: int) -> float:
    try:
        used = psutil.Process(pid).cpu_times()
    except psutil.Error:  # it has just ended
        return 0.0
    return float(used.user + used.system)
