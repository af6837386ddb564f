"""Errors a person can act on: one line that says what was expected, what came, and the cure.

Every error that Workbench raises on purpose is a `WorkbenchError`; the command line prints it without a
traceback and exits with 2, a viewer shows it in its banner.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from workbench.readable import one_line


class WorkbenchError(Exception):
    """Base of everything Workbench refuses; its text is one readable line, and no password of an address is in it."""

    def __init__(self, text: str = "") -> None:
        super().__init__(one_line(str(text)))


class UnknownName(WorkbenchError, KeyError):
    """A name that is not in a catalogue: a slot, choice, preset, sample, scenario or parameter."""

    __str__ = Exception.__str__  # KeyError would show the repr of the message


class UnreadableSource(WorkbenchError, OSError):
    """A file, folder, camera or stream that cannot be read, or is damaged."""


class InvalidValue(WorkbenchError, ValueError):
    """A value outside what its parameter takes."""


class InputMismatch(WorkbenchError, ValueError):
    """A tensor whose shape, dtype or layout does not fit the model's input."""


class ModelLoadError(WorkbenchError):
    """A model file that cannot be loaded; the text names the cause and the way round."""


class ConversionError(WorkbenchError):
    """A model that cannot be converted, or whose conversion gives other answers."""


class SampleError(WorkbenchError):
    """A sample that cannot be fetched, or whose bytes are not the expected ones."""


class RunError(WorkbenchError):
    """A report run that did not finish."""


class ClusterError(WorkbenchError):
    """Workers that do not start, a scheduler that cannot be used or is gone; what was done before stays done."""


class RecordingError(WorkbenchError):
    """A live session that cannot be recorded, or no longer."""


class PreprocessingWarning(UserWarning):
    """A recipe that contradicts what the model says about its own input."""


class DamageWarning(UserWarning):
    """A damaged source of which is taken what is there, because that was asked for."""


class NoSuchFrame(WorkbenchError, IndexError):
    """A frame before the first or past the last of a source."""


def unknown(kind: str, name: object, known: Iterable[str]) -> UnknownName:
    """Make the error for `name` missing from `known`, with the closest known name."""
    names = sorted(map(str, known))
    close = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    hint = f"; did you mean {close[0]!r}?" if close else ";"
    return UnknownName(f"no {kind} named {str(name)!r}{hint} known: {', '.join(names) or 'none'}")
