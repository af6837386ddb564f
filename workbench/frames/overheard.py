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
_CORRUPT = "Corrupt JPEG data: "  # of libjpeg-turbo 3, jerror.h, as are the other words
_BROKEN = re.compile(_CORRUPT + "(premature end|bad Huffman|bad arithmetic|found marker)|Premature end of JPEG")
_ODD = re.compile(_CORRUPT + r"\d+ extraneous bytes before marker")
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
    with overheard() as lines:
        image = decode()
    broken = next((line for line in lines if _BROKEN.match(line)), None)
    odd = next((line for line in lines if _ODD.match(line)), None)
    if others := [f"{line}\n" for line in lines if not (_BROKEN.match(line) or _ODD.match(line))]:
        os.write(STANDARD_ERROR, "".join(others).encode())
    return image, Heard(broken and broken.removeprefix(_CORRUPT), odd and odd.removeprefix(_CORRUPT))


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Collect the lines that are printed to the file descriptor of standard error while a picture is decoded.

    The list is filled at the end of the block. A process without standard error hears nothing.
    """
    lines: list[str] = []
    with _LOCK:
        try:
            printed = os.dup(STANDARD_ERROR)
        except OSError:
            yield lines
            return
        held = _file()
        os.dup2(held, STANDARD_ERROR)
        try:
            yield lines
        finally:
            os.dup2(printed, STANDARD_ERROR)
            os.close(printed)
            if length := os.lseek(held, 0, os.SEEK_CUR):
                lines += os.pread(held, length, 0).decode("utf-8", "replace").splitlines()
                os.lseek(held, 0, os.SEEK_SET)


def _file() -> int:
    """Return a file of this process' own: one inherited from a parent would be written to by both."""
    global _held  # noqa: PLW0603 - kept, since making one for each picture costs more than a small picture
    if _held is None or _held[0] != os.getpid():
        with tempfile.TemporaryFile() as file:
            _held = os.getpid(), os.dup(file.fileno())
    return _held[1]
