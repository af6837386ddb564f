"""Look at a running stream a few times a second, from a thread of its own, so that a silent source is seen, too."""

from __future__ import annotations

from types import TracebackType

from workbench.cli.live.answer import answer
from workbench.cli.live.line import Meter, clock, line, state_line
from workbench.frames.capture.capture import CaptureState
from workbench.inference.live import Stream
from workbench.inference.live.result import StreamResult
from workbench.inference.live.stats import StreamStats
from workbench.reports.live_line import LiveLine, Looking


class Watch:
    """Keeps a display up to date while a stream runs; each change of state and each new error stays as a line.

    Attributes:
        newest: the result whose answer is shown; set by whoever takes the results.
    """

    def __init__(self, stream: Stream, display: LiveLine, *, threshold: float, top: int) -> None:
        self.newest: StreamResult | None = None
        self._stream, self._display = stream, display
        self._threshold, self._top = threshold, top
        self._meter = Meter()
        self._state: CaptureState | None = None
        self._errors: set[str] = set()
        self._looking = Looking(self._look, name="workbench-stream-line")

    def __enter__(self) -> Watch:
        self._display.__enter__()
        self._looking.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say what has not been said yet, and take the line away."""
        self._looking.__exit__(kind, error, trace)
        self._say_changes(self._stream.stats)
        self._display.__exit__(kind, error, trace)

    def _look(self) -> None:
        stats = self._stream.stats
        said = answer(self.newest, threshold=self._threshold, top=self._top)
        self._display.show(line(stats, self._meter.rate(stats), said, width=self._display.width))
        self._say_changes(stats)

    def _say_changes(self, stats: StreamStats) -> None:
        if _differs(self._state, stats.state):
            self._display.say(state_line(stats.state, stats.elapsed_s))
        self._state = stats.state
        for text in stats.errors.keys() - self._errors:
            self._errors.add(text)
            self._display.say(f"{clock(stats.elapsed_s)} error: {text}")


def _differs(before: CaptureState | None, now: CaptureState) -> bool:
    """Tell whether there is anything to say: that a source opens and is live at once needs no line."""
    if before is None or before.phase == "opening":
        return now.phase not in ("opening", "live", "stopped", "ended")
    changed = (before.phase, before.attempt, before.reconnects) != (now.phase, now.attempt, now.reconnects)
    return changed and now.phase not in ("stopped", "ended", "failed")  # these the summary or the error says
