"""The widget in the browser: a thin anywidget that carries requests in, and pictures out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

_FRONT = Path(__file__).parent / "front"
# A widget is one module: these are joined, in this order, without a build step
_PARTS = ("nodes.js", "link.js", "transport.js", "pictures.js", "answers.js", "slots.js", "viewer.js")


class Surface(anywidget.AnyWidget):  # type: ignore[misc, unused-ignore]
    """Shows what it is sent. Pictures travel as messages, so a saved notebook does not hold them."""

    _esm = "\n".join((_FRONT / part).read_text(encoding="utf-8") for part in _PARTS)
    _css = (_FRONT / "viewer.css").read_text(encoding="utf-8")
    schema = traitlets.List(traitlets.Dict()).tag(sync=True)

    def show(self, content: dict[str, Any], pictures: list[bytes] | None = None) -> None:
        """Send one message, with encoded pictures behind it."""
        self.send(content, pictures or [])
