"""The desk of a live stream: one lock around the ledger, at which reader, workers and consumer meet and wait."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from workbench.frames.capture.capture import Capture, Captured, Lost
from workbench.inference.live.answering import Answer, Answerer
from workbench.inference.live.ledger import Ledger, Waiting
from workbench.inference.live.meter import Meter
from workbench.inference.live.result import LiveResult, StreamResult
from workbench.inference.live.serving import Serving

FAILURES = 10  # frames in a row that the model raised on, after which a stream ends
MOST_ERRORS = 20  # different texts that are kept
OVER: Literal["over"] = "over"
READ: Literal["read"] = "read"


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Frames for one call of a model."""

    frames: list[Waiting]
    answerer: Answerer
    serving: Serving | None


class Desk:
    """Everything that the threads of a stream share; each method holds the lock for microseconds.

    Attributes:
        ledger: where every frame is; read it under `lock`.
        meter: what the frames took; likewise.
        serving: the recipe that the next frame goes through.
        errors: what recipe or model raised -> times.
        reading: a thread is inside the source's `read`.
    """

    def __init__(
        self, ledger: Ledger, meter: Meter, answerers: Sequence[Answerer], serving: Serving | None, capture: Capture
    ) -> None:
        self.ledger, self.meter, self.serving = ledger, meter, serving
        self.errors: Counter[str] = Counter()
        self.reading = self.ended = False
        self.over_s: float | None = None  # `time.monotonic()` when nothing more could come
        self._order, self._origin = capture.order, capture.origin
        self._free = list(answerers)
        self._failures = 0  # in a row
        self._error: BaseException | None = None
        self._listeners: list[Callable[[], None]] = []
        self.lock = threading.RLock()
        # workers wait here, consumers as listeners, so that nobody is woken for nothing: a needless switch costs 50 us
        self._work = threading.Condition(self.lock)

    # --- the reader ----------------------------------------------------------------------------------------

    def may_read(self) -> bool:
        """Wait until there is room for a frame; False when no more is wanted."""
        with self.lock:
            self._work.wait_for(lambda: self._no_more or not self.ledger.full)
            self.reading = not self._no_more
            return self.reading

    def arrived(self, item: Captured | Lost | None) -> None:
        """Take in what the source delivered; None is its end."""
        with self.lock:
            self.reading = False
            if item is None:
                self.ended = True
            else:
                self.ledger.arrive(item, time.monotonic())
            self._call_workers()
            self._call_consumer()

    def broke(self, error: BaseException, *, in_read: bool = False) -> None:
        """End the stream with an error, which is raised after the results that are ready."""
        with self.lock:
            self.reading = self.reading and not in_read
            self._end(error)

    # --- the workers ---------------------------------------------------------------------------------------

    def job(self, *, reads: bool) -> Literal["read"] | Batch | None:
        """Wait for something to do: read a frame, if `reads` and nobody does; answer frames; None at the end."""
        with self.lock:
            while True:
                if reads and not (self.reading or self._no_more or self.ledger.full):
                    self.reading = True
                    return READ
                if self._free and self.ledger.workable and not self.ledger.reached:
                    return self._batch()
                if self._no_more and (not self.ledger.waiting or self.ledger.reached):
                    return None
                self._work.wait()

    def finished(self, batch: Batch, answers: Sequence[Answer]) -> None:
        """Take in the answers about the frames of a batch."""
        with self.lock:
            self._failures = 0
            for frame, answer in zip(batch.frames, answers, strict=True):
                self.ledger.finish(frame.turn, answer)
            self._call_consumer()

    def failed(self, frame: Waiting, error: Exception) -> None:
        """Give up a frame; FAILURES of them in a row end the stream."""
        with self.lock:
            self.ledger.fail(frame.turn)
            self.note(f"{type(error).__name__}: {' '.join(str(error).split())[:200]}")
            self._failures += 1
            if self._failures == FAILURES:
                error.add_note(f"{FAILURES} frames in a row")
                self._end(error)
            self._call_workers()
            self._call_consumer()

    def give_back(self, answerer: Answerer) -> None:
        """Let the next worker have a model."""
        with self.lock:
            self._free.append(answerer)
            if len(self._free) == 1:  # somebody may have waited for a model
                self._call_workers()

    # --- the consumer --------------------------------------------------------------------------------------

    def take(self) -> StreamResult | Literal["over"]:
        """Wait for the next result; OVER at the end.

        Raises:
            Exception: what ended the stream, once.
        """
        while True:
            arrived = threading.Lock()
            arrived.acquire(blocking=False)
            taken = self.take_or_listen(arrived.release)
            if taken is not None:
                return taken
            try:
                arrived.acquire()  # of a Condition, an interrupt at the wrong moment would be a RuntimeError
            finally:
                self.forget(arrived.release)

    def take_or_listen(self, listener: Callable[[], None]) -> StreamResult | Literal["over"] | None:
        """Return as `take`, without waiting; None, and `listener` is called once when it is worth asking again."""
        with self.lock:
            taken = self._take()
            if taken is None:
                self._listeners.append(listener)
            return taken

    def forget(self, listener: Callable[[], None]) -> None:
        """Call this listener no more."""
        with self.lock, suppress(ValueError):
            self._listeners.remove(listener)

    def stop(self) -> None:
        """End it now; all that is in flight is dropped."""
        with self.lock:
            self.ledger.stop()
            self.ended, self._error = True, None
            self._call_workers()
            self._call_consumer()

    @property
    def over(self) -> bool:
        """Whether nothing more can be taken."""
        with self.lock:
            return self._over

    def moment(self, phase: str) -> None:
        """Close a moment of the timeline; `phase` is the source's."""
        with self.lock:
            self.meter.moment(time.monotonic(), self.ledger, phase)

    def note(self, text: str) -> None:
        """Count an error's text; the lock may be held or not."""
        with self.lock:
            known = text in self.errors or len(self.errors) < MOST_ERRORS
            self.errors[text if known else "other errors"] += 1

    # --- under the lock ------------------------------------------------------------------------------------

    @property
    def _no_more(self) -> bool:
        return self.ended or self.ledger.stopped or self.ledger.reached

    @property
    def _over(self) -> bool:
        return self.ledger.reached or (self._no_more and not self.ledger.in_flight)

    def _batch(self) -> Batch:
        answerer, ledger = self._free.pop(), self.ledger
        most = 1 if ledger.newest_only else answerer.rows
        frames = ledger.take_work(most, time.monotonic())
        if ledger.backs_up:
            self._call_workers()  # there is room for a frame
        return Batch(frames, answerer, self.serving)

    def _take(self) -> StreamResult | Literal["over"] | None:
        if self.ledger.takeable and not self.ledger.reached:
            return self._shown()
        if not self._over:
            return None
        error, self._error = self._error, None
        if error is not None:
            raise error
        return OVER

    def _shown(self) -> StreamResult:
        held_up = self.ledger.held_up
        answer: Answer = self.ledger.show()
        now = time.monotonic()
        seconds = {**answer.seconds, "order": now - answer.done_s}
        self.meter.shown(now - answer.captured.captured_s, seconds)
        if held_up or self.ledger.reached:
            self._call_workers()
        self._call_consumer()
        return LiveResult(
            answer.captured,
            self._order,
            origin=self._origin,
            prediction=answer.prediction,
            shown_s=now,
            recipe=answer.recipe,
            seconds=seconds,
        )

    def _end(self, error: BaseException) -> None:
        self.ended = True
        self._error = self._error or error
        self.ledger.refuse()
        self._call_workers()
        self._call_consumer()

    def _call_workers(self) -> None:
        self._work.notify_all()

    def _call_consumer(self) -> None:
        """Wake who waits for results, where there is one, or none will come any more."""
        if self._over and self.over_s is None:
            self.over_s = time.monotonic()
        if self.ledger.takeable or self._over:
            listeners, self._listeners = self._listeners, []
            for listener in listeners:
                listener()
