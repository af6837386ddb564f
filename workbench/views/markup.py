"""A piece of HTML that shows itself in a notebook, with plain text for everywhere else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Markup:
    """HTML made by this package, every text in it escaped."""

    html: str
    text: str  # what a terminal shows

    def __str__(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html
