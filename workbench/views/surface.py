"""The widget in the browser: a thin anywidget that carries requests in, and pictures out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

_FRONT = Path(__file__).parent / "front"


class Surface(anywidget.AnyWidget):  # type: ignore[misc, unused-ignore]
    """Shows what it is sent. Pictures travel as messages, so a saved notebook does not hold them."""

    _esm = _FRONT / "viewer.js"
    _css = _FRONT / "viewer.css"
    schema = traitlets.List(traitlets.Dict()).tag(sync=True)

    def show(self, content: dict[str, Any], pictures: list[bytes] | None = None) -> None:
        """Send one message, with encoded pictures behind it."""
        self.send(content, pictures or [])
