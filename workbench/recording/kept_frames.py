"""The frames of a recording: one sequence over its segments, with the numbers and times of the live session."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import NamedTuple

import numpy as np

from workbench.frames import as_rgb
from workbench.frames.frame import FrameSequence
from workbench.readable import one_line


class Kept(NamedTuple):
    """A recorded frame."""

    segment: int
    place: int  # in its segment
    number: int  # among all that the live source delivered
    time_s: float  # since the first of the recording was captured
    origin: str


class KeptFrames(FrameSequence):
    """Frames as the model was fed them, bit for bit, RGB; any frame in any order.

    They are decoded already as far as a recipe is concerned: every decoder gives these pixels.
    """

    def __init__(self, segments: Sequence[FrameSequence], kept: Sequence[Kept], *, origin: str) -> None:
        """Take the segments, and where each frame is in them."""
        self._segments, self._kept, self.origin = segments, kept, origin

    def __len__(self) -> int:
        return len(self._kept)

    def __repr__(self) -> str:
        return one_line(
            f"<{type(self).__name__} of {self.origin}: {len(self)} frames in {len(self._segments)} segments>"
        )

    def array(self, index: int) -> np.ndarray:
        """Return frame `index` (H, W, 3) uint8 RGB."""
        kept = self._kept[index]
        segment = self._segments[kept.segment]
        return as_rgb(segment.array(kept.place), segment.order)

    def arrays(self) -> Iterator[np.ndarray]:
        """Yield every frame, reading through each segment once."""
        for number, group in groupby(self._kept, key=lambda kept: kept.segment):
            segment, count = self._segments[number], len(list(group))
            yield from (as_rgb(image, segment.order) for image in islice(segment.arrays(), count))

    def pick(self, indices: Iterable[int]) -> Iterator[np.ndarray]:
        """Yield the frames at `indices`; runs within one segment are read by a reader of their own."""
        for number, group in groupby((self._kept[i] for i in indices), key=lambda kept: kept.segment):
            segment = self._segments[number]
            yield from (as_rgb(image, segment.order) for image in segment.pick([kept.place for kept in group]))

    def time_s(self, index: int) -> float:
        """Return when frame `index` was captured, in seconds since the first of the recording."""
        return self._kept[index].time_s

    def index_of(self, index: int) -> int:
        """Return the number of frame `index` among all that the live source delivered."""
        return self._kept[index].number

    def origin_of(self, index: int) -> str:
        """Return where frame `index` came from, live."""
        return self._kept[index].origin

    def close(self) -> None:
        """Release the files."""
        for segment in self._segments:
            segment.close()
