"""What a process wrote past its notebook: taken off its hands, so that none of it lands between a user's lines."""

from __future__ import annotations

import os
import select
import threading
from types import TracebackType

KEPT = 4096  # bytes


class LastWords:
    """The end of what comes through a pipe that a process has for its standard output and error."""

    def __init__(self) -> None:
        self._kept = b""
        self._read, self.end = os.pipe()  # `end`: what the process is given
        self._taking = threading.Lock()
        self._thread = threading.Thread(target=self._drain, daemon=True)

    def __enter__(self) -> LastWords:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        os.close(self.end)

    @property
    def line(self) -> str:
        """Return the last line that is not empty, of all that has been written; asked for within the block."""
        self._take()  # what a process that has just ended wrote, though the thread has not come to it yet
        lines = [line.strip() for line in self._kept.decode(errors="replace").splitlines() if line.strip()]
        return lines[-1] if lines else ""

    def _drain(self) -> None:
        """Read until every process that holds the other end is gone."""
        while self._is_readable(None) and self._take():
            pass
        os.close(self._read)

    def _take(self) -> bool:
        """Read what is there, at most all that a pipe holds; tell whether there can be more."""
        with self._taking:
            if not self._is_readable(0):
                return True
            data = os.read(self._read, 65536)
            self._kept = (self._kept + data)[-KEPT:]
            return bool(data)

    def _is_readable(self, wait_ms: int | None) -> bool:
        waiting = select.poll()
        waiting.register(self._read, select.POLLIN)
        return bool(waiting.poll(wait_ms))
