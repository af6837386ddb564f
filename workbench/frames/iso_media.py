"""The boxes of an MP4 or MOV file (ISO/IEC 14496-12): where they end, and how many frames they announce."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

NESTED = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf"}
COUNTED = {b"stsz": 8, b"stz2": 8, b"trun": 4}  # boxes that announce samples -> place of the number in their body
SMALLEST = 8  # bytes of a box: its length and its name


def boxes_end(file: BinaryIO, size: int) -> int:
    """Return where the last of the top-level boxes says that it ends; `size` where that cannot be told.

    A file in fragments that ends within the head of a box, or behind the head of a fragment (moof), was to go on.
    """
    place, names = 0, [b""]
    for name, _, end in _boxes(file, 0, size):
        place = end
        names.append(name)
    torn = b"moof" in names and 0 < size - place < SMALLEST
    return place + SMALLEST if torn or (names[-1] == b"moof" and place <= size) else max(place, size)


def most_samples(file: BinaryIO, size: int) -> int:
    """Return the largest number of samples that one box announces.

    Where they are all of one size, no table follows that would take as many bytes: 4 bytes can announce 4 billion, and
    FFmpeg makes room for them all.
    """
    return max(_announced(file, 0, size), default=0)


def _announced(file: BinaryIO, start: int, end: int) -> Iterator[int]:
    for name, body, box_end in _boxes(file, start, end):
        if name in NESTED:
            yield from _announced(file, body, min(box_end, end))
        elif name in COUNTED:
            file.seek(body + COUNTED[name])
            yield int.from_bytes(file.read(4), "big")


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start of the body and end of each box (4.2); the last may end past `end`."""
    place = start
    while place + SMALLEST <= end:
        file.seek(place)
        head = file.read(16)
        length, name, body = int.from_bytes(head[:4], "big"), head[4:8], place + 8
        if length == 1:  # a 64-bit length follows
            length, body = int.from_bytes(head[8:16], "big"), place + 16
        if length == 0:  # to the end of the file
            length = end - place
        if length < SMALLEST or not name.isascii():  # no box: whatever follows the last one
            return
        yield name, body, place + length
        place += length
