"""Cameras and network streams as the child process reads them: the next picture, what was broken before it, the end.

What the decoders do with trouble in a stream, tried out on real servers (OpenCV 5.0, PyAV 18.1, FFmpeg 8):

- A JPEG cut in half: cv2 says True and hands out a whole picture with a lower half that is made up; PyAV does so, too,
  unless it is opened with `err_detect=explode`: then it raises.
- Bytes that are no JPEG, an empty part: one `grab` of cv2 answers False and the next goes on; PyAV raises once.
- H.264 with a picture cut or changed: cv2 hands out all pictures; PyAV raises for that one, and hands out those after
  it, which build on it, as if whole. They are counted as broken up to the next key picture.
- Another size from here on: **cv2 scales every picture to the first size, without a word**, and its properties keep
  saying the first size; PyAV's pictures have their own size.
- The connection closes: `grab` answers False again and again; PyAV's `demux` raises or ends.

So with cv2 a single failed `grab` is a broken picture and several in a row are the end; half pictures and changes of
size cannot be seen, in production neither. decode="pyav" sees both.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np

from workbench.errors import UnreadableSource
from workbench.frames.capture.capture import Lost
from workbench.frames.live import cv2_camera, cv2_network, network_address
from workbench.frames.opencv_ffmpeg import OPTIONS

FAILURES = 3  # of `grab` in a row, after which cv2's stream has ended
BROKEN_IN_A_ROW = 250  # PyAV tells a broken picture from the end; this many, some 10 s, are no stream any more
# TCP first, as OpenCV asks by itself; no second of watching to guess the frame rate: it held the first 29 pictures
# back, 1.1 s at 25 a second, to let them come together and look new
RTSP_OPTIONS = {"rtsp_flags": "prefer_tcp", "fpsprobesize": "0"}
READY_S = 0.005  # a picture that came sooner lay ready; on a busy machine a turn of the processor takes as long
BACKLOG_S = 1.0  # for what lay ready to be passed over; a decoder that never has to wait is too slow for its stream
# that FFmpeg has longer than the parent, who says better what was awaited and kills the process: more than a busy
# machine lets the parent stand still
GRACE_S = 60.0
NEARLY_ALL = 0.9  # of the frames that a clip on a server promises; its length is often estimated


@dataclass(frozen=True, slots=True, eq=False)
class Arrived:
    """A picture, as it came."""

    image: np.ndarray  # (H, W, 3) uint8, BGR from cv2, RGB from PyAV
    captured_s: float  # `time.monotonic()` when it had come and was still to be decoded; in a clip in real time, due
    decode_s: float  # processor time of its decoding, without the waiting
    waited_s: float  # for it to come
    time_s: float | None = None  # presentation time in seconds, of a clip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the parent asks for."""

    camera: int | None
    url: str | None
    decode: str
    exif: str
    open_timeout_s: float
    read_timeout_s: float
    threads: int
    speed: float | None = None  # of a clip on a server, a factor of real time; None: as fast as it is read


class Feed(Protocol):
    """An opened source."""

    promised: float  # frames that a clip on a server says it has; 0 for a source without an end

    def pictures(self) -> Iterator[Arrived | Lost]:
        """Yield pictures as they come, and what was broken among them, until there are none any more."""


def open_feed(wanted: Wanted) -> Feed:
    """Open a camera or an address.

    Raises:
        UnreadableSource: nothing there, or not readable.
    """
    if wanted.camera is not None:
        return Cv2Feed(cv2_camera(wanted.camera))
    if wanted.decode == "pyav":
        return PyavFeed(wanted)
    assert wanted.url is not None
    if _is_rtsp(wanted.url):  # a user's own options count
        os.environ.setdefault(OPTIONS, "|".join(f"{name};{value}" for name, value in RTSP_OPTIONS.items()))
    capture = cv2_network(
        wanted.url,
        open_timeout_s=wanted.open_timeout_s + GRACE_S,
        read_timeout_s=wanted.read_timeout_s + GRACE_S,
        threads=wanted.threads,
    )
    if wanted.exif == "ignore":
        capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 0)
    return Cv2Feed(capture)


def _is_rtsp(url: str) -> bool:
    return url.lower().startswith("rtsp")


def without_backlog(items: Iterator[Arrived | Lost]) -> Iterator[Arrived | Lost]:
    """Pass on the first picture, and then none that lay ready when it was asked for, until one has to be waited for.

    FFmpeg reads on while it finds out what a stream holds, and then hands out at once what it has read. Those pictures
    are old, and would count as new.
    """
    first_s: float | None = None
    for item in items:
        if isinstance(item, Lost):
            yield item
        elif first_s is None:
            first_s = item.captured_s
            yield item
        elif item.waited_s < READY_S and item.captured_s - first_s < BACKLOG_S:
            yield Lost("overrun")
        else:
            yield item
            break
    yield from items


def ending(delivered: int, promised: float) -> str | None:
    """Say what is wrong with a source that stopped after so many pictures; None: it is a clip that is over."""
    if promised <= 0:
        return "the connection was closed"
    if delivered < NEARLY_ALL * promised:
        return f"only {delivered} of about {promised:.0f} frames of the clip came"
    return None


class Cv2Feed:
    """Pictures of a `VideoCapture`, BGR."""

    def __init__(self, capture: cv2.VideoCapture) -> None:
        self._capture = capture
        self.promised = max(0.0, capture.get(cv2.CAP_PROP_FRAME_COUNT))

    def pictures(self) -> Iterator[Arrived | Lost]:
        """Yield what can be grabbed."""
        failures = 0
        while failures < FAILURES:
            asked, begun = time.monotonic(), time.thread_time()
            found, image = False, None
            if self._capture.grab():
                decoding = time.thread_time() - begun  # `grab` decodes, too
                arrived = max(asked, time.monotonic() - decoding)  # two clocks, and one may be set forward meanwhile
                found, image = self._capture.retrieve()
            if image is None or not found:
                failures += 1
                continue
            busy = time.thread_time() - begun
            if failures:
                yield Lost("broken", failures)
                failures = 0
            yield Arrived(image, arrived, busy, arrived - asked, self._time_s())

    def _time_s(self) -> float | None:
        return self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000 if self.promised else None


class PyavFeed:
    """Pictures of a PyAV container, RGB."""

    def __init__(self, wanted: Wanted) -> None:
        import av

        from workbench.frames.pyav_video import PyavReader

        assert wanted.url is not None
        shown = network_address(wanted.url)
        timeouts = (wanted.open_timeout_s + GRACE_S, wanted.read_timeout_s + GRACE_S)
        options = RTSP_OPTIONS if _is_rtsp(wanted.url) else {}
        try:
            self._container = av.open(wanted.url, timeout=timeouts, options=options)
        except (av.FFmpegError, OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise UnreadableSource(f"{shown} cannot be opened as a stream: {why}; check address and network") from None
        if not self._container.streams.video:
            raise UnreadableSource(f"{shown} has no video stream in it; check the address")
        self._stream = self._container.streams.video[0]
        self._stream.codec_context.thread_count = wanted.threads
        self._stream.codec_context.options = {"err_detect": "explode"}
        self._failure, self._exif, self._convert = av.FFmpegError, wanted.exif, PyavReader.converted
        self._start_s = float((self._stream.start_time or 0) * (self._stream.time_base or 0))
        rate = float(self._stream.average_rate or 0)
        self.promised = (self._container.duration or 0) / av.time_base * rate

    def pictures(self) -> Iterator[Arrived | Lost]:
        """Yield what decodes and is whole.

        Raises:
            UnreadableSource: nothing but broken pictures comes.
        """
        broken = 0  # in a row
        for frame, arrived, busy, waited in self._decoded():
            whole = frame is not None and not frame.is_corrupt
            if whole and (frame.key_frame or not broken):  # those before the next key picture build on a broken one
                broken, begun = 0, time.thread_time()
                image = self._convert(frame, self._exif)
                yield Arrived(image, arrived, busy + time.thread_time() - begun, waited, self._time_s(frame))
                continue
            broken += 1
            yield Lost("broken")
            if broken == BROKEN_IN_A_ROW:
                raise UnreadableSource(f"{broken} pictures in a row do not decode")

    def _decoded(self) -> Iterator[tuple[Any, float, float, float]]:
        """Yield frame (None: broken), its arrival, the processor time of its decoding, and the wait for it."""
        packets = self._container.demux(self._stream)
        asked = time.monotonic()
        while (packet := self._next(packets)) is not None:
            arrived, begun = time.monotonic(), time.thread_time()
            try:
                frames: list[Any] = list(packet.decode())
            except self._failure:
                frames = [None] if packet.size or packet.dts is not None else []
            busy = time.thread_time() - begun
            for frame in frames:
                yield frame, arrived, busy, arrived - asked
            asked = time.monotonic()

    def _time_s(self, frame: Any) -> float | None:
        return frame.time - self._start_s if self.promised and frame.time is not None else None

    def _next(self, packets: Iterator[Any]) -> Any:
        """Wait for the next packet; None when the connection is closed or silent for too long."""
        try:
            return next(packets, None)
        except self._failure:
            return None
