"""The ledger of a live stream: where every frame is, and what became of it. No thread, no clock, no model.

A frame waits, is in work, or its result is ready and not yet taken; or it was shown or dropped. Each step moves it
from one of these places to the next, so the sum holds after every step: captured = shown + dropped + in flight.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from workbench.frames.capture.capture import Captured, Lost
from workbench.inference.live.policy import Policy

EARLY = 0.25  # of the time between two: a frame that `sample(fps=)` takes may come so much early, as live frames do


@dataclass(slots=True, eq=False)
class Waiting:
    """A frame on its way."""

    turn: int  # its place among those that were let in
    captured: Captured
    arrived_s: float  # `time.monotonic()` when it was let in
    taken_s: float = 0.0  # `time.monotonic()` when a worker took it


@dataclass(slots=True, order=True)
class Ready:
    """A frame with its answer, until somebody takes it."""

    turn: int
    answer: Any = field(compare=False)


class Ledger:
    """Moves frames from place to place by a policy.

    Args:
        policy: what becomes of frames that come faster than they are worked on.
        limit: results to show.
        holds_up: the source can wait, so what `sample` takes is not overtaken.
    """

    def __init__(self, policy: Policy, *, limit: int | None = None, holds_up: bool = False) -> None:
        self.policy, self.limit = policy, limit
        self.newest_only = policy.newest_only and not (holds_up and policy.kind == "sample")
        self.backs_up = policy.kind == "block" or (holds_up and policy.kind == "sample")  # reading waits for room
        self.allow(depth=2, out=4)
        self.captured = self.shown = 0
        self.dropped: Counter[str] = Counter()
        self.queue_max = 0
        self.waiting: deque[Waiting] = deque()
        self.working: dict[int, Waiting] = {}  # by turn, in the order they were taken
        self.ready: list[Ready] = []  # a heap
        self.stopped = False
        self._own_times = holds_up  # by the frames' own times where the source waits: arrivals mean nothing there
        self._next_turn = 0
        self._newest_out = -1  # turn of the newest that was ready
        self._seen = 0
        self._due_s: float | None = None  # of the next frame that `sample(fps=)` takes

    def allow(self, *, depth: int, out: int) -> None:
        """Set how many frames may wait, where the policy does not say it, and how many may be in work or ready.

        At so many workers take no more, so that a slow consumer holds them up; where only the newest counts, none
        does.
        """
        self.depth, self.most_out = self.policy.count or depth, out

    # --- what there is -------------------------------------------------------------------------------------

    @property
    def in_flight(self) -> int:
        """Frames that wait, are in work, or ready."""
        return len(self.waiting) + len(self.working) + len(self.ready)

    @property
    def full(self) -> bool:
        """Whether reading has to wait."""
        if self.stopped or not self.backs_up:
            return False
        enough = self.limit is not None and self.shown + self.in_flight >= self.limit
        return enough or len(self.waiting) >= self.depth

    @property
    def workable(self) -> bool:
        """Whether a worker may take a frame."""
        return bool(self.waiting) and (self.newest_only or len(self.working) + len(self.ready) < self.most_out)

    @property
    def held_up(self) -> bool:
        """Whether reader or workers wait for a result to be taken."""
        return self.full or (bool(self.waiting) and not self.workable)

    @property
    def takeable(self) -> bool:
        """Whether the next result is there; results leave in the order their frames came."""
        return bool(self.ready) and (
            self.newest_only or not self.working or self.ready[0].turn < next(iter(self.working))
        )

    @property
    def reached(self) -> bool:
        """Whether as many were shown as were asked for."""
        return self.limit is not None and self.shown >= self.limit

    # --- the steps -----------------------------------------------------------------------------------------

    def arrive(self, item: Captured | Lost, now_s: float) -> None:
        """Take in what the source delivered."""
        count = item.count if isinstance(item, Lost) else 1
        self.captured += count
        if isinstance(item, Lost):
            self._drop(item.reason, count)
        elif self.stopped:
            self._drop("stopped")
        elif self._left_out(item):
            self._drop("sampled out")
        else:
            if self.newest_only:
                self._drop("overtaken", len(self.waiting))
                self.waiting.clear()
            elif self.policy.kind == "drop_oldest" and len(self.waiting) >= self.depth:
                self.waiting.popleft()
                self._drop("full")
            self.waiting.append(Waiting(self._next_turn, item, now_s))
            self._next_turn += 1
            self.queue_max = max(self.queue_max, len(self.waiting))

    def take_work(self, most: int, now_s: float) -> list[Waiting]:
        """Give a worker the oldest frames that wait, `most` at most; those of one batch have one size."""
        taken: list[Waiting] = []
        shape = self.waiting[0].captured.image.shape
        while self.waiting and len(taken) < most and self.waiting[0].captured.image.shape == shape:
            frame = self.waiting.popleft()
            frame.taken_s = now_s
            self.working[frame.turn] = frame
            taken.append(frame)
        return taken

    def finish(self, turn: int, answer: Any) -> None:
        """Put a result where it can be taken; one that a newer result has overtaken is dropped."""
        if self.working.pop(turn, None) is None:
            return  # the stream was stopped meanwhile
        if self.newest_only:
            if turn < self._newest_out:
                self._drop("overtaken")
                return
            self._drop("overtaken", len(self.ready))
            self.ready.clear()
        self._newest_out = max(self._newest_out, turn)
        heapq.heappush(self.ready, Ready(turn, answer))

    def fail(self, turn: int) -> None:
        """Give up a frame that the model raised on."""
        if self.working.pop(turn, None) is not None:
            self._drop("failed")

    def show(self) -> Any:
        """Hand out the next result's answer; `takeable` says that there is one."""
        self.shown += 1  # before the call: Python raises an interrupt after calls, and then both are done
        return heapq.heappop(self.ready).answer

    def refuse(self) -> None:
        """Drop what waits and what is still to come; what is in work and ready can be shown."""
        self.stopped = True
        self._drop("stopped", len(self.waiting))
        self.waiting.clear()

    def stop(self) -> None:
        """Drop all that is in flight; what workers still bring is not taken any more."""
        self.refuse()
        self._drop("stopped", self.in_flight)
        self.working.clear()
        self.ready.clear()

    def _drop(self, reason: str, count: int = 1) -> None:
        if count:
            self.dropped[reason] += count

    def _left_out(self, item: Captured) -> bool:
        """Say whether `sample` leaves a frame out; its first is taken."""
        self._seen += 1
        if self.policy.every is not None:
            return (self._seen - 1) % self.policy.every != 0
        if self.policy.fps is None:
            return False
        at = item.time_s if self._own_times and item.time_s is not None else item.captured_s
        period = 1 / self.policy.fps
        if self._due_s is None or at > self._due_s + period or at < self._due_s - 2 * period:
            self._due_s = at  # the first, after a gap (there is no catching up), or a clip that begins again
        if at < self._due_s - period * EARLY:
            return True
        self._due_s += period
        return False
