"""Go to exactly one frame of a video: step forward, or jump and prove by its time where one has landed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from workbench.errors import UnreadableSource
from workbench.frames.cache import FrameCache
from workbench.frames.video_index import Reader, VideoIndex
from workbench.frames.video_scan import VideoScan

SMALL_JUMP = 16  # frames that are stepped over rather than jumped
KEEP_BEHIND = 12  # frames kept on the way to an earlier one, for whoever goes on stepping back


class Cursor:
    """A reader and the frame it stands on.

    A frame is bit-identical to that of a sequential read when decoding has started at a key frame that is shown no
    later: in open groups of pictures the first ones shown lean on the group before, and FFmpeg's decoders drop those.
    So a landing counts if the container seeks by its index of key frames; elsewhere (transport streams) the reader may
    have started at any packet, and a landing counts only if the last key frame up to the wanted frame is still ahead.
    """

    def __init__(self, scan: VideoScan, index: VideoIndex, open_reader: Callable[[], Reader]) -> None:
        self._scan, self._index, self._open = scan, index, open_reader
        self._reader: Reader | None = None
        self._position = -1  # of the frame grabbed last

    def read(self, index: int, kept: FrameCache | None = None) -> np.ndarray:
        """Return frame `index`; on the way back, leave some of the frames before it in `kept`.

        Raises:
            UnreadableSource: the frame does not decode, so the file is damaged.
        """
        behind = self._behind(index, kept)
        for move in self._ways(index, index - behind):
            if move() and self._step_to(index, kept, behind):
                assert self._reader is not None
                return self._reader.retrieve()
        self.close()
        raise UnreadableSource(
            f"{self._scan.path}: frame {index} does not decode, so the file is damaged; "
            "open it with allow_damaged=True to see what does"
        )

    def at_end(self) -> bool:
        """Tell whether no frame follows; spends the reader."""
        over = self._reader is not None and not self._reader.grab()
        self.close()
        return over

    def close(self) -> None:
        """Release the reader; the next read opens another."""
        if self._reader is not None:
            self._reader.close()
        self._reader, self._position = None, -1

    def _behind(self, index: int, kept: FrameCache | None) -> int:
        """Number of frames to keep before `index`: some when going back a little, else none."""
        back = self._position - index
        if kept is None or not 0 < back <= 4 * KEEP_BEHIND:
            return 0
        width, height = self._scan.size
        room = kept.limit // max(1, 3 * width * height) - 2
        return max(0, min(KEEP_BEHIND, room, index))

    def _ways(self, index: int, first: int) -> Iterator[Callable[[], bool]]:
        """Yield the ways to a place at or before `first`: the cheapest that can be right first, a sure one last."""
        if self._reader is not None and self._stepping_is_cheapest(index):
            yield lambda: True
        if self._index.seekable and first > SMALL_JUMP:
            place = self._index.key_before(first)
            if self._scan.keyed:
                yield lambda: self._jump(first, last_landing=first)
            back = 0
            while place - back > 0:
                key = int(self._index.keys[place - back])
                yield lambda key=key: self._jump(key, last_landing=key)  # type: ignore[misc]
                back = 2 * back + 1
        yield self._restart

    def _stepping_is_cheapest(self, index: int) -> bool:
        steps = index - self._position
        if steps < 0 or not self._index.seekable:
            return steps >= 0
        from_key = index - int(self._index.keys[self._index.key_before(index)])
        return steps <= max(SMALL_JUMP, from_key + SMALL_JUMP)

    def _jump(self, index: int, last_landing: int) -> bool:
        assert self._index.stamps is not None
        if self._reader is None:
            self._reader = self._open()
        self._reader.seek(float(self._index.stamps[index]))
        return self._stands_on_a_frame() and self._position <= last_landing

    def _restart(self) -> bool:
        self.close()
        self._reader = self._open()
        return True

    def _grab(self) -> bool:
        """Decode one frame and find out which it is: by its time, or by counting where times cannot be trusted."""
        assert self._reader is not None
        if not self._reader.grab():
            return False
        if self._index.stamps is None:
            self._position += 1
            return True
        return self._stands_on_a_frame()

    def _stands_on_a_frame(self) -> bool:
        assert self._reader is not None
        place = self._index.locate(self._reader.stamp())
        self._position = -1 if place is None else place
        return place is not None

    def _step_to(self, index: int, kept: FrameCache | None, behind: int) -> bool:
        while self._position < index:
            if kept is not None and index - behind <= self._position and self._reader is not None:
                kept.put(self._position, self._reader.retrieve())
            if not self._grab():
                return False
        return self._position == index
