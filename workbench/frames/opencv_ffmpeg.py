"""What OpenCV's FFmpeg is told through the environment; above all not to print what an error says in one line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from workbench.frames.opencv_log import quiet_log

OPTIONS = "OPENCV_FFMPEG_CAPTURE_OPTIONS"  # key;value|key;value, read by cv2 when it opens a file or an address
LOG_LEVEL = "OPENCV_FFMPEG_LOGLEVEL"  # read by cv2 at its first video; FFmpeg's chatter about a seek is no news
FATAL_ONLY = "8"


@contextmanager
def quiet_opencv() -> Iterator[None]:
    """While a source is opened, keep OpenCV and FFmpeg from printing what the error will say in one line."""
    os.environ.setdefault(LOG_LEVEL, FATAL_ONLY)
    with quiet_log():
        yield
