"""Run only the newest job in a background thread, so that slow work never holds up a quick hand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Job = TypeVar("Job")


class Newest(Generic[Job]):
    """Works on the job handed in last: one at a time, jobs that were overtaken while waiting are dropped.

    `work` runs in the thread and must not raise: what goes wrong is its own to report.
    """

    def __init__(self, work: Callable[[Job], None]) -> None:
        self._work = work
        self._waiting: list[Job] = []  # at most one
        self._wake = threading.Condition()
        self._busy = self._closed = False
        self._thread: threading.Thread | None = None

    def submit(self, job: Job) -> None:
        """Put `job` in place of the one that waits; does nothing once closed."""
        with self._wake:
            if self._closed:
                return
            self._waiting = [job]
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="workbench-newest", daemon=True)
                self._thread.start()
            self._wake.notify_all()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until nothing runs or waits; False if that took longer than `timeout_s`."""
        with self._wake:
            return self._wake.wait_for(lambda: not self._busy and not self._waiting, timeout_s)

    def close(self) -> None:
        """Drop what waits and let the thread end after the job it is at; safe to call twice."""
        with self._wake:
            self._closed, self._waiting = True, []
            self._wake.notify_all()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._busy = False
                self._wake.notify_all()
                self._wake.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                job, self._busy = self._waiting.pop(), True
            self._work(job)
