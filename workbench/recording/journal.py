"""`results.jsonl`: one JSON object a line, handed to the operating system line by line.

Each line has a `kind`: `session` first, then `result`, `recipe`, `boxes` (how they are read), `state` (of the source),
`moment` (a second of the stream) and `end`. A process that is killed leaves whole lines and at most one torn one, the
last, which reading leaves out; a machine that loses its power may lose some seconds more.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.errors import UnreadableSource

NAME = "results.jsonl"
FORMAT = 1  # of the lines; a later one may be another
Line = dict[str, Any]


class Journal:
    """The file while it is written."""

    def __init__(self, folder: Path) -> None:
        """Make the file.

        Raises:
            FileExistsError: there is one.
            OSError: it cannot be made.
        """
        self._path = folder / NAME
        self._file = self._path.open("xb", buffering=0)
        self.bytes = 0

    def write(self, kind: str, **fields: Any) -> None:
        """Add a line.

        Raises:
            OSError: the disk is full, or gone.
        """
        text = json.dumps({"kind": kind, **fields}, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        rest = memoryview(text.encode(errors="backslashreplace") + b"\n")  # of a file's name that is no UTF-8
        while rest:  # a nearly full disk takes a part
            written = self._file.write(rest)
            self.bytes += written
            rest = rest[written:]

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def discard(self) -> None:
        """Close the file and remove it: of a session that could not even begin."""
        self._file.close()
        self._path.unlink()


def known(number: float) -> float | None:
    """Return a number as a line holds it, to a millionth; None where it is NaN or infinite, which JSON has not."""
    return round(number, 6) if math.isfinite(number) else None


def read_lines(folder: Path) -> Iterator[tuple[int, Line]]:
    """Yield where each line starts, in bytes, and what it says; a torn last one is left out.

    Raises:
        UnreadableSource: there is no such file, or a line in its middle is no JSON object.
    """
    path = folder / NAME
    try:
        file = path.open("rb")
    except OSError as error:
        raise UnreadableSource(
            f"{folder} holds no recording: {NAME} cannot be read ({error.strerror}); name the folder that --record or "
            "Recorder was given"
        ) from error
    with file:
        place = 0
        for number, raw in enumerate(file, 1):
            if not raw.endswith(b"\n"):
                return
            yield place, _parsed(raw, f"{path}, line {number}")
            place += len(raw)


def read_line(folder: Path, place: int) -> Line:
    """Return the line that starts at byte `place`."""
    with (folder / NAME).open("rb") as file:
        file.seek(place)
        return _parsed(file.readline(), f"{folder / NAME}, byte {place}")


def _parsed(raw: bytes, where: str) -> Line:
    try:
        line = json.loads(raw)
    except ValueError as error:
        raise UnreadableSource(f"{where} is no JSON ({error}); the file was changed after it was written") from None
    if not isinstance(line, dict) or "kind" not in line:
        raise UnreadableSource(f"{where} has no kind; this is no {NAME} of a recording")
    return line
