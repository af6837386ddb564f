"""What the command line writes on a terminal: foreign text in it is shown, never carried out."""

from __future__ import annotations

import io
import sys
import warnings
from functools import cache
from typing import TextIO

from workbench.readable import one_line, visible, without_password


def say(*values: object, file: TextIO | None = None) -> None:
    """Print values as `print` does, with control characters as escapes and without the passwords of addresses.

    A label or file name with an escape sequence could rename the window, clear the screen or write another name over
    its own; the modules of this package print nothing in any other way. It is written at once: what nobody reads any
    more is told by an error here, which ends the command in silence, and not by Python's own when it ends.
    """
    print(*(visible(without_password(str(value))) for value in values), file=file, flush=True)


def prepare_terminal() -> None:
    """Let letters that the terminal's encoding lacks be written as escapes; and a warning as one plain line, once."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    warnings.showwarning = _show


def _show(message: Warning | str, *_: object, **__: object) -> None:
    """Say a warning as a person needs it: without its kind and the place in the code that gave it."""
    _careful(one_line(str(message)))


@cache
def _careful(message: str) -> None:
    """Say it for the first time: a source is opened more than once, and is damaged once."""
    say(f"workbench: careful: {message}", file=sys.stderr)
