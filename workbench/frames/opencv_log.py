"""OpenCV's log, held back while what it would print is said by an error."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import cv2

_LOCK = threading.Lock()  # the level belongs to the whole process
_levels: list[int] = []  # one for each thread that is inside: the level before the first of them came


@contextmanager
def quiet_log() -> Iterator[None]:
    """Hold OpenCV's log back; it is as before when the last of several threads has left."""
    with _LOCK:
        _levels.append(_levels[0] if _levels else cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT))
    try:
        yield
    finally:
        with _LOCK:
            before = _levels.pop()
            if not _levels:
                cv2.utils.logging.setLogLevel(before)
