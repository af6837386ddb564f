"""The catalogue: every choice of every slot, with its definition and the source it was checked against.

A choice is registered where it is written (`@choice("resize", "cv2.linear", source=...)`); its definition is
the first line of its docstring, so the text a user reads and the code that runs cannot part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from workbench.errors import unknown

Body = TypeVar("Body", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Choice:
    """One named choice of a slot."""

    slot: str
    name: str
    definition: str  # one line
    source: str  # the library function, paper or table it was checked against
    tolerance: str  # how far it may be from that source, and why
    apply: Callable[..., Any]


CATALOGUE: dict[str, dict[str, Choice]] = {}


def choice(slot: str, name: str, *, source: str, tolerance: str = "bit-exact") -> Callable[[Body], Body]:
    """Register the decorated function as choice `name` of `slot`."""

    def register(body: Body) -> Body:
        if not body.__doc__:
            raise TypeError(f"choice {name!r} of {slot!r} has no docstring, and so no definition")
        definition = body.__doc__.strip().splitlines()[0]
        if definition.startswith("X "):  # a formula: docstrings begin with a capital, variables do not
            definition = f"x{definition[1:]}"
        CATALOGUE.setdefault(slot, {})[name] = Choice(slot, name, definition, source, tolerance, body)
        return body

    return register


def lookup(slot: str, name: object) -> Choice:
    """Return the choice `name` of `slot`; raises UnknownName with the closest name."""
    entries = CATALOGUE[slot]
    if str(name) not in entries:
        raise unknown(f"choice of {slot}", name, entries)
    return entries[str(name)]


def choices(slot: str) -> dict[str, str]:
    """Return name -> one-line definition of every choice of `slot`; empty where a slot takes any value."""
    return {name: entry.definition for name, entry in CATALOGUE.get(slot, {}).items()}
