"""Split what A's and B's answers to one frame differ by over the slots that differ, in the background."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from workbench.diagnose.attribute import Attribution, attribute
from workbench.errors import InvalidValue
from workbench.frames.frame import FrameSequence
from workbench.models import Model
from workbench.views.banner import Banner
from workbench.views.newest import Newest
from workbench.views.state import ViewerState


class Explainer:
    """Explains the newest state it was asked about; states that were overtaken while waiting are dropped.

    Args:
        frames: the sequence.
        model: the one that answers.
        banner: shows under "explanation" what went wrong.
        tell: called when an explanation is there or has failed, from the background.
    """

    def __init__(self, frames: FrameSequence, model: Model | None, *, banner: Banner, tell: Callable[[], None]) -> None:
        self._frames, self._model, self._banner, self._tell = frames, model, banner, tell
        self.explained: tuple[ViewerState, Attribution | None] | None = None  # None in it: nothing differs
        self.failed = False  # the last explanation that was asked for
        self._asked: object = None
        self._newest: Newest[ViewerState] = Newest(self._explain)

    def ask(self, state: ViewerState, *, again: bool = False) -> None:
        """Explain a state, unless it was asked about last."""
        if self._model is None or (self._asked == state.seen and not again):
            return
        self._asked = state.seen
        self._newest.submit(state)

    def current(self, state: ViewerState) -> bool:
        """Whether the last explanation is of what this state shows."""
        return self.explained is not None and self.explained[0].seen == state.seen

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until nothing is being explained; False if that took longer than `timeout_s`."""
        return self._newest.wait(timeout_s)

    def close(self) -> None:
        """Take no more questions; safe to call twice."""
        self._newest.close()

    def _explain(self, state: ViewerState) -> None:
        self.failed = True
        with self._banner.reporting("explanation"):
            self.explained = state, self._split(state)
            self.failed = False
        self._tell()

    def _split(self, state: ViewerState) -> Attribution | None:
        if state.a == state.b:
            return None
        one = self._frames[state.index : state.index + 1]
        split = partial(attribute, self._model, one, training=state.a, serving=state.b, progress=False)
        try:
            return split(metric="kl")  # whether one frame flips is 0 or 1, and tells nothing of what is on the way
        except InvalidValue:  # boxes, or outputs that are no class probabilities: they have another one
            return split(metric="auto")
