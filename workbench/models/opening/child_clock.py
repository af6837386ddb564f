"""When a child process has had its time: on a busy machine that is later, but not for a child that only waits."""

from __future__ import annotations

import time

import psutil

BUSY = 6  # times as long as was said, at most
SLICE = 0.25  # of the time that was said: so often it is looked whether the child does anything
IDLE = 0.01  # of a processor: a child that uses less in a slice only waits
LONGEST = 0.5  # seconds between two looks that count: while nobody looked for longer, this machine stood still
HELD = (psutil.STATUS_STOPPED, psutil.STATUS_DISK_SLEEP)  # a child in one of them would go on if it were let


class ChildClock:
    """Begins with the time of its making, and has to be looked at again and again."""

    def __init__(self, pid: int, seconds: float) -> None:
        """Give the child so many seconds, and more while it has not had them of a processor."""
        self._pid, self._seconds = pid, seconds
        self._now = time.monotonic()
        self._waited = self._sliced = 0.0
        self._had = self._used = _processor_s(pid)
        self._held = self._idle = False

    def is_over(self) -> bool:
        """Tell whether the time is over."""
        now = time.monotonic()
        self._waited += min(now - self._now, LONGEST)
        self._now = now
        self._held = self._held or _is_held(self._pid)
        length = self._waited - self._sliced
        if length > SLICE * self._seconds:
            used = _processor_s(self._pid)
            self._idle = not self._held and used - self._used < IDLE * length
            self._sliced, self._used, self._held = self._waited, used, False
        enough = self._idle or self._used - self._had > self._seconds
        return self._waited > BUSY * self._seconds or (self._waited > self._seconds and enough)


def _processor_s(pid: int) -> float:
    try:
        used = psutil.Process(pid).cpu_times()
    except psutil.Error:  # it has just ended
        return 0.0
    return float(used.user + used.system)


def _is_held(pid: int) -> bool:
    """Tell whether a process is kept from working: it was stopped, or waits for a disk."""
    try:
        return psutil.Process(pid).status() in HELD
    except psutil.Error:
        return False
