"""H.264 pictures as RTP packets (RFC 3550, RFC 6184)."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import av
from av.bitstream import BitStreamFilterContext

PAYLOAD_TYPE = 96  # the first of those that the session description defines
CLOCK_HZ = 90_000  # RFC 6184, 8.2.1
LARGEST = 1400  # bytes of payload, to fit an Ethernet frame
FRAGMENT = 28  # FU-A, RFC 6184, 5.8
START_CODE = re.compile(rb"\x00{2,}\x01")


def access_units(clip: Path | io.BytesIO) -> list[bytes]:
    """Return the coded pictures of a clip without reordering, each as H.264 with start codes (Annex B)."""
    with av.open(clip if isinstance(clip, io.BytesIO) else str(clip), "r") as container:
        stream = container.streams.video[0]
        annex_b = BitStreamFilterContext("h264_mp4toannexb", stream)
        packets = [each for packet in container.demux(stream) for each in annex_b.filter(packet)]
        return [bytes(packet) for packet in packets if packet.size]


class Packetizer:
    """Numbers the packets of one connection."""

    def __init__(self, source: int) -> None:
        self._source, self._sequence = source, 0

    def packets(self, unit: bytes, time_s: float) -> Iterator[bytes]:
        """Yield the packets of one picture."""
        nals = [nal for nal in START_CODE.split(unit) if nal]
        payloads = [payload for nal in nals for payload in _payloads(nal)]
        for number, payload in enumerate(payloads):
            last = number == len(payloads) - 1
            kind = PAYLOAD_TYPE | (0x80 if last else 0)
            clock = round(time_s * CLOCK_HZ) & 0xFFFFFFFF
            yield struct.pack(">BBHII", 0x80, kind, self._sequence, clock, self._source) + payload
            self._sequence = (self._sequence + 1) & 0xFFFF


def _payloads(nal: bytes) -> Iterator[bytes]:
    """Yield a NAL unit whole, or in fragments where it is large."""
    if len(nal) <= LARGEST:
        yield nal
        return
    head, body = nal[0], nal[1:]
    for place in range(0, len(body), LARGEST - 2):
        piece = body[place : place + LARGEST - 2]
        first, last = place == 0, place + len(piece) == len(body)
        yield bytes([head & 0xE0 | FRAGMENT, head & 0x1F | first << 7 | last << 6]) + piece
