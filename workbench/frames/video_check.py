"""Decode the beginning of a video file once, strictly, and count the frames that are not whole.

Most containers carry no checksums, so damage in the middle shows in the decoder alone: FFmpeg conceals it, OpenCV hands
out the result as if whole, or leaves frames out without a word. Asked to be strict, FFmpeg's decoders say so; about
thirty whole clips of eight containers and five codecs, cut, interlaced and of uneven rate among them, pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from workbench.cache import recall, remember
from workbench.checksums import version_of
from workbench.frames.headers import pixel_limit
from workbench.frames.video_file import opened, video_stream

BUDGET_PIXELS = 100_000_000  # 250 frames of 640x400, 48 of 1080p: about 0.25 s, once for a file
# Decoders that never hand out a frame of broken data (35 of 35 damaged clips), and complain of whole ones: in a cut of
# copied packets, that a frame they are to forget was before the cut. What they hand out is whole.
SCRUPULOUS = frozenset({"h264"})
MOST_SIZES = 4  # of frames that are told apart
CLIPS = "clips"  # where the answers are kept
RULES = 2  # of the check; raise it when they change, and every clip is checked again


@dataclass(frozen=True, slots=True)
class Checked:
    """What strict decoding has found."""

    frames: int  # that were looked at
    broken: int  # of them: they do not decode, or not whole
    to_the_end: bool  # False where the budget was spent before
    sizes: tuple[tuple[int, int, int], ...]  # (first frame, width, height) of every size, in order; one is usual


def check_frames(path: Path) -> Checked:
    """Decode the first `BUDGET_PIXELS` of a file with one thread, so that every machine counts the same.

    The answer on a file is kept as long as it does not change, in this process and in the cache folder.

    Raises:
        UnreadableSource: it cannot be opened.
    """
    return _known(path.resolve(), pixel_limit(), *version_of(path.stat()))


@lru_cache(maxsize=256)
def _known(path: Path, *version: int) -> Checked:
    facts = [RULES, av.__version__, str(path), *version]
    if known := recall(CLIPS, facts):
        return Checked(**known | {"sizes": tuple(tuple(size) for size in known["sizes"])})
    checked = _checked(path)
    remember(CLIPS, facts, asdict(checked))
    return checked


def _checked(path: Path) -> Checked:
    broken: set[object] = set()  # by their stamps: what is broken as a packet is so as a frame, too
    refused: set[object] = set()  # packets that the decoder has something against
    whole: set[object] = set()  # frames that it handed out
    sizes: list[tuple[int, int, int]] = []
    packets = number = pixels = 0
    with opened(path) as container:
        forgiven = whole if video_stream(container).codec_context.name in SCRUPULOUS else set()
        for packet, found in _strictly(container):
            packets += packet.size > 0
            if packet.size and found is None:
                refused.add(_stamp(packet))
            if packet.size and packet.is_corrupt:
                broken.add(_stamp(packet))
            for frame in found or ():
                (broken if frame.is_corrupt else whole).add(_stamp(frame))
                if len(sizes) < MOST_SIZES and (not sizes or sizes[-1][1:] != (frame.width, frame.height)):
                    sizes.append((number, frame.width, frame.height))
                number += 1
                pixels += frame.width * frame.height
            if pixels >= BUDGET_PIXELS:
                break
    broken |= refused - forgiven
    return Checked(packets, min(len(broken), packets), pixels < BUDGET_PIXELS, tuple(sizes))


def _strictly(container: InputContainer) -> Iterator[tuple[Packet[VideoStream], list[VideoFrame] | None]]:
    """Yield each packet with the frames that came with it; None: it does not decode."""
    stream = video_stream(container)
    stream.codec_context.thread_count = 1
    stream.codec_context.options = {"err_detect": "explode", "max_pixels": str(pixel_limit())}
    try:
        for packet in container.demux(stream):
            found: list[VideoFrame] | None = None
            with suppress(av.FFmpegError):
                found = list(packet.decode())
            yield packet, found
    except av.FFmpegError:  # the packets cannot be read further: whoever lists them says so
        return


def _stamp(item: Packet[VideoStream] | VideoFrame) -> object:
    stamp = item.dts if item.pts is None else item.pts
    return object() if stamp is None else stamp
