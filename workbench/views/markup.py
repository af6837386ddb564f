"""A piece of HTML that shows itself in a notebook, with plain text for everywhere else."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.readable import visible


@dataclass(frozen=True, slots=True)
class Markup:
    """HTML made by this package, every text in it escaped."""

    html: str
    text: str  # what a terminal shows

    def __post_init__(self) -> None:
        """Write the control characters of foreign text as escapes, in both."""
        object.__setattr__(self, "html", visible(self.html))
        object.__setattr__(self, "text", visible(self.text))

    def __str__(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f'<div class="mathjax_ignore">{self.html}</div>'  # JupyterLab would set $x$ in a label as mathematics
