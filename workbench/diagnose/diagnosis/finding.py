"""Finding: one thing that is wrong, in a sentence, with its cure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from workbench.errors import InvalidValue

WHERE = ("serving", "model", "display", "regions", "boxes", "drawing")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong and that changes pixels, boxes, or what a person is shown."""

    where: str  # which part of the program, one of WHERE
    fault: str  # a slot of Recipe, a slip, or the name of what is wrong elsewhere: short, stable, for tables
    sentence: str  # what is wrong, without a full stop
    cure: str = ""
    kept: float | None = None  # share of answers, boxes or regions that it leaves right; None where none are counted

    def to_dict(self) -> dict[str, Any]:
        """Return it in plain types."""
        return asdict(self)


def called(function: Callable[..., Any], *arguments: Any, what: str) -> Any:
    """Call a user's function.

    Raises:
        InvalidValue: it raises; the text has its error in one line.
    """
    try:
        return function(*arguments)
    except (Exception, SystemExit) as error:  # a user's own code
        raise InvalidValue(f"{what} {name_of(function)!r} raises {told(error)}") from error


def name_of(function: Any) -> str:
    """Return the name of a function for a sentence."""
    return str(getattr(function, "__name__", type(function).__name__))


def told(error: BaseException) -> str:
    """Return kind and text of an error in one line."""
    text = " ".join(str(error).split())[:160]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def as_array(value: Any) -> np.ndarray | None:
    """Return what a function gave as an array of numbers; None where it is none."""
    array = np.asarray(value)
    return array if array.dtype.kind in "fiub" else None
