"""What the command line writes on a terminal: foreign text in it is shown, never carried out."""

from __future__ import annotations

import io
import sys
import warnings
from typing import TextIO

from workbench.readable import one_line, visible, without_password


def say(*values: object, file: TextIO | None = None, flush: bool = False) -> None:
    """Print values as `print` does, with control characters as escapes and without the passwords of addresses.

    A label or file name with an escape sequence could rename the window, clear the screen or write another name over
    its own; the modules of this package print nothing in any other way.
    """
    print(*(visible(without_password(str(value))) for value in values), file=file, flush=flush)


def prepare_terminal() -> None:
    """Let letters that the terminal's encoding lacks be written as escapes, and warnings as one plain line each."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    warnings.formatwarning = _careful


def _careful(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    """Return a warning as a person needs it: without the place in the code that gave it."""
    del category, filename, lineno, line
    return f"workbench: careful: {one_line(str(message))}\n"
