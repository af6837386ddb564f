"""Read what a video file says about its frames: packet times, key frames, damage.

One pass of PyAV over the packets, some 100,000 a second, and the strict decoding of its beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer

from workbench.errors import UnreadableSource
from workbench.frames.containers import missing_bytes
from workbench.frames.headers import HEAD_BYTES, first_words, kind_of, pixel_limit, too_many_pixels
from workbench.frames.video_check import Checked, check_frames
from workbench.frames.video_file import opened, video_stream

KEYED_FORMATS = frozenset(("mov", "matroska", "avi", "flv"))  # a seek in these lands on a key frame of their index
TIMED_FORMATS = frozenset(("matroska", "flv"))  # these say how long they are, not how many frames they have
NEARLY_ALL = 0.9  # of the frames: damage seldom spares so few
PROGRESSIVE = 1  # AV_FIELD_PROGRESSIVE; 0 is unknown, from 2 on interlaced


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
    sizes: tuple[tuple[int, int, int], ...] = ()  # (first frame, width, height) of every size that was seen, in order
    checked_through: bool = True  # False where the file was too long to be decoded to its end for that

    @property
    def keyed(self) -> bool:
        """Whether a seek lands on a key frame."""
        return self.container in KEYED_FORMATS


def scan_video(path: Path) -> VideoScan:
    """Scan a local video file.

    Raises:
        UnreadableSource: text (a playlist that would open other files), no video or no frame in it, or cut short
            beyond reading.
        InvalidValue: frames of more pixels than the limit.
    """
    _expect_video(path)
    with opened(path) as container:
        stream = video_stream(container)
        width, height = stream.codec_context.width, stream.codec_context.height
        if width * height > pixel_limit():
            raise too_many_pixels(str(path), f"{width}x{height}")
        rate = float(stream.average_rate or stream.guessed_rate or 0)
        name = container.format.name.split(",")[0]
        start, tick = stream.start_time or 0, float(stream.time_base or 0)
        promise = _promise(container, name, rate)
        packets, problem = _read_packets(container)
        codec, field_order = stream.codec_context.codec.canonical_name, stream.codec_context.field_order
    shown = [packet for packet in packets if not packet.discard]
    if not shown:
        raise UnreadableSource(f"{path} has no frames in it; get the whole file")
    timed = [packet for packet in shown if packet.pts is not None]
    timed.sort(key=lambda packet: packet.pts or 0)
    stamps = np.array([((packet.pts or 0) - start) * tick for packet in timed], np.float64)
    checked = check_frames(path)
    damaged = _damage(_loss(path, len(packets), promise, problem or checked.broken), problem, checked)
    return VideoScan(
        path=path,
        container=name,
        codec=codec,
        size=(width, height),
        rate=rate,
        stamps=stamps,
        progressive=field_order == PROGRESSIVE,
        keys=np.array([packet.key for packet in timed], bool),
        clean=damaged is None and len(timed) == len(shown) and _in_order(stamps),
        damaged=damaged,
        sizes=checked.sizes,
        checked_through=checked.to_the_end,
    )


@dataclass(frozen=True, slots=True)
class _Packet:
    pts: int | None
    key: bool
    discard: bool


def _promise(container: InputContainer, name: str, rate: float) -> tuple[int, str]:
    """Return how many frames the container announces, 0 where it does not say, and what to say before the number."""
    if count := video_stream(container).frames:
        return count, "of"
    seconds = (container.duration or 0) / av.time_base if name in TIMED_FORMATS else 0.0
    return round(seconds * rate), "of about"


def _read_packets(container: InputContainer) -> tuple[list[_Packet], str]:
    """Return the packets that hold anything, and what keeps the rest from being read."""
    packets: list[_Packet] = []
    try:
        for packet in container.demux(video_stream(container)):
            if packet.size:
                packets.append(_Packet(packet.pts, packet.is_keyframe, packet.is_discard))
    except av.FFmpegError as error:
        return packets, f"nothing can be read past frame {len(packets)} ({error.strerror})"
    return packets, ""


def _loss(path: Path, count: int, promise: tuple[int, str], hurt: object) -> str:
    """Say how much is there of a file that is cut short, or is hurt and has lost frames; empty of any other.

    Fewer frames than are announced are no damage by themselves: some writers count what they have left out.
    """
    promised, of = promise
    there = f"{count} {of} {promised} frames are there" if promised else f"{count} frames are there"
    if not (lost := missing_bytes(path)):
        return there if hurt and promised > count else ""
    size = f"{lost / 1000:,.0f} kB" if lost >= 1000 else f"{lost} bytes"
    return f"cut short, {there} (at least {size} are missing)"


def _damage(loss: str, problem: str, checked: Checked) -> str | None:
    """Say all that is wrong with a file, in one line; None where nothing is."""
    of = f"{checked.frames}" if checked.to_the_end else f"the first {checked.frames}"
    broken = f"{checked.broken} of {of} frames {'are' if checked.broken > 1 else 'is'} broken" * bool(checked.broken)
    if checked.frames > 1 and checked.broken > NEARLY_ALL * checked.frames:
        broken += " (is it encrypted?)"
    return "; ".join(filter(None, (loss, problem, broken))) or None


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
