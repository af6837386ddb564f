"""A stream and somebody who watches it: what was shown and when, every state, the error, what it left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from scripts.live_sources.clip import read_stamp
from scripts.live_sources.traces import Traces

LOOK_S = 0.005
LONG_S = 300.0  # far longer than anything here takes; only a fault waits so long


@dataclass(frozen=True, slots=True)
class Shown:
    """One result, without its pixels."""

    at_s: float  # `time.monotonic()`
    index: int
    stamp: int | None  # the number on the picture; None where it is not whole
    size: tuple[int, int]  # height, width
    age_s: float


class Watched:
    """Consumes a stream in a thread of its own until it ends, fails or is closed.

    Args:
        start: opens the stream; what it raises is raised here.
        keep: how many results are kept whole, in `results`.
        pause_s: what the consumer takes for each.
    """

    def __init__(self, start: Callable[[], Any], *, keep: int = 0, pause_s: float = 0.0) -> None:
        self.traces = Traces()
        self.stream = start()
        self.shown: list[Shown] = []
        self.results: list[Any] = []
        self.states: list[Any] = [self.stream.state]
        self.error: Exception | None = None
        self._keep, self._pause_s = keep, pause_s
        self._over = threading.Event()
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._consume, self._look)]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the stream."""
        self.close()

    def close(self) -> float:
        """Close the stream and wait for its consumer; return the seconds both took."""
        self.traces.note()
        start = time.monotonic()
        self.stream.close()
        self._threads[0].join(LONG_S)
        taken = time.monotonic() - start
        self._over.set()
        self._threads[1].join(LONG_S)
        return taken

    def wait(self, condition: Callable[[], object], *, within_s: float = LONG_S) -> float:
        """Wait until something is true; return the seconds that took.

        Raises:
            TimeoutError: it did not come true.
        """
        start = time.monotonic()
        while not condition():
            if time.monotonic() - start > within_s:
                raise TimeoutError(f"not within {within_s:g} s; states {self.told()}, {len(self.shown)} shown")
            time.sleep(LOOK_S)
        return time.monotonic() - start

    def until_shown(self, more: int = 1, *, within_s: float = LONG_S) -> float:
        """Wait until so many more results were shown."""
        wanted = len(self.shown) + more
        return self.wait(lambda: len(self.shown) >= wanted, within_s=within_s)

    def until_phase(self, phase: str, *, within_s: float = LONG_S) -> float:
        """Wait until the source is in a phase."""
        return self.wait(lambda: self.stream.state.phase == phase, within_s=within_s)

    def until_over(self, *, within_s: float = LONG_S) -> float:
        """Wait until the consumer has come to the end, or to an error."""
        return self.wait(lambda: not self._threads[0].is_alive(), within_s=within_s)

    def told(self) -> list[str]:
        """Return every state as a person saw it."""
        return [f"{each.phase}: {each.detail}" if each.detail else each.phase for each in self.states]

    def _consume(self) -> None:
        try:
            for result in self.stream:
                image = result.frame.image
                stamp = read_stamp(image)
                self.shown.append(Shown(time.monotonic(), result.frame.index, stamp, image.shape[:2], result.age_s))
                self.results += [result] if len(self.results) < self._keep else []
                time.sleep(self._pause_s)
        except Exception as error:  # whatever the stream ends with is what is looked at
            self.error = error

    def _look(self) -> None:
        while not self._over.wait(LOOK_S):
            state = self.stream.state
            if (state.phase, state.detail) != (self.states[-1].phase, self.states[-1].detail):
                self.states.append(state)
                self.traces.note()
