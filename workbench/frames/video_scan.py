"""Read what a video file says about its frames, without decoding any: packet times, key frames, damage.

One pass of PyAV over the packets; some 100,000 a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import av.container
import av.packet
import numpy as np

from workbench.errors import UnreadableSource
from workbench.frames.containers import missing_bytes
from workbench.frames.headers import HEAD_BYTES, first_words, kind_of, pixel_limit, too_many_pixels

KEYED_FORMATS = frozenset(("mov", "matroska", "avi", "flv"))  # a seek in these lands on a key frame of their index
PROGRESSIVE = 1  # AV_FIELD_PROGRESSIVE; 0 is unknown, from 2 on interlaced
LOCAL_ONLY = {"protocol_whitelist": "file"}  # a local file cannot make the reader fetch from the network


@dataclass(frozen=True, slots=True, eq=False)
class VideoScan:
    """A video file as its container describes it."""

    path: Path
    container: str  # FFmpeg's name: mov, matroska, mpegts, avi...
    codec: str
    size: tuple[int, int]  # (width, height) as stored, before any rotation
    rate: float  # average frames per second; 0 where unknown
    stamps: np.ndarray  # (N,) float64, seconds on the stream's clock of the packets to be shown, in order of showing
    progressive: bool  # False where the frames are interlaced or may be
    keys: np.ndarray  # (N,) bool, packet starts a group of pictures
    clean: bool  # stamps may be those of the frames: all there, all different, nothing damaged
    damaged: str | None

    @property
    def keyed(self) -> bool:
        """Whether a seek lands on a key frame."""
        return self.container in KEYED_FORMATS


def scan_video(path: Path) -> VideoScan:
    """Scan a local video file.

    Raises:
        UnreadableSource: text (a playlist that would open other files), no video in it, or cut short beyond reading.
        InvalidValue: frames of more pixels than the limit.
    """
    _expect_video(path)
    with opened(path) as container:
        stream = container.streams.video[0]
        width, height = stream.codec_context.width, stream.codec_context.height
        if width * height > pixel_limit():
            raise too_many_pixels(str(path), f"{width}x{height}")
        rate = float(stream.average_rate or stream.guessed_rate or 0)
        name = container.format.name.split(",")[0]
        start, tick = stream.start_time or 0, float(stream.time_base or 0)
        packets, damaged = _read_packets(container, stream.index)
        codec, field_order = stream.codec_context.codec.canonical_name, stream.codec_context.field_order
    shown = [packet for packet in packets if not packet.discard]
    timed = [packet for packet in shown if packet.pts is not None]
    timed.sort(key=lambda packet: packet.pts or 0)
    stamps = np.array([((packet.pts or 0) - start) * tick for packet in timed], np.float64)
    if lost := missing_bytes(path):
        damaged = f"the file is cut short, {lost / 1000:,.0f} kB are missing at its end"
    return VideoScan(
        path=path,
        container=name,
        codec=codec,
        size=(width, height),
        rate=rate,
        stamps=stamps,
        progressive=field_order == PROGRESSIVE,
        keys=np.array([packet.key for packet in timed], bool),
        clean=damaged is None and len(timed) == len(shown) > 0 and _in_order(stamps),
        damaged=damaged,
    )


@contextmanager
def opened(path: Path) -> Iterator[av.container.InputContainer]:
    """Open a local video file with PyAV and close it at the end."""
    try:
        container = av.open(str(path.resolve()), options=LOCAL_ONLY)  # absolute: no name is a protocol
    except (av.FFmpegError, OSError, ValueError) as error:
        raise UnreadableSource(f"{path} cannot be opened as a video: {_why(path, error)}") from None
    with container:
        if not container.streams.video:
            raise UnreadableSource(f"{path} has no video stream in it (its format is {container.format.long_name})")
        yield container


@dataclass(frozen=True, slots=True)
class _Packet:
    pts: int | None
    key: bool
    discard: bool


def _read_packets(container: av.container.InputContainer, video: int) -> tuple[list[_Packet], str | None]:
    packets: list[_Packet] = []
    damaged = None
    try:
        for packet in container.demux(container.streams[video]):
            if packet.size:
                packets.append(_Packet(packet.pts, packet.is_keyframe, packet.is_discard))
                if packet.is_corrupt and damaged is None:
                    damaged = f"the data of frame {len(packets) - 1} is incomplete"
    except av.FFmpegError as error:
        damaged = f"its packets cannot be read past frame {len(packets)} ({error.strerror})"
    return packets, damaged


def _in_order(stamps: np.ndarray) -> bool:
    return bool(np.all(np.diff(stamps) > 0))


def _expect_video(path: Path) -> None:
    kind = kind_of(path)
    if kind == "empty":
        raise UnreadableSource(f"{path} is empty (0 bytes); fetch or copy it again")
    if kind == "text":
        with path.open("rb") as file:
            words = first_words(file.read(HEAD_BYTES))
        raise UnreadableSource(
            f"{path} is no video but text, and starts with {words!r}; "
            "pass the video file itself, not a page or playlist"
        )


def _why(path: Path, error: Exception) -> str:
    if missing_bytes(path):
        return "the file is cut short; get the whole file"
    return f"FFmpeg says {getattr(error, 'strerror', None) or error}; is it a video, and whole?"
