"""DetectionViewer: frames with their boxes, live in a notebook; the score threshold moves them without the kernel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import unknown
from workbench.frames.frame import FrameStream
from workbench.readable import one_line
from workbench.views.banner import Banner
from workbench.views.box_figures import Boxes, by_name, figure_detections, frames_for
from workbench.views.box_style import check_threshold, inked_palette, packed
from workbench.views.encode import MOVING_HEIGHT, jpeg, lower
from workbench.views.presentation import pause_s, where
from workbench.views.state import TRANSPORT, Position, seek
from workbench.views.surface import DetectionSurface
from workbench.views.thresholded import Thresholded

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STILL_HEIGHT, STILL_QUALITY = 1080, 90  # of the picture once the frames stand


class DetectionViewer(Thresholded):
    """Frames with boxes, labels and scores: frame slider, play, and a score threshold that works at once.

    Left and right step (by 10 with shift), up and down move the threshold, space plays. Several named detections of
    the same frames stand side by side, or lie over each other, each in its own colour and dash.

    Args:
        frames: a sequence, or anything `open_frames` takes that stays. An opened one stays the caller's, to close.
        detections: one `Detections` a frame, a Prediction or Cascade, or name -> such.
        threshold: the score, 0 to 1, to start with; `viewer.threshold` has what the hand moved it to.

    Raises:
        InvalidValue: the frames are a stream, there is not one `Detections` a frame, or the threshold is no score.
    """

    def __init__(self, frames: Any, detections: Boxes | Mapping[str, Boxes], *, threshold: float = 0.5) -> None:
        check_threshold(threshold)
        self.detections = by_name(detections)
        self.frames = frames_for(frames, self.detections)
        self._opened_here = not isinstance(frames, FrameStream)
        self._state = Position(len(self.frames))
        self._shown: dict[str, Any] = {}  # the description sent last, for when the next one fails
        self._banner = Banner("request", "picture")
        self._surface = DetectionSurface(schema=inked_palette(), threshold=float(threshold))
        self._surface.on_msg(self._on_message)

    @property
    def index(self) -> int:
        """The frame that is shown."""
        return self._state.index

    def show(self, index: int) -> None:
        """Show another frame, clamped to the sequence."""
        self._banner.clear("request")
        self._state = seek(self._state, index)
        self._update("show")

    def snapshot(self) -> Figure:
        """Return the frame that is shown, at the threshold that is set, as a static figure for reports."""
        place = slice(self.index, self.index + 1)
        named = {name: each[place] for name, each in self.detections.items()}
        return figure_detections(self.frames[place], named, threshold=self.threshold)

    def close(self) -> None:
        """Take the widget off the page; frames that were opened by the caller stay open."""
        self._surface.close()
        if self._opened_here:
            self.frames.close()

    def __repr__(self) -> str:
        return one_line(f"DetectionViewer({len(self.frames)} frames of {self.frames.origin or 'arrays'})")

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self._surface.bundle(repr(self), **options)

    def _on_message(self, _surface: object, request: dict[str, Any], _buffers: object) -> None:
        kind = str(request.get("kind"))
        with self._banner.reporting("request"):
            if kind not in TRANSPORT:
                raise unknown("request", kind, TRANSPORT)
            self._state = TRANSPORT[kind](self._state, request)
        self._update(kind)

    def _update(self, kind: str) -> None:
        """Send the frame that is to be shown, and all its boxes, whatever their score."""
        encoded: list[bytes] = []
        content: dict[str, Any] = {"kind": "view", "stale": True}
        with self._banner.reporting("picture"):
            self._shown = self._describe()
            image = self.frames[self.index].image
            moving = kind in ("seek", "tick")
            picture = lower(image, MOVING_HEIGHT if moving else STILL_HEIGHT)
            encoded = [jpeg(picture) if moving else jpeg(picture, STILL_QUALITY)]
            content |= {"stale": False, "size": image.shape[:2], "moving": moving and image.shape[0] > MOVING_HEIGHT}
        self._surface.show(self._shown | content | {"banner": str(self._banner)}, encoded)

    def _describe(self) -> dict[str, Any]:
        state = self._state
        return {
            "index": state.index,
            "length": state.length,
            "playing": state.playing,
            "pause_s": pause_s(state, self.frames),
            "where": where(self.frames, state.index),
            "sets": [{"name": name, "boxes": packed(each[state.index])} for name, each in self.detections.items()],
        }
