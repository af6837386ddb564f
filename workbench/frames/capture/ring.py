"""Hand pictures from one process to another through shared memory, a few places that are used in turn.

The memory is a file without a name (memfd on Linux, an unlinked temporary file elsewhere). The child is given it as an
open descriptor, and it is gone when both processes have let go of it, however they end: nothing is left in a folder,
nothing has to be unlinked or tracked.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Sequence

import numpy as np

SLOTS = 4  # one is written, up to two wait for the reader, one is being copied
GROWTH = 1.25  # when pictures become larger: the places given up are at most as much again as those in use, times 4


def shared_file() -> int:
    """Return the descriptor of an empty file without a name, in memory where the system can."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("workbench-frames")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


class RingWriter:
    """The child's side: put each picture into a free place."""

    def __init__(self, descriptor: int) -> None:
        self._file = descriptor
        self._memory: mmap.mmap | None = None
        self._size = self._capacity = 0
        self._free: list[int] = []  # offsets of places that are free
        self._used: set[int] = set()  # offsets of those that the reader has

    def put(self, image: np.ndarray) -> int | None:
        """Copy a picture uint8 into a free place; return its offset in bytes, or None where all are taken."""
        if image.nbytes > self._capacity:
            self._grow(image.nbytes)
        if not self._free:
            return None
        offset = self._free.pop()
        np.copyto(view(self._memory, offset, image.shape), image)
        self._used.add(offset)
        return offset

    def release(self, offset: int) -> None:
        """Take a place back from the reader; a place from before the last growth is not used again."""
        if offset in self._used:
            self._used.remove(offset)
            self._free.append(offset)

    def _grow(self, needed: int) -> None:
        """Make new, larger places behind the old ones, which the reader may still be copying from."""
        page = mmap.ALLOCATIONGRANULARITY
        room = needed if not self._capacity else max(needed, int(self._capacity * GROWTH))
        self._capacity = -(-room // page) * page
        self._free = [self._size + place * self._capacity for place in range(SLOTS)]
        self._used = set()
        self._size += SLOTS * self._capacity
        os.ftruncate(self._file, self._size)
        self._memory = mmap.mmap(self._file, self._size)


class RingReader:
    """The parent's side: look at a picture in its place."""

    def __init__(self, descriptor: int) -> None:
        self._file = descriptor
        self._memory: mmap.mmap | None = None

    def look(self, offset: int, shape: Sequence[int]) -> np.ndarray:
        """Return the picture at this offset, uncopied and read-only; it holds its memory, also after `close`.

        Raises:
            ValueError: the file has no such place.
        """
        if self._memory is None or offset + int(np.prod(shape)) > len(self._memory):
            self._memory = mmap.mmap(self._file, os.fstat(self._file).st_size, prot=mmap.PROT_READ)
        return view(self._memory, offset, shape)

    def close(self) -> None:
        """Let go of the file; safe to call twice."""
        self._memory = None
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def view(memory: mmap.mmap | None, offset: int, shape: Sequence[int]) -> np.ndarray:
    """Return the bytes at `offset` as an array of this shape, uncopied."""
    assert memory is not None
    if offset < 0 or offset + int(np.prod(shape)) > len(memory):
        raise ValueError(f"a picture {tuple(shape)} at {offset} does not lie within {len(memory)} bytes")
    return np.ndarray(tuple(shape), np.uint8, memory, offset)
