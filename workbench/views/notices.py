"""What a person reads first: a verdict as one large paragraph, with what speaks for it below."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Protocol

from workbench.views.markup import Markup


class Judged(Protocol):
    """A result with a verdict."""

    @property
    def verdict(self) -> str:
        """One to three sentences."""
        ...


def notice(found: Judged, *, more: Iterable[str] = ()) -> Markup:
    """Return a verdict as HTML, every text escaped: the first line large, `more` as a list below it."""
    lines = [line for line in more if line]
    rows = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    paragraph = f'<p style="font-size:1.2em;line-height:1.5;font-weight:600">{html.escape(found.verdict)}</p>'
    return Markup(f"{paragraph}{f'<ul>{rows}</ul>' if rows else ''}", "\n".join([found.verdict, *lines]))
