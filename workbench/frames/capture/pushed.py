"""Frames that somebody else brings: a browser's webcam, a callback, a message queue."""

from __future__ import annotations

import threading
import time
from collections import deque

import numpy as np

from workbench.errors import InvalidValue
from workbench.frames.arrays import checked
from workbench.frames.capture.capture import Capture, Captured, CaptureState, Lost

KEPT = 2  # pictures that wait for a late reader


class PushedFrames(Capture):
    """A live source that is filled by `push`, from any thread.

    Example:
        >>> import numpy as np
        >>> source = PushedFrames(origin="webcam")
        >>> source.push(np.zeros((4, 5, 3), np.uint8))
        True
        >>> source.end()
        >>> source.read().number, source.read()
        (0, None)
    """

    order = "rgb"

    def __init__(self, *, origin: str = "pushed", kept: int = KEPT) -> None:
        if kept < 1:
            raise InvalidValue(f"kept is a whole number of pictures from 1; got {kept}")
        self.origin, self._kept = origin, kept
        self._waiting: deque[Captured] = deque()
        self._number = self._overrun = 0
        self._first_s: float | None = None
        self._over = self._stopped = False
        self._changed = threading.Condition()
        self._state = CaptureState("opening", time.monotonic())

    @property
    def state(self) -> CaptureState:
        """How it is doing: opening until the first picture."""
        return self._state

    def push(self, image: np.ndarray, captured_s: float | None = None) -> bool:
        """Bring a picture (H, W, 3) uint8 RGB; it is copied. False once the source has ended or was stopped.

        Args:
            image: the picture.
            captured_s: `time.monotonic()` when it was taken; None: now.

        Raises:
            InvalidValue: no picture.
        """
        picture = np.array(checked(image, "the pushed picture"))
        arrived = time.monotonic() if captured_s is None else captured_s
        with self._changed:
            if self._over or self._stopped:
                return False
            if self._first_s is None:
                self._first_s = arrived
                self._state = CaptureState("live", time.monotonic())
            self._waiting.append(Captured(picture, self._number, arrived, arrived - self._first_s))
            self._number += 1
            if len(self._waiting) > self._kept:
                self._waiting.popleft()
                self._overrun += 1
            self._changed.notify_all()
            return True

    def end(self) -> None:
        """Say that no more pictures come; those that wait are still read."""
        with self._changed:
            self._over = True
            if self._state.phase in ("opening", "live"):
                self._state = CaptureState("ended", time.monotonic())
            self._changed.notify_all()

    def read(self) -> Captured | Lost | None:
        """Wait for the next picture."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._over or self._stopped)
            if self._stopped:
                return None
            if self._overrun:
                count, self._overrun = self._overrun, 0
                return Lost("overrun", count)
            return self._waiting.popleft() if self._waiting else None

    def stop(self) -> None:
        """Make a waiting read return None, and every push False."""
        with self._changed:
            self._stopped = True
            if self._state.phase in ("opening", "live"):
                self._state = CaptureState("stopped", time.monotonic())
            self._changed.notify_all()
