"""What a slip is, and the table in which each is entered where it is defined (`slips.py`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

Stage = Literal["reading", "picture", "pixels", "tensor", "habit"]
Body = TypeVar("Body", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class SlipKind:
    """One kind of slip."""

    name: str
    stage: Stage
    definition: str  # one line
    source: str
    values: tuple[Any, ...]  # what it can be; empty where it is a number or a rectangle
    sentence: str  # with {value}
    apply: Callable[..., Any]  # (array, value) -> array


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip that was found."""

    name: str
    sentence: str
    value: Any = True


SLIPS: dict[str, SlipKind] = {}


def slip(
    name: str, stage: Stage, *, sentence: str, source: str, values: tuple[Any, ...] = (True,)
) -> Callable[[Body], Body]:
    """Register the decorated function; its docstring's first line is the definition."""

    def register(body: Body) -> Body:
        definition = (body.__doc__ or "").strip().splitlines()[0]
        SLIPS[name] = SlipKind(name, stage, definition, source, values, sentence, body)
        return body

    return register


def found(name: str, value: Any = True) -> Slip:
    """Return the slip `name` with its sentence."""
    return Slip(name, SLIPS[name].sentence.format(value=value), value)
