"""The widgets in the browser: thin anywidgets that carry requests in, and pictures out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbench.readable import visible

_FRONT = Path(__file__).parent / "front"
_PLAYER = ("nodes.js", "link.js", "transport.js", "player.js")
_LIVE = ("live_figures.js", "live_camera.js", "live_controls.js", "live_picture.js", "live.js")
_QUESTIONS = ("explanation.js", "search.js", "code.js", "questions.js")


def _joined(*parts: str) -> str:
    """Join files of the browser's half into one text, in this order: a widget is one module, made without a build."""
    return "\n".join((_FRONT / part).read_text(encoding="utf-8") for part in parts)


def _visible(value: Any) -> Any:
    """Return a message in which labels, names and errors are written without control characters."""
    match value:
        case str():
            return visible(value)
        case dict():
            return {key: _visible(item) for key, item in value.items()}
        case list() | tuple():
            return [_visible(item) for item in value]
    return value


class Surface(anywidget.AnyWidget):  # type: ignore[misc, unused-ignore]
    """Shows what it is sent. Pictures travel as messages, so a saved notebook does not hold them."""

    _esm = _joined(*_PLAYER, "pictures.js", "answers.js", "slots.js", *_QUESTIONS, "viewer.js")
    _css = _joined("viewer.css", "questions.css")
    schema = traitlets.List(traitlets.Dict()).tag(sync=True)

    def show(self, content: dict[str, Any], pictures: list[bytes] | None = None) -> None:
        """Send one message, with encoded pictures behind it; every sign of its texts is visible."""
        self.send(_visible(content), pictures or [])

    def bundle(self, text: str, *, picture: bytes | None = None, **options: Any) -> Any:
        """Return what a notebook shows of this widget, with text and a PNG for where there are no widgets."""
        bundle = self._repr_mimebundle_(**options)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data:
            data["text/plain"] = text
            data |= {"image/png": picture} if picture else {}
        return bundle


class DetectionSurface(Surface):
    """Shows frames and boxes; the threshold is moved in the browser, and told to Python when it rests."""

    _esm = _joined(*_PLAYER, "labels.js", "boxes.js", "threshold.js", "detections.js")
    _css = _joined("viewer.css", "detections.css")
    threshold = traitlets.Float(0.5).tag(sync=True)


class LiveSurface(Surface):
    """Shows a live stream: numbered pictures, which it acknowledges once they are on the screen."""

    _esm = _joined("nodes.js", "link.js", "answers.js", "slots.js", "labels.js", "boxes.js", "threshold.js", *_LIVE)
    _css = _joined("viewer.css", "detections.css", "live.css")
    schema = traitlets.Dict().tag(sync=True)  # type: ignore[assignment]
    threshold = traitlets.Float(0.5).tag(sync=True)
    explorer = traitlets.Unicode("").tag(sync=True)  # model id of the FrameViewer below; empty without one
