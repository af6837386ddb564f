"""Write a file whole or not at all: a reader finds what was there before, or all that is there now."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from workbench.errors import InvalidValue


@contextmanager
def whole_file(place: Path) -> Iterator[IO[bytes]]:
    """Open a file beside `place` that takes its name once the block has ended well; else nothing is left of it."""
    draft = place.with_name(f".writing-{secrets.token_hex(8)}")
    try:
        with draft.open("xb") as file:
            yield file
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)


def expect_text_place(out: str | Path) -> Path:
    """Return the absolute path of a text file that can be written, which is asked before what takes minutes.

    Raises:
        InvalidValue: `out` is a folder, its folder is missing, or no file can have that name.
    """
    path = Path(out).expanduser().absolute()
    try:
        if path.is_dir():
            raise InvalidValue(f"{path}: this is a folder; name a file in it")
        if not path.parent.is_dir():
            raise _refused(path, f"no folder {path.parent}")
    except OSError as error:
        raise _refused(path, error.strerror or str(error)) from None
    return path


def write_text(out: str | Path, text: str) -> None:
    """Write `text` to the file `out`, as UTF-8.

    Raises:
        InvalidValue: `out` is no place for a file, or it could not be written.
    """
    path = expect_text_place(out)
    try:
        with whole_file(path) as file:
            file.write(text.encode())
    except OSError as error:
        raise _refused(path, error.strerror or str(error)) from error


def _refused(path: Path, cause: str) -> InvalidValue:
    return InvalidValue(f"{path}: no file can be written there ({cause}); name another place")
