"""Keep OpenCV to one thread while several workers share the cores: its own would only take them from each other."""

from __future__ import annotations

import threading

import cv2

_LOCK = threading.Lock()
_HELD: list[int] = []  # the number of threads before the first stream, once for every stream that runs


def hold() -> None:
    """Set OpenCV to one thread, for the whole process; each `hold` needs its `release`."""
    with _LOCK:
        _HELD.append(_HELD[0] if _HELD else cv2.getNumThreads())
        cv2.setNumThreads(1)


def release() -> None:
    """Give OpenCV its threads back when the last stream is through."""
    with _LOCK:
        before = _HELD.pop()
        if not _HELD:
            cv2.setNumThreads(before)
