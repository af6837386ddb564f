"""What libjpeg, libpng and libtiff print to standard error about a picture, heard instead of printed.

A JPEG with bytes changed in its middle decodes, and libjpeg knows ("premature end of data segment"), but OpenCV hands
out the pixels and lets it print that where nobody connects it with the file.
"""

from __future__ import annotations

import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

STANDARD_ERROR = 2
# libjpeg-turbo 3, jerror.h: words that tell of the data of the pixels
_WORDS = re.compile(r"(?:Corrupt JPEG data: |(?=Premature end of JPEG))([^\n]*)\n")
_BROKEN = ("premature end", "bad Huffman", "bad arithmetic", "found marker", "Premature end")
_ODD = "extraneous bytes before marker"
_LOCK = threading.Lock()  # standard error belongs to the whole process
_held: tuple[int, int] | None = None  # process number, file descriptor


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
    """Return libjpeg's words, and print the others: another thread's, whose progress bar has no line ends, perhaps."""
    if not text:
        return NOTHING
    words = _WORDS.findall(text)
    if others := _WORDS.sub("", text):
        os.write(STANDARD_ERROR, others.encode("utf-8", "surrogateescape"))
    broken = next((each for each in words if each.startswith(_BROKEN)), None)
    return Heard(broken, next((each for each in words if _ODD in each), None))


@contextmanager
def overheard(text: list[str]) -> Iterator[None]:
    """Add to a list what is printed to the file descriptor of standard error while the block runs.

    A process without standard error hears nothing.
    """
    with _LOCK:
        try:
            printed = os.dup(STANDARD_ERROR)
        except OSError:
            yield
            return
        held = _file()
        os.dup2(held, STANDARD_ERROR)
        try:
            yield
        finally:
            os.dup2(printed, STANDARD_ERROR)
            os.close(printed)
            if length := os.lseek(held, 0, os.SEEK_CUR):
                text.append(os.pread(held, length, 0).decode("utf-8", "surrogateescape"))
                os.lseek(held, 0, os.SEEK_SET)


def _file() -> int:
    """Return a file of this process' own: one inherited from a parent would be written to by both."""
    global _held  # noqa: PLW0603 - kept, since making one for each picture costs more than a small picture
    if _held is None or _held[0] != os.getpid():
        with tempfile.TemporaryFile() as file:
            _held = os.getpid(), os.dup(file.fileno())
    return _held[1]
