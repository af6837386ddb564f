"""Write a text file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from workbench.errors import InvalidValue


def expect_text_place(out: str | Path) -> Path:
    """Return the absolute path of a text file that can be written, which is asked before what takes minutes.

    Raises:
        InvalidValue: `out` is a folder, or its folder is missing.
    """
    path = Path(out).expanduser().absolute()
    if path.is_dir():
        raise InvalidValue(f"{path}: this is a folder; name a file in it")
    if not path.parent.is_dir():
        raise InvalidValue(f"{path}: no file can be written there (no folder {path.parent}); name another place")
    return path


def write_text(out: str | Path, text: str) -> None:
    """Write `text` to `out` under another name, then rename it into place.

    Raises:
        InvalidValue: `out` is a folder, or its folder is missing or takes no files.
    """
    path = expect_text_place(out)
    try:
        handle, made = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
    except OSError as error:
        raise InvalidValue(f"{path}: no file can be written there ({error.strerror}); name another place") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(made).chmod(0o644)
        Path(made).replace(path)
    finally:
        Path(made).unlink(missing_ok=True)
