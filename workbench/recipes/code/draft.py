"""What is written so far of a function: its lines, the constants and the tested functions they need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Draft:
    """A function in the making."""

    constants: list[str] = field(default_factory=list)  # "NAME = value  # meaning"
    lines: list[str] = field(default_factory=list)  # of the body
    needs: list[Callable[..., Any]] = field(default_factory=list)  # functions whose source goes along

    def constant(self, name: str, value: object, meaning: str) -> str:
        """Add a named constant and return its name."""
        self.constants.append(f"{name} = {value}  # {meaning}")
        return name

    def add(self, line: str, *needs: Callable[..., Any]) -> None:
        """Add a line, and the functions it calls."""
        self.lines.append(line)
        self.needs.extend(needs)
