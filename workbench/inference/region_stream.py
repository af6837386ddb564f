"""The regions of many frames as one stream of pictures, so that they are classified in full batches."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from workbench.frames.frame import ChannelOrder, Frame, FrameStream, as_rgb
from workbench.inference.cascade_mistakes import Cut
from workbench.inference.detecting import Seen, Tally

if TYPE_CHECKING:
    import supervision as sv


class RegionStream(FrameStream):
    """Cuts regions as they are asked for, and keeps of each frame its boxes, their fates and its size - no pixels."""

    origin = "regions"

    def __init__(self, seen: Iterable[Seen], order: ChannelOrder, cut: Cut, tally: Tally) -> None:
        self.order = order
        self.detections: list[sv.Detections] = []
        self.fates: list[np.ndarray] = []
        self.sizes: list[tuple[int, int]] = []
        self._tally = tally
        self._coming = self._cut(seen, cut)
        self._first = list(self._next())

    @property
    def empty(self) -> bool:
        """No frame has a region; all frames have been looked at then."""
        return not self._first

    def arrays(self) -> Iterator[np.ndarray]:
        """Yield each region (h, w, 3) uint8 in the frames' channel order."""
        return chain(self._first, self._coming)

    def __iter__(self) -> Iterator[Frame]:
        """Yield each region as a Frame, RGB."""
        for number, region in enumerate(self.arrays()):
            yield Frame(as_rgb(region, self.order), number, origin=self.origin)

    def _next(self) -> Iterator[np.ndarray]:
        for region in self._coming:
            yield region
            return

    def _cut(self, seen: Iterable[Seen], cut: Cut) -> Iterator[np.ndarray]:
        for picture, detections in seen:
            start = time.perf_counter()
            regions = cut(picture, detections.xyxy)
            self._tally.seconds["crop"] += time.perf_counter() - start
            self._tally.counts.update(regions.counts)
            self.detections.append(detections)
            self.fates.append(regions.fates)
            self.sizes.append((picture.shape[0], picture.shape[1]))
            yield from regions.pictures
