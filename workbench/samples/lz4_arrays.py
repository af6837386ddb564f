"""Read the arrays of a pickled list that joblib compressed with LZ4, without unpickling: that would run its code.

LZ4 frames and blocks as in the LZ4 project's lz4_Frame_format.md 1.6 and lz4_Block_format.md; no checksum is
verified, as every file is known by its hash. joblib (1.4, `numpy_pickle.py`) writes each array as plain bytes after its
description, which ends with the state of the description's object and 1 to 16 bytes of padding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from workbench.errors import ModelLoadError

MAGIC = b"\x04\x22\x4d\x18"
HEADER = 7  # bytes: magic, flags without content size or dictionary, block size, checksum of these
RAW = 1 << 31  # in the size of a block: it is not compressed
BEFORE_DATA = b"K\x10ub"  # pickled: numpy_array_alignment_bytes is 16, then the end of the description
END = b"e."  # pickled: the end of the list, and of the pickle


def read_arrays(content: bytes, shapes: Iterable[tuple[int, ...]]) -> list[np.ndarray]:
    """Return the float32 arrays of the list, which has these shapes.

    Raises:
        ModelLoadError: it is no such file, or its arrays have other sizes.
    """
    try:
        return list(_arrays(b"".join(_blocks(content)), shapes))
    except (IndexError, ValueError) as error:
        raise ModelLoadError(f"these are no weights that joblib compressed with LZ4: {error}") from error


def _arrays(pickled: bytes, shapes: Iterable[tuple[int, ...]]) -> Iterator[np.ndarray]:
    at = 0
    for shape in shapes:
        padding = pickled.index(BEFORE_DATA, at) + len(BEFORE_DATA)
        start = padding + 1 + pickled[padding]
        array = np.frombuffer(pickled, "<f4", int(np.prod(shape)), start).reshape(shape)
        at = start + array.nbytes
        yield array
    if pickled[at:] != END:
        raise ValueError("the arrays have other sizes than the networks")


def _blocks(content: bytes) -> Iterator[bytes]:
    if content[:4] != MAGIC or content[4] & 0b1001:
        raise ValueError("it does not begin as an LZ4 frame")
    written, at = bytearray(), HEADER
    while size := int.from_bytes(content[at : at + 4], "little"):
        at += 4
        block = content[at : at + size % RAW]
        at += size % RAW
        begun = len(written)
        if size & RAW:
            written += block
        else:
            _decode(block, written)
        yield bytes(written[begun:])


def _decode(block: bytes, out: bytearray) -> None:
    """Append what `block` stands for: runs of literal bytes, each followed by a copy of what is already there."""
    at = 0
    while at < len(block):
        token = block[at]
        literals, at = _length(token >> 4, block, at + 1)
        out += block[at : at + literals]
        at += literals
        if at >= len(block):
            return
        back = int.from_bytes(block[at : at + 2], "little")
        copies, at = _length(token & 15, block, at + 2)
        for _ in range(copies + 4):
            out.append(out[-back])  # one by one: it may copy what it has just written


def _length(short: int, block: bytes, at: int) -> tuple[int, int]:
    """Return a length, of which 15 means that more bytes follow while they are 255, and where the next thing is."""
    length = short
    while short == 15 and at < len(block):
        length += block[at]
        at += 1
        if block[at - 1] != 255:
            break
    return length, at
