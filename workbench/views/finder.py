"""Run the search for a model's preprocessing in the background, with progress, until it ends or shall stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from workbench.diagnose.search.search import search
from workbench.errors import InvalidValue
from workbench.frames.frame import FrameSequence
from workbench.models import Model
from workbench.recipes import Recipe
from workbench.views import finding as transitions
from workbench.views.banner import Banner
from workbench.views.finding import FRAMES, NO_MODEL, Finding
from workbench.views.interrupts import Interrupted
from workbench.views.newest import Newest

TELL_S = 0.1  # between two reports of progress: smooth to the eye, and nothing for the browser


class _Order(NamedTuple):
    frames: slice
    base: Recipe | None


class Finder:
    """One search at a time over frames of a sequence.

    Args:
        frames: the sequence.
        model: whose preprocessing is looked for; None where there is none, and then nothing can be found.
        labels: the true class of each frame, where known.
        banner: shows under "search" what went wrong.
        tell: called after each change of `finding`, from the background too.
    """

    def __init__(
        self,
        frames: FrameSequence,
        model: Model | None,
        labels: Sequence[Any] | None,
        *,
        banner: Banner,
        tell: Callable[[], None],
    ) -> None:
        if labels is not None and len(labels) != len(frames):
            raise InvalidValue(f"labels: expected one for each of {len(frames)} frames; got {len(labels)}")
        self._frames, self._model, self._labels = frames, model, labels
        self._banner, self._tell = banner, tell
        self.finding = Finding(frames=min(FRAMES, len(frames)))
        self._lock = threading.Lock()  # of `finding`, which both threads change
        self._told_at = 0.0
        self._newest: Newest[_Order] = Newest(self._run)
        self._interrupted = Interrupted(self.stop)

    def start(self, frames: int, base: Recipe | None) -> None:
        """Search over at most so many frames, with the slots of `base` to start from; one that runs goes on.

        Raises:
            InvalidValue: there is no model, or `frames` is below 1.
        """
        if self._model is None:
            raise InvalidValue(f"a search {NO_MODEL}")
        if self.finding.busy:
            return
        self._change(transitions.begin, frames)
        self._banner.clear("search")
        self._interrupted.listen()
        self._newest.submit(_Order(transitions.spread(self._frames, frames), base))

    def stop(self) -> None:
        """Ask the search to stop; it does at its next report of progress."""
        if self.finding.busy:
            self._change(transitions.stop)
            self._tell()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until no search runs; False if that took longer than `timeout_s`."""
        return self._newest.wait(timeout_s)

    def close(self) -> None:
        """Stop for good; safe to call twice."""
        self._change(transitions.stop)
        self._newest.close()

    def _run(self, order: _Order) -> None:
        """Search; runs in the background thread."""
        with self._banner.reporting("search"):
            labels = None if self._labels is None else self._labels[order.frames]
            try:
                result = search(
                    self._model, self._frames[order.frames], labels=labels, recipe=order.base, progress=self._progress
                )
                self._change(transitions.ended, result)
            except BaseException:
                stopping = self.finding.phase == "stopping"
                self._change(transitions.failed)
                if not stopping:
                    raise
        self._tell()

    def _progress(self, done: int, total: int, doing: str = "") -> bool:
        """Take the search's report; False tells it to stop."""
        self._change(transitions.progressed, done, total, doing)
        now = time.monotonic()
        if now - self._told_at >= TELL_S:
            self._told_at = now
            self._tell()
        return self.finding.phase == "running"

    def _change(self, transition: Callable[..., Finding], *given: Any) -> None:
        with self._lock:
            self.finding = transition(self.finding, *given)
