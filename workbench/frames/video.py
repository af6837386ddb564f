"""A video file as a sequence: any frame, in any order, bit-identical to a sequential read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from workbench.errors import UnreadableSource, unknown
from workbench.frames.cache import FrameCache
from workbench.frames.cursor import Cursor
from workbench.frames.frame import FrameSequence
from workbench.frames.orientation import EXIF_RULES
from workbench.frames.partial import refusal
from workbench.frames.video_index import (
    HEAD_FRAMES,
    READ_THROUGH_PIXELS,
    TOLERANCE_S,
    Reader,
    VideoIndex,
    index_by_decoding,
    index_of_packets,
)
from workbench.frames.video_scan import VideoScan
from workbench.readable import one_line

VIDEO_DECODERS = ("cv2", "pyav")
NEARLY_ALL = 0.9  # of the packets; a recording that starts in the middle loses its first frames


class Video(FrameSequence):
    """A video file read by one decoder; `array` may be called from several threads, iterations do not disturb it."""

    decoders = VIDEO_DECODERS
    kinds: ClassVar[dict[str, type[Video]]] = {}  # decoder -> the sequence that reads with it
    decode: ClassVar[str]
    reader: ClassVar[Callable[..., Reader]]  # (path, *, exif) -> a reader at the start of the file

    def __init_subclass__(cls) -> None:
        """Enter a decoder's sequence in `kinds`."""
        super().__init_subclass__()
        Video.kinds[cls.decode] = cls

    def __init__(self, scan: VideoScan, *, origin: str, exif: str = "apply") -> None:
        if exif not in EXIF_RULES:
            raise unknown("exif policy", exif, EXIF_RULES)
        self.scan, self.origin, self.exif = scan, origin, exif
        self._open = partial(
            type(self).reader, scan.path, exif=exif
        )  # not a bound method: no cycle keeps the file open
        self._index: VideoIndex | None = None
        self._cursor: Cursor | None = None
        self._cache, self._lock = FrameCache(), threading.RLock()

    @property
    def path(self) -> Path:
        """The file."""
        return self.scan.path

    @property
    def damaged(self) -> str | None:
        """What is missing or broken in the file, and how much of a short one this decoder hands out all the same."""
        if not self.scan.damaged or not self._is_small():
            return self.scan.damaged
        return f"{self.scan.damaged}; {self.decode} hands out {len(self)} frames"

    @property
    def timeline(self) -> VideoIndex:
        """Which frame is shown when; made at its first use, from the packets or by reading through the file."""
        with self._lock:
            if self._index is None:
                self._index = self._make_index()
            return self._index

    def __len__(self) -> int:
        return len(self.timeline)

    def __repr__(self) -> str:
        width, height = self.scan.size
        return one_line(
            f"<{type(self).__name__} {self.origin}: {len(self)} frames, {width}x{height} {self.scan.codec}>"
        )

    def array(self, index: int) -> np.ndarray:
        """Return frame `index` (H, W, 3) uint8, read-only, in channel order `self.order`."""
        with self._lock:
            index = self.place(index)
            held = self._cache.get(index)
            if held is not None:
                return held
            if self._cursor is None:
                self._cursor = self._new_cursor(self.timeline)
            return self._cache.put(index, self._cursor.read(index, self._cache))

    def arrays(self) -> Iterator[np.ndarray]:
        """Yield every frame as it is decoded, by a reader of its own.

        Raises:
            UnreadableSource: at the end, if fewer or more frames came than `len` has promised.
        """
        count = 0
        for image in self._read_through():
            count += 1
            yield image
        if self._index is not None and count != len(self._index):
            raise UnreadableSource(
                f"{self.path}: {count} frames decode, its packets promise {len(self._index)}; the file is damaged, "
                "open it with allow_damaged=True"
            )

    def pick(self, indices: Iterable[int]) -> Iterator[np.ndarray]:
        """Yield the frames at `indices`, by a reader of its own."""
        cursor = self._new_cursor(self.timeline)
        try:
            for index in indices:
                yield cursor.read(self.place(index))
        finally:
            cursor.close()

    def time_s(self, index: int) -> float:
        """Return the time at which frame `index` is shown, in seconds from the first frame."""
        return float(self.timeline.times_s[index])

    def decoded_by(self, decode: str, exif: str = "apply") -> Video:
        """Return the same file read by `cv2` or `pyav`; `exif` says whether a rotation tag is obeyed."""
        if (decode, exif) == (self.decode, self.exif):
            return self
        return video_from(self.scan, decode, origin=self.origin, exif=exif)

    def close(self) -> None:
        """Release the file and forget the frames held; a later read opens it again."""
        with self._lock:
            if self._cursor is not None:
                self._cursor.close()
                self._cursor = None
            self._cache.clear()

    def expect_readable(self) -> None:
        """Refuse a video of which not one frame decodes."""
        reader = self._open()
        try:
            if not reader.grab():
                other = "pyav" if self.decode == "cv2" else "cv2"
                raise UnreadableSource(
                    f"{self.path}: {self.decode} cannot decode a single frame of its {self.scan.codec} video; "
                    f"decode={other!r} may"
                )
        finally:
            reader.close()

    def expect_read(self, count: int) -> None:
        """Refuse a reading that has ended long before the packets do, of a file that was too long to be checked.

        Raises:
            UnreadableSource: that happened, and damage is not allowed.
        """
        promised = len(self.scan.stamps)
        if self.scan.clean and not self.scan.checked_through and count < NEARLY_ALL * promised:
            raise refusal(self.path, f"only {count} of {promised} frames decode")

    def _read_through(self) -> Iterator[np.ndarray]:
        reader = self._open()
        try:
            while reader.grab():
                yield reader.retrieve()
        finally:
            reader.close()

    def _new_cursor(self, index: VideoIndex) -> Cursor:
        return Cursor(self.scan, index, self._open)

    def _make_index(self) -> VideoIndex:
        if self.scan.clean and not self._is_small() and self._ends_agree(index := index_of_packets(self.scan)):
            return index
        reader = self._open()
        try:
            return index_by_decoding(self.scan, reader)
        finally:
            reader.close()

    def _is_small(self) -> bool:
        width, height = self.scan.size
        return len(self.scan.stamps) * width * height <= READ_THROUGH_PIXELS

    def _ends_agree(self, index: VideoIndex) -> bool:
        """Whether the first frames, and those from the last key frame on, are those that the packets promise."""
        reader = self._open()
        try:
            for stamp in index.stamps[:HEAD_FRAMES] if index.stamps is not None else ():
                if not reader.grab() or abs(reader.stamp() - stamp) > TOLERANCE_S:
                    return False
        finally:
            reader.close()
        tail = self._new_cursor(index)
        try:
            tail.read(len(index) - 1)
            return tail.at_end()
        except UnreadableSource:
            return False
        finally:
            tail.close()


def video_from(scan: VideoScan, decode: str, *, origin: str, exif: str = "apply") -> Video:
    """Make the sequence of a scanned video for one decoder."""
    if decode not in Video.kinds:
        raise unknown(f"decoder of videos (for {scan.path.name})", decode, Video.kinds)
    video = Video.kinds[decode](scan, origin=origin, exif=exif)
    video.expect_readable()
    return video
