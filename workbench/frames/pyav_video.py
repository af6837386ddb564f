"""Video files through PyAV: FFmpeg's own conversion to RGB, to hold beside OpenCV's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import islice
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from workbench.frames.video import Video
from workbench.frames.video_file import opened, video_stream
from workbench.frames.video_scan import KEYED_FORMATS

EARLIER_S = 1.0  # where a seek lands on any packet, one goes for a place this much earlier, and meets the key frame


class PyavReader:
    """One PyAV container on a local file."""

    def __init__(self, path: Path, *, exif: str = "apply", threads: int | None = None) -> None:
        self._held, self._exif = ExitStack(), exif
        self._container = self._held.enter_context(opened(path))
        self._stream = video_stream(self._container)
        self._stream.thread_type = "AUTO"
        if threads is not None:
            self._stream.codec_context.thread_count = threads
        self._start, self._tick = self._stream.start_time or 0, float(self._stream.time_base or 0)
        self._early = 0.0 if self._container.format.name.split(",")[0] in KEYED_FORMATS else EARLIER_S
        self._frames = _decoded(self._container, self._stream)
        self._frame: VideoFrame | None = None

    def grab(self) -> bool:
        """Decode the next frame, without converting its colours."""
        self._frame = next(self._frames, None)
        return self._frame is not None

    def stamp(self) -> float:
        """Return the time of the frame minus the stream's start time, in seconds; NaN where it has none."""
        pts = None if self._frame is None else self._frame.pts
        return float("nan") if pts is None else (pts - self._start) * self._tick

    def retrieve(self) -> np.ndarray:
        """Return the grabbed frame, RGB, turned as its rotation tag says unless it is to be ignored."""
        assert self._frame is not None
        return self.converted(self._frame, self._exif)

    @staticmethod
    def converted(frame: VideoFrame, exif: str) -> np.ndarray:
        """Return a decoded frame as (H, W, 3) uint8 RGB."""
        image = frame.to_ndarray(format="rgb24")
        turns = frame.rotation // 90 if exif == "apply" else 0
        return np.ascontiguousarray(np.rot90(image, turns)) if turns else image

    def seek(self, stamp: float) -> None:
        """Jump to the key frame at or before `stamp`, or to some packet before it, and decode one frame."""
        ticks = round((stamp - self._early) / self._tick) + self._start
        self._frame = None
        with suppress(av.FFmpegError):  # some files cannot be sought in: then one stands on no frame, and starts again
            self._container.seek(ticks, stream=self._stream, backward=True)
            self._frames = _decoded(self._container, self._stream)
            self.grab()

    def close(self) -> None:
        """Release the file."""
        self._frames, self._frame = iter(()), None
        self._held.close()


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Yield frames; a packet that does not decode is passed over, as cv2 does."""
    while True:
        try:
            yield from container.decode(stream)
            return
        except av.EOFError:
            return
        except av.InvalidDataError:
            continue


def first_frames(path: Path, count: int) -> list[VideoFrame]:
    """Return the first frames of a video, not yet converted."""
    with opened(path) as container:
        return list(islice(_decoded(container, video_stream(container)), count))


class PyavVideo(Video):
    """A video file decoded by PyAV; arrays are RGB, as `frame.to_ndarray(format="rgb24")` gives them."""

    decode = "pyav"
    reader = PyavReader
