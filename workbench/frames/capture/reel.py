"""Read the frames of a sequence from first to last, once or again and again, with the times they are shown at."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from workbench.frames.frame import FrameSequence
from workbench.frames.video import Video

PERIOD_S = 1 / 25  # between pictures that carry no time


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One frame as it comes off the reel."""

    image: np.ndarray  # (H, W, 3) uint8 in the sequence's channel order
    time_s: float  # seconds from the first, rising, also over the seam of a loop
    decode_s: float
    origin: str  # "" where it is the sequence's own


def reel(frames: FrameSequence, *, threads: int | None = None, loop: bool = False) -> Iterator[Shot]:
    """Yield every frame in order, of a video by a decoder of its own with so many threads; with `loop` without end."""
    period = period_of(frames)
    clock = Rising(period)
    while True:
        begun = time.perf_counter()
        count = 0
        for image, stamp, origin in _video(frames, threads) if isinstance(frames, Video) else _sequence(frames):
            yield Shot(image, clock.at(stamp), time.perf_counter() - begun, origin)
            del image  # its memory may serve for the next one
            begun = time.perf_counter()
            count += 1
        if not (loop and count):
            return
        clock.restart()


def period_of(frames: FrameSequence) -> float:
    """Return the seconds between two frames where their times do not say."""
    return 1 / frames.scan.rate if isinstance(frames, Video) and frames.scan.rate > 0 else PERIOD_S


class Rising:
    """Make one clock of the stamps of frames: from 0, rising, a period further where a stamp is none.

    AVI files with B-frames and raw streams have stamps that go back, and pictures have none.
    """

    def __init__(self, period: float) -> None:
        self._period = period
        self._now = -period
        self._shift: float | None = None  # of this pass: clock minus stamp; None before its first stamp

    def at(self, stamp: float | None) -> float:
        """Return the time of the next frame, whose own stamp is this."""
        due = self._now + self._period
        if stamp is not None and math.isfinite(stamp):
            if self._shift is None:
                self._shift = due - stamp
            if stamp + self._shift > self._now:
                due = stamp + self._shift
        self._now = due
        return due

    def restart(self) -> None:
        """Go on a period after the last frame, with stamps that begin again."""
        self._shift = None


def _video(video: Video, threads: int | None) -> Iterator[tuple[np.ndarray, float, str]]:
    reader = type(video).reader(video.path, exif=video.exif, threads=threads)
    count = 0
    try:
        while reader.grab():
            yield reader.retrieve(), reader.stamp(), ""
            count += 1
    finally:
        reader.close()
    video.expect_read(count)


def _sequence(frames: FrameSequence) -> Iterator[tuple[np.ndarray, float | None, str]]:
    for index, image in enumerate(frames.arrays()):
        origin = frames.origin_of(index)
        yield image, frames.time_s(index), "" if origin == frames.origin else origin
