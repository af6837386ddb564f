"""The boxes of an MP4 or MOV file (ISO/IEC 14496-12): where they end, and how many frames they announce."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

NESTED = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf"}
COUNTED = {b"stsz": 8, b"stz2": 8, b"trun": 4}  # boxes that announce samples -> place of the number in their body
# Boxes that stand outermost (and `skip`, `wide`, `pnot`, `PICT` of QuickTime): of another one that ends past the file
# nobody can say that it is a box. Cameras and tag writers append to a file what is none.
OUTERMOST = frozenset(
    b"ftyp styp moov mdat moof mfra free skip wide udta uuid meta sidx ssix prft emsg pdin imda pnot PICT".split()
)
OF_DATA = {b"alis", b"url "}  # handlers of QuickTime that say where the data lies, not what it is
SMALLEST = 8  # bytes of a box: its length and its name


def boxes_end(file: BinaryIO, size: int) -> int:
    """Return where the last of the outermost boxes says that it ends; `size` where that cannot be told.

    A file in fragments that ends within the head of a box, or behind the head of a fragment (moof), was to go on.
    """
    place, names = 0, [b""]
    for name, _, end in _boxes(file, 0, size):
        if end > size and name not in OUTERMOST:
            break
        place = end
        names.append(name)
    torn = b"moof" in names and 0 < size - place < SMALLEST
    return place + SMALLEST if torn or (names[-1] == b"moof" and place <= size) else max(place, size)


def most_samples(file: BinaryIO, size: int) -> int:
    """Return the largest number of samples that one box announces.

    Where they are all of one size, no table follows that would take as many bytes: 4 bytes can announce 4 billion, and
    FFmpeg makes room for them all; but not for those of plain sound, of which there are often more than bytes.
    """
    return max(_announced(file, 0, size), default=0)


def _announced(file: BinaryIO, start: int, end: int, *, plain: bool = False) -> Iterator[int]:
    for name, body, box_end in _boxes(file, start, end):
        inside = body, min(box_end, end)
        if name in NESTED:
            yield from _announced(file, *inside, plain=_plain_sound(file, *inside) if name == b"trak" else plain)
        elif name in COUNTED and not (plain and name == b"stsz"):
            yield _number(file, body + COUNTED[name])


def _plain_sound(file: BinaryIO, start: int, end: int) -> bool:
    """Tell a track of sound whose samples all last one tick: FFmpeg lists its chunks (mov.c, mov_build_index)."""
    handlers = {_number(file, body + 8).to_bytes(4, "big") for body in _found(file, b"hdlr", start, end)}
    steps = {(_number(file, body + 4), _number(file, body + 12)) for body in _found(file, b"stts", start, end)}
    return handlers - OF_DATA == {b"soun"} and steps == {(1, 1)}


def _found(file: BinaryIO, wanted: bytes, start: int, end: int) -> Iterator[int]:
    """Yield where the bodies of the boxes of one name start, at any depth."""
    for name, body, box_end in _boxes(file, start, end):
        if name == wanted:
            yield body
        elif name in NESTED:
            yield from _found(file, wanted, body, min(box_end, end))


def _number(file: BinaryIO, place: int) -> int:
    file.seek(place)
    return int.from_bytes(file.read(4), "big")


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
