"""Cameras and network streams: frames that come once."""

from __future__ import annotations

import time
from collections.abc import Iterator

import cv2
import numpy as np

from workbench.errors import UnreadableSource
from workbench.frames.frame import ChannelOrder, Frame, FrameStream, as_rgb
from workbench.frames.opencv_ffmpeg import quiet_opencv
from workbench.readable import one_line, without_password

NETWORK_SCHEMES = ("http", "https", "rtsp", "rtsps", "rtmp", "udp", "srt")
OPEN_TIMEOUT_S = 10.0
CAMERAS = 100  # from there on OpenCV takes a number for that of a backend and a camera


class LiveStream(FrameStream):
    """Frames of an opened `VideoCapture`, from now on; the times are those of their arrival."""

    order: ChannelOrder = "bgr"

    def __init__(self, capture: cv2.VideoCapture, *, origin: str) -> None:
        self._capture, self.origin = capture, origin

    def __repr__(self) -> str:
        return one_line(f"<{type(self).__name__} {self.origin}>")

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


def open_camera(number: int) -> LiveStream:
    """Open a camera by its number, from 0.

    Raises:
        UnreadableSource: no such camera, or it is in use.
    """
    return LiveStream(cv2_camera(number), origin=f"camera:{number}")


def open_network(url: str) -> LiveStream:
    """Open an http(s), rtsp or similar stream.

    Raises:
        UnreadableSource: a scheme that is not read, or nothing there within 10 s.
    """
    return LiveStream(cv2_network(url), origin=without_password(url))


def no_camera(name: str) -> UnreadableSource:
    """Make the error for what names no camera."""
    return UnreadableSource(f"{name} is no camera; they have numbers from 0 to {CAMERAS - 1}, such as camera:0")


def cv2_camera(number: int) -> cv2.VideoCapture:
    """Return the `VideoCapture` of a camera.

    Raises:
        UnreadableSource: no such camera, or it is in use.
    """
    if not 0 <= number < CAMERAS:
        raise no_camera(f"camera:{number}")
    with quiet_opencv():
        capture = cv2.VideoCapture(number)
    if not capture.isOpened():
        raise UnreadableSource(
            f"camera {number} cannot be opened; is it plugged in, free, and are you allowed to use it? "
            "a video file or 'sample:bikes' serves as well"
        )
    return capture


def cv2_network(
    url: str,
    *,
    open_timeout_s: float = OPEN_TIMEOUT_S,
    read_timeout_s: float | None = None,
    threads: int | None = None,
) -> cv2.VideoCapture:
    """Return the `VideoCapture` of an address.

    Args:
        url: http, https, rtsp, rtsps, rtmp, udp or srt.
        open_timeout_s: for the connection and the first look at the stream.
        read_timeout_s: for each picture; None: OpenCV's own 30 s.
        threads: of the decoder; FFmpeg's hold back a picture for each thread but one. None: as many as cores.

    Raises:
        UnreadableSource: a scheme that is not read, or nothing there in time.
    """
    shown = network_address(url)
    asked = {
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC: round(open_timeout_s * 1000),
        cv2.CAP_PROP_READ_TIMEOUT_MSEC: None if read_timeout_s is None else round(read_timeout_s * 1000),
        cv2.CAP_PROP_N_THREADS: threads,
    }
    pairs = [number for key, value in asked.items() if value is not None for number in (key, value)]
    with quiet_opencv():
        capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG, pairs)
    if not capture.isOpened():
        raise UnreadableSource(f"{shown} cannot be opened as a stream; check address, network and access rights")
    return capture


def network_address(url: str) -> str:
    """Return an address as it may be shown.

    Raises:
        UnreadableSource: a scheme that is not read, or nothing behind it.
    """
    shown = without_password(url)
    scheme, _, rest = url.partition("://")
    if scheme.lower() not in NETWORK_SCHEMES:
        known = ", ".join(NETWORK_SCHEMES)
        raise UnreadableSource(f"{shown}: {scheme.lower()}:// is not read; give a path, or one of {known}")
    if not rest.strip("/"):
        raise UnreadableSource(f"{shown} names no host; write the whole address, such as rtsp://camera/1")
    return shown
