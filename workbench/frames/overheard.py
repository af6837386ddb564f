"""What libjpeg says of a picture, heard instead of printed.

A JPEG with bytes changed in its middle decodes, and libjpeg knows ("premature end of data segment"), but OpenCV hands
out the pixels and lets it print that where nobody connects it with the file. So the C library's `stderr`, a variable
that libjpeg prints to, is another stream meanwhile. File descriptor 2 stays what it is: Python, processes that are
started meanwhile, a kernel that watches it, and whoever reports a crash print there as ever.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

STANDARD_ERROR = 2
# libjpeg-turbo 3, jerror.h: words that tell of the data of the pixels
_WORDS = re.compile(r"(?:Corrupt JPEG data: |(?=Premature end of JPEG))([^\n]*)\n")
_BROKEN = ("premature end", "bad Huffman", "bad arithmetic", "found marker", "Premature end")
_ODD = "extraneous bytes before marker"
_UNBUFFERED = 2  # _IONBF of <stdio.h>
_LOCK = threading.Lock()  # standard error belongs to the whole process
os.register_at_fork(before=_LOCK.acquire, after_in_parent=_LOCK.release, after_in_child=_LOCK.release)


@dataclass(frozen=True, slots=True)
class Heard:
    """What libjpeg said of a picture that it has decoded."""

    broken: str | None = None  # its pixels are not those of the picture
    odd: str | None = None  # there is more data than pixels: damage, or a careless program


NOTHING = Heard()


def listening(decode: Callable[[], np.ndarray]) -> tuple[np.ndarray, Heard]:
    """Decode a picture and return it with what libjpeg said; anything else that was printed meanwhile is printed."""
    printed: list[str] = []
    try:
        with overheard(printed):
            image = decode()
    finally:
        heard = _sorted("".join(printed))
    return image, heard


def _sorted(text: str) -> Heard:
    """Return libjpeg's words, and print the others: another library's, or another thread's."""
    if not text:
        return NOTHING
    words = _WORDS.findall(text)
    if others := _WORDS.sub("", text):
        with suppress(OSError):  # closed, or a terminal that is gone
            os.write(STANDARD_ERROR, others.encode("utf-8", "surrogateescape"))
    broken = next((each for each in words if each.startswith(_BROKEN)), None)
    return Heard(broken, next((each for each in words if _ODD in each), None))


@contextmanager
def overheard(text: list[str]) -> Iterator[None]:
    """Add to a list what is printed to the C library's `stderr` while the block runs; with other than glibc, nothing.

    One block at a time; a process is forked between blocks, and so with the lock open and the stream its own.
    """
    with _LOCK:
        if not (ear := _ear(os.getpid())):
            yield
            return
        printed = ear.stderr.value
        try:
            ear.stderr.value = ear.stream
            yield
        finally:
            ear.stderr.value = printed
            if length := os.lseek(ear.file, 0, os.SEEK_CUR):
                text.append(os.pread(ear.file, length, 0).decode("utf-8", "surrogateescape"))
                os.lseek(ear.file, 0, os.SEEK_SET)


@dataclass(frozen=True, slots=True)
class _Ear:
    stderr: ctypes.c_void_p  # the variable of the C library, a FILE *
    stream: int  # a FILE * that stands there meanwhile; it is never closed, since another thread may hold it
    file: int  # the descriptor behind it


@lru_cache(maxsize=1)
def _ear(process: int) -> _Ear | None:
    """Make the stream of a process; one inherited from a parent would be written to by both."""
    del process
    if sys.platform != "linux" or not hasattr(libc := ctypes.CDLL(None), "gnu_get_libc_version"):
        return None  # musl keeps `stderr` where it cannot be written
    file = os.memfd_create("workbench-libjpeg")
    libc.fdopen.restype = ctypes.c_void_p
    stream = libc.fdopen(file, b"w")
    libc.setvbuf(ctypes.c_void_p(stream), None, _UNBUFFERED, ctypes.c_size_t(0))
    return _Ear(ctypes.c_void_p.in_dll(libc, "stderr"), stream, file)
