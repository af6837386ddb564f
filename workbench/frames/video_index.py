"""Know which frame is which: the time of every frame that a decoder really hands out, and where it may start.

`CAP_PROP_FRAME_COUNT` is a guess from the header and `CAP_PROP_POS_FRAMES` a guess from the frame rate; both are wrong
on transport streams, cut files and variable frame rates. Times are not: each frame carries its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from workbench.frames.video_scan import VideoScan

TOLERANCE_S = 2e-6  # two readings of one stamp; the ticks of a transport stream are 11e-6 apart
READ_THROUGH_PIXELS = 40_000_000  # a clip of fewer pixels in all is indexed by decoding it: 0.1 to 0.2 s
HEAD_FRAMES = 48  # of a longer one, this many first frames and the last group of pictures are compared with its packets


class Reader(Protocol):
    """A decoder on its way through a file: it steps, jumps somewhere near a time, and tells the time it is at."""

    def grab(self) -> bool:
        """Decode the next frame; False at the end."""

    def stamp(self) -> float:
        """Return the time of the grabbed frame in seconds on the stream's clock; NaN where it has none."""

    def retrieve(self) -> np.ndarray:
        """Return the grabbed frame as (H, W, 3) uint8."""

    def seek(self, stamp: float) -> None:
        """Jump to somewhere near `stamp` and grab a frame there; only its stamp says which."""

    def close(self) -> None:
        """Release the file."""


@dataclass(frozen=True, slots=True, eq=False)
class VideoIndex:
    """The frames of a video in the order a sequential read gives them."""

    times_s: np.ndarray  # (N,) float64, 0 at the first frame
    stamps: np.ndarray | None  # (N,) float64 on the stream's clock, rising; None where stamps cannot be trusted
    keys: np.ndarray  # (K,) int, the frames that decoding may start from, rising, the first is 0

    def __len__(self) -> int:
        return len(self.times_s)

    @property
    def seekable(self) -> bool:
        """Whether a frame can be told by its time."""
        return self.stamps is not None and len(self) > 1

    def locate(self, stamp: float) -> int | None:
        """Return the index of the frame at `stamp`; None where there is none."""
        if self.stamps is None or not np.isfinite(stamp):
            return None
        near = int(np.searchsorted(self.stamps, stamp - TOLERANCE_S))
        found = near < len(self) and abs(self.stamps[near] - stamp) <= TOLERANCE_S
        return near if found else None

    def key_before(self, index: int) -> int:
        """Return the place in `keys` of the last key frame at or before `index`."""
        return int(np.searchsorted(self.keys, index, side="right")) - 1


def index_of_packets(scan: VideoScan) -> VideoIndex:
    """Take the times of a clean scan for those of the frames."""
    return VideoIndex(scan.stamps - scan.stamps[0], scan.stamps, np.union1d([0], np.flatnonzero(scan.keys)))


def index_by_decoding(scan: VideoScan, reader: Reader) -> VideoIndex:
    """Read through the file once and take the times of the frames that come.

    Where they do not rise (AVI with B-frames, raw streams) they are no times: frames are then a frame period apart,
    and are found by counting from the start.
    """
    found = []
    while reader.grab():
        found.append(reader.stamp())
    stamps = np.array(found, np.float64)
    if not np.all(np.isfinite(stamps)) or not np.all(np.diff(stamps) > TOLERANCE_S):
        period = 1 / scan.rate if scan.rate else 0.0
        return VideoIndex(np.arange(len(found)) * period, None, np.zeros(1, int))
    index = VideoIndex(stamps - stamps[0], stamps, np.zeros(1, int))
    keys = [place for stamp in scan.stamps[scan.keys] if (place := index.locate(float(stamp))) is not None]
    return replace(index, keys=np.union1d(index.keys, np.array(keys, int)))
