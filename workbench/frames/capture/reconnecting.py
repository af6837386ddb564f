"""A camera or network stream in a process of its own, opened again when it is lost."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from workbench.errors import UnreadableSource
from workbench.frames.capture.capture import Capture, Captured, CaptureState, Lost, Phase
from workbench.frames.capture.feeds import Wanted
from workbench.frames.capture.remote import Remote
from workbench.frames.capture.retrying import STEADY_S, next_pause_s

KEPT = 2  # pictures that wait for a late reader; an older one is given up for a newer one
START_S = 60.0  # for the process to import what it needs, on a machine that is very busy
JOIN_S = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """A picture in the ring that nobody has taken yet."""

    image: np.ndarray  # where it lies
    offset: int
    number: int
    captured_s: float
    time_s: float
    decode_s: float
    remote: Remote

    def take(self) -> np.ndarray:
        """Copy it, and give its place back."""
        image = self.image.copy()
        self.remote.release(self.offset)
        return image


class _LostSource(Exception):
    """Why one life of the source ended; its text is one line."""


class Reconnecting(Capture):
    """Pictures of a live source, the newest two while nobody reads.

    A thread follows the messages of the reading process. When the source is lost - closed, silent for
    `wanted.read_timeout_s`, its process dead - the process is killed and a new one tries again, with longer and longer
    pauses, until `retry_s` have passed since the loss. A clip on a server, which has an end, is not tried again; with
    `wanted.speed` it is played in real time, without one it waits for its reader instead of losing pictures.

    Raises:
        UnreadableSource: the source is not there at the first try.
    """

    def __init__(self, wanted: Wanted, *, origin: str, retry_s: float = 60.0) -> None:
        self.origin, self.order = origin, "rgb" if wanted.decode == "pyav" else "bgr"
        self._wanted, self._retry_s = wanted, retry_s
        self._waiting: deque[_Waiting] = deque()
        self._lost: Counter[str] = Counter()
        self._number = 0
        self._first_s: float | None = None  # arrival of the first picture of all
        self._live_s: float | None = None  # arrival of the first picture of this life
        self._opened = self._clip = self._over = self._stopped = False
        self._error: UnreadableSource | None = None
        self._remote: Remote | None = None
        self._changed = threading.Condition()
        self._state = CaptureState("opening", time.monotonic())
        self._thread = threading.Thread(target=self._follow, name="workbench-capture", daemon=True)
        self._thread.start()
        self._expect_open()

    @property
    def state(self) -> CaptureState:
        """How it is doing; `detail` says why it was lost and when it is tried again."""
        return self._state

    @property
    def pid(self) -> int | None:
        """The number of the process that reads it; None between two of them."""
        remote = self._remote
        return None if remote is None else remote.pid

    def read(self) -> Captured | Lost | None:
        """Wait for the next picture, also while the source is lost and looked for."""
        with self._changed:
            self._changed.wait_for(lambda: self._lost or self._waiting or self._over or self._stopped)
            if self._stopped:
                return None
            if self._lost:
                return Lost(*self._lost.popitem())
            if not self._waiting:
                if self._error is not None:
                    raise self._error
                return None
            found = self._waiting.popleft()
        return Captured(found.take(), found.number, found.captured_s, found.time_s, found.decode_s)

    def stop(self) -> None:
        """Make a waiting read return None, and kill the process, whatever it does."""
        with self._changed:
            self._stopped = True
            if self._state.phase not in ("ended", "failed", "stopped"):
                self._enter("stopped")
            if self._remote is not None:
                self._remote.kill()
            self._changed.notify_all()

    def close(self) -> None:
        """Stop, and wait until process, pipes and memory are released."""
        self.stop()
        if self._thread is not threading.current_thread():
            self._thread.join(JOIN_S)

    def _expect_open(self) -> None:
        try:
            with self._changed:
                self._changed.wait_for(lambda: self._opened or self._over)
        except BaseException:
            self.close()
            raise
        if self._error is not None and not self._opened:
            raise self._error

    def _follow(self) -> None:
        """Live through one life of the source after another."""
        attempt, lost_s = 0, 0.0
        try:
            while not self._stopped:
                try:
                    self._live()
                    self._enter("ended")
                    return
                except _LostSource as error:
                    problem = str(error)
                now = time.monotonic()
                if attempt == 0 or self._live_s is not None:  # it is lost from now on: it was there
                    lost_s = now
                if self._live_s is not None and now - self._live_s > STEADY_S:
                    attempt = 0
                attempt += 1
                pause = next_pause_s(attempt, lost_s=lost_s, now_s=now, retry_s=self._retry_s)
                if not self._opened or self._clip or pause is None:  # a clip would begin again
                    self._fail(problem)
                    return
                self._pause(problem, pause, attempt)
        except Exception as error:  # nothing may leave a reader waiting for ever
            self._fail(f"{type(error).__name__}: {error}")
        finally:
            with self._changed:
                self._over = True
                self._changed.notify_all()

    def _live(self) -> None:
        """Start a process and take its pictures until the source is over.

        Raises:
            _LostSource: it ended otherwise.
        """
        remote = Remote(self._wanted)
        with self._changed:
            self._remote, self._live_s = remote, None
            if self._stopped:
                remote.kill()
        try:
            self._take_messages(remote)
        finally:
            with self._changed:
                self._remote = None
            remote.close()

    def _take_messages(self, remote: Remote) -> None:
        timeout, missing = START_S, "the process that reads it does not start"
        while True:
            messages = remote.messages(timeout)
            if messages is None:
                raise _LostSource(remote.ended_by())
            if not messages and self.waits and self._waiting:
                continue  # the process waits for our reader
            if not messages:
                raise _LostSource(missing)
            for message in messages:
                self._count(message)
                if "ready" in message:
                    timeout = self._wanted.open_timeout_s
                    missing = f"{self.origin} does not answer within {timeout:g} s; check address and network"
                elif "opened" in message:
                    timeout = self._wanted.read_timeout_s
                    missing = f"no picture for {timeout:g} s"
                    self._note_open(clip=message["clip"])
                elif "offset" in message:
                    self._take_in(remote, message)
                elif "over" in message and message["over"] is None:
                    return
                elif problem := message.get("failed") or message.get("over"):
                    raise _LostSource(problem)

    def _take_in(self, remote: Remote, message: dict[str, Any]) -> None:
        image = remote.look(message["offset"], message["shape"])
        with self._changed:
            arrived, time_s = message["captured_s"], message["time_s"]
            came_back = self._first_s is not None
            self._first_s = arrived if self._first_s is None else self._first_s
            time_s = arrived - self._first_s if time_s is None else time_s
            self._waiting.append(
                _Waiting(image, message["offset"], self._number, arrived, time_s, message["decode_s"], remote)
            )
            self._number += 1
            if len(self._waiting) > KEPT and not self.waits:
                late = self._waiting.popleft()
                late.remote.release(late.offset)
                self._lost["overrun"] += 1
            if self._live_s is None:
                self._live_s = arrived
                self._enter("live", reconnects=self._state.reconnects + came_back)
            self._changed.notify_all()

    def _count(self, message: dict[str, Any]) -> None:
        """Note what the process could not pass on; those pictures have numbers, too."""
        lost = {reason: count for reason in ("broken", "overrun") if (count := message.get(reason))}
        if lost:
            with self._changed:
                self._lost.update(lost)
                self._number += sum(lost.values())
                self._changed.notify_all()

    def _note_open(self, *, clip: bool) -> None:
        with self._changed:
            self._opened, self._clip, self.waits = True, clip, clip and self._wanted.speed is None
            self._changed.notify_all()

    def _pause(self, problem: str, pause: float, attempt: int) -> None:
        self._enter("reconnecting", f"{problem}; next try in {pause:.1f} s", attempt)
        with self._changed:
            self._changed.wait_for(lambda: self._stopped, pause)
            if not self._stopped:
                self._state = replace(self._state, detail=f"{problem}; trying now")

    def _fail(self, problem: str) -> None:
        how = "broke off" if self._clip else f"was lost and did not come back within {self._retry_s:g} s"
        told = f"{self.origin} {how}: {problem}"
        self._error = UnreadableSource(told if self._opened else _named(problem, self.origin))
        self._enter("failed", str(self._error))

    def _enter(self, phase: Phase, detail: str = "", attempt: int = 0, reconnects: int | None = None) -> None:
        with self._changed:
            if self._stopped and phase != "stopped":
                return
            count = self._state.reconnects if reconnects is None else reconnects
            self._state = CaptureState(phase, time.monotonic(), detail, attempt, count)


def _named(problem: str, origin: str) -> str:
    return problem if origin in problem or origin.replace("camera:", "camera ") in problem else f"{origin}: {problem}"
