"""Pictures taken out of a live stream, and the FrameViewer that shows them."""

from __future__ import annotations

import numpy as np

from workbench.frames.frame import Frame, FrameSequence
from workbench.models import Model
from workbench.recipes import Recipe
from workbench.views.state import ViewerState, seek
from workbench.views.viewer import FrameViewer


class Kept(FrameSequence):
    """Frames of a stream that were kept, pixel by pixel, with the numbers and times they had there."""

    def __init__(self, frames: list[Frame]) -> None:
        self.frames, self.origin = frames, frames[-1].origin

    def __len__(self) -> int:
        return len(self.frames)

    def array(self, index: int) -> np.ndarray:
        """Return picture `index`."""
        return self.frames[index].image

    def time_s(self, index: int) -> float | None:
        """Return its presentation time in the stream."""
        return self.frames[index].time_s

    def index_of(self, index: int) -> int:
        """Return its number in the stream."""
        return self.frames[index].index

    def origin_of(self, index: int) -> str:
        """Return which stream it is from."""
        return self.frames[index].origin


class Explored:
    """The frames that were sent, and one FrameViewer on all of them.

    Attributes:
        frames: in the order they were sent.
        viewer: shows the last one sent; None before there is one.
    """

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.viewer: FrameViewer | None = None

    def add(self, frame: Frame, recipes: ViewerState | None, model: Model | None) -> FrameViewer:
        """Show one more frame, through A and B."""
        pair = (recipes.a, recipes.b) if recipes else (Recipe(), Recipe())
        self.frames.append(frame)
        viewer = FrameViewer(Kept([*self.frames]), pair, model)
        viewer.show(seek(viewer.state, len(self.frames) - 1))
        self.close()
        self.viewer = viewer
        return viewer

    def close(self) -> None:
        """Take the viewer off the page; the frames stay."""
        if self.viewer is not None:
            self.viewer.close()
            self.viewer = None
