"""The camera of whoever looks at the page, as a source: pictures come in as JPEG, in messages of the widget."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from workbench.errors import UnreadableSource
from workbench.frames.capture.pushed import PushedFrames
from workbench.frames.decoders import with_cv2
from workbench.frames.frame import as_rgb

MOST_AGO_S = 10.0  # of a picture's way here; more is a clock that was set


class Webcam:
    """What the browser's camera sends.

    Attributes:
        frames: the source it fills.
    """

    def __init__(self) -> None:
        self.frames = PushedFrames(origin="webcam")
        self._taken_s = time.monotonic()

    @property
    def silent_s(self) -> float:
        """Seconds since the last picture came, or since this was made."""
        return time.monotonic() - self._taken_s

    def take(self, request: dict[str, Any], buffers: Sequence[Any]) -> None:
        """Push one picture, taken `ago_ms` before now: the page measures its own part and half of a round trip.

        Raises:
            UnreadableSource: it is no picture.
        """
        now = self._taken_s = time.monotonic()
        if not buffers:
            raise UnreadableSource("the page sent a camera picture without its bytes; reload the page")
        ago_s = min(max(float(request.get("ago_ms", 0.0)) / 1000, 0.0), MOST_AGO_S)
        self.frames.push(as_rgb(with_cv2(bytes(buffers[0]), "ignore", False), "bgr"), now - ago_s)

    def close(self) -> None:
        """Take no more pictures; a stream that waits for one ends."""
        self.frames.stop()
