"""Tell a video file that is cut short by its container: the sizes it declares against the bytes it has."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from workbench.frames.iso_media import SMALLEST, boxes_end, most_samples

TRANSPORT_HEAD = 256  # bytes that `transport_packet` wants
BOXES = (b"ftyp", b"styp", b"moov", b"mdat", b"free", b"wide", b"skip")  # that an MP4 or MOV may start with
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_FILE = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")  # file properties
_ASF_HEAD = 65536  # bytes in which they are looked for; they are among the first of the header
_RIFF_UNKNOWN = 0xFFFFFFFF
_EBML, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"


def missing_bytes(path: Path) -> int:
    """Return how many bytes the container declares and the file does not have; 0 where it cannot be told.

    RIFF (AVI), ISO media (MP4, MOV), Matroska (MKV, WebM) and ASF (WMV) declare their sizes. A transport stream does
    not, but it is made of packets of one size, and can end only behind one.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(TRANSPORT_HEAD)
        file.seek(0)
        if head[:4] == b"RIFF":
            declared = _riff_end(file, size)
        elif packet := transport_packet(head):
            declared = -(-size // packet) * packet
        elif head[:4] == _EBML:
            declared = _matroska_end(file, size)
        elif head.startswith(_ASF):
            declared = _asf_end(file, size)
        elif head[4:8] in BOXES:
            declared = boxes_end(file, size)
        else:
            return 0
    return max(0, declared - size)


def promises_too_much(path: Path) -> bool:
    """Tell whether an MP4 or MOV announces more frames than it has bytes; FFmpeg would fill the memory for them."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(SMALLEST)
        return head[4:8] in BOXES and most_samples(file, size) > size


def transport_packet(head: bytes) -> int:
    """Return the size of the packets of an MPEG transport stream; 0 for another file.

    Each starts with 0x47 and has 188 bytes (ISO/IEC 13818-1, 2.4.3.2); on Blu-ray and AVCHD four more come before it.
    """
    if head[:1] == b"G" and head[188:189] == b"G":
        return 188
    return 192 if head[4:5] == b"G" and head[196:197] == b"G" else 0


def _riff_end(file: BinaryIO, size: int) -> int:
    """Walk the RIFF chunks, of which a large AVI has several (OpenDML 1.02); return where the last says it ends.

    A recorder that was killed leaves a size of 0, and one that writes to a pipe the highest there is: nothing is known,
    then. A chunk of odd length has a byte behind it, which may be left out at the end.
    """
    place = 0
    while place + 8 <= size:
        file.seek(place)
        head = file.read(8)
        length = int.from_bytes(head[4:8], "little")
        if head[:4] != b"RIFF" or length in (0, _RIFF_UNKNOWN):
            return size
        place += 8 + length
        if place < size:
            place += length % 2
    return place


def _matroska_end(file: BinaryIO, size: int) -> int:
    """Return where the segment says it ends (RFC 8794, RFC 9559); a live recording leaves its size open."""
    file.seek(len(_EBML))
    header = _element_size(file)
    if header is None:
        return size
    file.seek(header, 1)
    if file.read(4) != _SEGMENT:
        return size
    length = _element_size(file)
    return size if length is None else file.tell() + length


def _asf_end(file: BinaryIO, size: int) -> int:
    """Return the size of the file by its header (ASF specification 01.20.05, 3.2); that of a broadcast says nothing."""
    head = file.read(_ASF_HEAD)
    place = head.find(_ASF_FILE)
    flags = head[place + 88 : place + 89]
    if place < 0 or not flags or flags[0] & 1:
        return size
    return int.from_bytes(head[place + 40 : place + 48], "little")


def _element_size(file: BinaryIO) -> int | None:
    """Read an EBML variable-length size; None where it is unknown (all ones)."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    width = 9 - first[0].bit_length()
    value = int.from_bytes(first + file.read(width - 1), "big") & ~(1 << (7 * width))
    return None if value == (1 << (7 * width)) - 1 else value
