"""Write a video that can be read after a crash at any moment, by PyAV: each second of it is a piece that stands alone.

Two kinds. `LOSSLESS` keeps every pixel: H.264 in RGB, quantizer 0 (libx264rgb), in Matroska. `VIEWABLE` is for people:
H.264 in YUV 4:2:0, in a fragmented MP4, which every player and browser shows. What was not yet a whole piece when the
process died, up to a second, is lost.

Measured on a real 720p clip (60 frames, one thread, CPU a frame), all bit-exact through OpenCV and PyAV:
libx264rgb ultrafast 0.93 MB and 15.5 ms, every frame a key frame 1.40 MB and 16.1 ms, superfast 0.73 MB and 49 ms;
FFV1 in bgr0 with 4 slices 0.55 MB and 34 ms. A live session has less CPU than disk to spare, so libx264rgb ultrafast
it is; FFV1 stands in where FFmpeg was built without x264. VIEWABLE: ultrafast 0.028 MB and 9 ms, superfast 0.011 MB and
10 ms, veryfast 0.010 MB and 14 ms.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from workbench.cluster.share import threads as allowed_threads

PIECE_S = 1.0  # a key frame at least this often, and with it a piece that can be read
NOMINAL_FPS = 30  # written into the header; every frame carries its own time
BT601 = 5  # AVCOL_SPC_BT470BG: the matrix of cv2.COLOR_RGB2YUV_I420
VIDEO_RANGE = 1  # AVCOL_RANGE_MPEG: luma 16 to 235, as that conversion gives


@dataclass(frozen=True, slots=True)
class Coding:
    """How frames become a file."""

    suffix: str
    codec: str
    pixels: str  # FFmpeg's name of the format that the codec is given
    tick: Fraction  # of the presentation times, in seconds
    frame: Callable[[np.ndarray], VideoFrame]  # from (H, W, 3) uint8 RGB
    options: dict[str, str] = field(default_factory=dict)
    container: dict[str, str] = field(default_factory=dict)


def _rgb_frame(image: np.ndarray) -> VideoFrame:
    return VideoFrame.from_ndarray(image, format="rgb24")


def _bgr0_frame(image: np.ndarray) -> VideoFrame:
    return VideoFrame.from_ndarray(image, format="rgb24").reformat(format="bgr0")


def _yuv_frame(image: np.ndarray) -> VideoFrame:
    """Convert by OpenCV, several times as fast as by FFmpeg's scaler; an odd side gets its last pixels twice."""
    height, width = image.shape[:2]
    if height % 2 or width % 2:
        image = cv2.copyMakeBorder(image, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    planes = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2YUV_I420), np.uint8)
    return VideoFrame.from_ndarray(planes, format="yuv420p")


_X264 = {"tune": "zerolatency", "forced-idr": "1"}  # no frame waits for a later one
_MATROSKA = {"cluster_time_limit": "1000", "flush_packets": "1"}
LOSSLESS = (
    Coding(
        ".mkv", "libx264rgb", "rgb24", Fraction(1, 1000), _rgb_frame,
        {"preset": "ultrafast", "qp": "0", **_X264}, _MATROSKA,
    )
    if "libx264rgb" in av.codecs_available
    else Coding(
        ".mkv", "ffv1", "bgr0", Fraction(1, 1000), _bgr0_frame,
        {"level": "3", "slices": "4"}, _MATROSKA,
    )
)  # fmt: skip
VIEWABLE = Coding(
    ".mp4", "libx264" if "libx264" in av.codecs_available else "mpeg4", "yuv420p", Fraction(1, 90_000), _yuv_frame,
    {"preset": "superfast", "crf": "23", **_X264},
    {"movflags": "frag_keyframe+empty_moov+default_base_moof", "flush_packets": "1"},
)  # fmt: skip


class VideoFile:
    """One video that is being written; its frames have one size and rising times.

    Attributes:
        path: the file.
        size: height, width of its frames in pixels.
        frames: how many were written.
    """

    def __init__(self, path: Path, coding: Coding, size: tuple[int, int]) -> None:
        """Open the file for frames of `size` (height, width) pixels.

        Raises:
            OSError: it cannot be written.
        """
        self.path, self.size, self.frames, self._coding = path, size, 0, coding
        self._container = av.open(str(path.resolve()), "w", options=coding.container)
        self._stream = self._opened(size)
        self._closed = False
        self._last = -1  # presentation time of the last frame, in ticks
        self._key = -1  # of the last key frame

    def write(self, image: np.ndarray, time_s: float) -> None:
        """Add (H, W, 3) uint8 RGB, to be shown at `time_s`; the next tick where that one is taken.

        Raises:
            OSError: the disk is full, or gone.
        """
        frame = self._coding.frame(np.ascontiguousarray(image))
        frame.time_base = self._coding.tick
        frame.pts = self._last = max(self._last + 1, round(time_s / self._coding.tick))
        if self._key < 0 or (self._last - self._key) * self._coding.tick >= PIECE_S:
            frame.pict_type, self._key = PictureType.I, self._last
        self._container.mux(self._stream.encode(frame))
        self.frames += 1

    @property
    def bytes(self) -> int:
        """The size of the file on disk, without what is held back until its piece is whole."""
        return self.path.stat().st_size

    def close(self) -> None:
        """Write what is held back, and the end of the file; safe to call twice.

        Raises:
            OSError: the disk is full, or gone.
        """
        if self._closed:
            return
        self._closed = True
        try:
            self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()

    def abandon(self) -> None:
        """Close a file that cannot be written any more, and leave what can be read of it."""
        with suppress(OSError):
            self.close()
        if self.path.suffix == VIEWABLE.suffix and self.path.exists():
            with suppress(OSError):
                trim(self.path)

    def _opened(self, size: tuple[int, int]) -> VideoStream:
        options = dict(self._coding.options)
        stream = cast("VideoStream", self._container.add_stream(self._coding.codec, rate=NOMINAL_FPS, options=options))
        context = stream.codec_context
        even = self._coding.pixels == "yuv420p"
        stream.height, stream.width = (side + side % 2 if even else side for side in size)
        stream.pix_fmt = self._coding.pixels
        context.time_base = self._coding.tick
        context.gop_size = 10 * NOMINAL_FPS  # key frames come by the clock
        context.thread_count = max(1, allowed_threads() // 2)  # slices of one frame: the model needs the rest
        if even:
            context.colorspace, context.color_range = BT601, VIDEO_RANGE
        return stream


def trim(path: Path) -> None:
    """Cut an MP4 off after its last whole box (ISO/IEC 14496-12, 4.2).

    FFmpeg refuses a file that ends within the head of a piece, which is what a full disk may leave. A process that is
    killed leaves no such thing: the head of a piece, a few hundred bytes, goes to the operating system in one call.
    """
    size, whole = path.stat().st_size, 0
    with path.open("r+b") as file:
        while whole + 8 <= size:
            file.seek(whole)
            length = int.from_bytes(file.read(4), "big")
            if length < 8 or whole + length > size:
                break
            whole += length
        file.truncate(whole)
