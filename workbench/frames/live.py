"""Cameras and network streams: frames that come once."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np

from workbench.errors import UnreadableSource
from workbench.frames.cv2_video import FATAL_ONLY, LOG_LEVEL
from workbench.frames.frame import ChannelOrder, Frame, FrameStream, as_rgb

NETWORK_SCHEMES = ("http", "https", "rtsp", "rtsps", "rtmp", "udp", "srt")
OPEN_TIMEOUT_MS = 10_000
_SECRET = re.compile(r"//[^/@]*@")  # user:password@


class LiveStream(FrameStream):
    """Frames of an opened `VideoCapture`, from now on; the times are those of their arrival."""

    order: ChannelOrder = "bgr"

    def __init__(self, capture: cv2.VideoCapture, *, origin: str) -> None:
        self._capture, self.origin = capture, origin

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.origin}>"

    def arrays(self) -> Iterator[np.ndarray]:
        """Yield each picture (H, W, 3) uint8 BGR until the stream ends or is closed."""
        while True:
            found, image = self._capture.read()
            if not found:
                return
            yield image

    def __iter__(self) -> Iterator[Frame]:
        """Yield Frames, RGB; `time_s` counts from the arrival of the first."""
        start = None
        for index, image in enumerate(self.arrays()):
            now = time.monotonic()
            start = now if start is None else start
            yield Frame(as_rgb(image, self.order), index, now - start, self.origin)

    def close(self) -> None:
        """Release the camera or connection; safe to call twice."""
        self._capture.release()


@contextmanager
def quiet_opencv() -> Iterator[None]:
    """While a source is opened, keep OpenCV and FFmpeg from printing what the error will say in one line."""
    os.environ.setdefault(LOG_LEVEL, FATAL_ONLY)
    before = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(before)


def open_camera(number: int) -> LiveStream:
    """Open a camera by its number, from 0.

    Raises:
        UnreadableSource: no such camera, or it is in use.
    """
    with quiet_opencv():
        capture = cv2.VideoCapture(number) if number >= 0 else None
    if capture is None or not capture.isOpened():
        raise UnreadableSource(
            f"camera {number} cannot be opened; is it plugged in, free, and are you allowed to use it? "
            "a video file or 'sample:bikes' serves as well"
        )
    return LiveStream(capture, origin=f"camera:{number}")


def open_network(url: str) -> LiveStream:
    """Open an http(s), rtsp or similar stream.

    Raises:
        UnreadableSource: a scheme that is not read, or nothing there within 10 s.
    """
    shown = _SECRET.sub("//", url)
    scheme = url.split("://", 1)[0].lower()
    if scheme not in NETWORK_SCHEMES:
        known = ", ".join(NETWORK_SCHEMES)
        raise UnreadableSource(f"{shown}: {scheme}:// is not read; give a path, or one of {known}")
    timeout = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_TIMEOUT_MS]
    with quiet_opencv():
        capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG, timeout)
    if not capture.isOpened():
        raise UnreadableSource(f"{shown} cannot be opened as a stream; check address, network and access rights")
    return LiveStream(capture, origin=shown)
