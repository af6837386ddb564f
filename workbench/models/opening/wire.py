"""Walk the top level of a Protocol Buffers message: enough to tell whose file it is, and whether it is whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5  # wire types: protobuf.dev, "Encoding"
MOST_FIELDS = 100_000  # of one message; a graph has one for each node


class CutOff(Exception):
    """The message ends before a field of it does."""


def top_fields(path: Path) -> dict[int, int]:
    """Return wire type by field number of a message's top level, without reading what the fields hold.

    Raises:
        ValueError: this is no message.
        CutOff: the last field runs past the end of the file.
    """
    found: dict[int, int] = {}
    size = path.stat().st_size
    with path.open("rb") as file:
        for _ in range(MOST_FIELDS):
            if file.tell() >= size:
                break
            tag = _varint(file)
            field, wire = tag >> 3, tag & 7
            if not field or found.setdefault(field, wire) != wire:
                raise ValueError(f"field {field} of wire type {wire}")
            _skip(file, wire)
            if file.tell() > size:
                raise CutOff(f"field {field} ends at byte {file.tell()} of {size}")
    return found


def _skip(file: BinaryIO, wire: int) -> None:
    if wire == VARINT:
        _varint(file)
    elif wire == LENGTH:
        file.seek(_varint(file), os.SEEK_CUR)
    elif wire in (FIXED64, FIXED32):
        file.seek(8 if wire == FIXED64 else 4, os.SEEK_CUR)
    else:
        raise ValueError(f"wire type {wire}")


def _varint(file: BinaryIO) -> int:
    value = 0
    for shift in range(0, 64, 7):
        byte = file.read(1)
        if not byte:
            raise CutOff("a number ends with the file")
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
    raise ValueError("a number of more than 64 bits")
