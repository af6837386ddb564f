"""Play a file or any other sequence: as fast as it is read, or in real time as a camera would deliver it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator

from workbench.frames.capture.capture import Capture, Captured, CaptureState, Lost
from workbench.frames.capture.real_time import RealTime, check_speed
from workbench.frames.capture.reel import Shot, period_of, reel
from workbench.frames.frame import FrameSequence

AHEAD = 8  # frames that are decoded before they are due, and that may wait after it
JOIN_S = 0.4  # for a thread to end; one picture decodes in less


class ReadFile(Capture):
    """A sequence as fast as it is read; each picture arrives when it is asked for, so its age counts its decoding.

    Attributes:
        frames: the sequence, which can be read again from its start.
    """

    waits = True

    def __init__(self, frames: FrameSequence, *, threads: int | None = None, loop: bool = False) -> None:
        self.frames, self.origin, self.order = frames, frames.origin, frames.order
        self.damaged = frames.damaged or ""
        self._shots = reel(frames, threads=threads, loop=loop)
        self._number, self._stopped = 0, False
        self._state = CaptureState("live", time.monotonic())
        self._reading = threading.Lock()

    @property
    def state(self) -> CaptureState:
        """How far it is: live, ended, failed or stopped."""
        return self._state

    def read(self) -> Captured | Lost | None:
        """Decode the next picture; None at the end."""
        with self._reading:
            if self._state.phase != "live" or self._stopped:
                return None
            arrived = time.monotonic()
            try:
                shot = next(self._shots, None)
            except BaseException as error:
                self._state = CaptureState("failed", time.monotonic(), str(error))
                raise
            if shot is None:
                self._state = CaptureState("ended", time.monotonic())
                return None
            self._number += 1
            return Captured(shot.image, self._number - 1, arrived, shot.time_s, shot.decode_s, shot.origin)

    def stop(self) -> None:
        """Give out no further picture; one that is being decoded takes milliseconds."""
        self._stopped = True
        if self._state.phase == "live":
            self._state = CaptureState("stopped", time.monotonic())

    def close(self) -> None:
        """Stop, and release the decoder once a read in another thread is through."""
        self.stop()
        with self._reading:
            close_iterator(self._shots)


class PlayedFile(Capture):
    """A sequence in real time, `speed` times as fast: each frame is there at the moment it is due, decoded before.

    A thread decodes up to `AHEAD` frames before they are due. Frames wait in order for a late reader; when `AHEAD` of
    them are due, the oldest is given up, and counted. The clock starts with the first read, once a frame is there.
    Where decoding itself is slower than the clock by more than a second, the clock waits for it, and the state says so.
    """

    def __init__(
        self,
        frames: FrameSequence,
        *,
        speed: float = 1.0,
        threads: int | None = None,
        loop: bool = False,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        check_speed(speed)
        self.origin, self.order, self.damaged = frames.origin, frames.order, frames.damaged or ""
        self._speed, self._now, self._clock = speed, now, RealTime(speed)
        self._shots = reel(frames, threads=threads, loop=loop)
        self._period = period_of(frames) / speed
        self._ready: deque[tuple[int, Shot]] = deque()  # number, shot
        self._decoded = self._overrun = 0
        self._ended = self._stopped = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()
        self._state = CaptureState("opening", now())
        self._thread = threading.Thread(target=self._decode_ahead, name="workbench-play", daemon=True)
        self._thread.start()

    @property
    def state(self) -> CaptureState:
        """How far it is; `detail` says where decoding is too slow for the clock."""
        return self._state

    def read(self) -> Captured | Lost | None:
        """Wait until the next frame is due."""
        with self._changed:
            if not self._clock.begun:
                self._changed.wait_for(lambda: self._ready or self._ended or self._stopped)
                self._start_clock()
            while not self._stopped:
                if self._overrun:
                    count, self._overrun = self._overrun, 0
                    return Lost("overrun", count)
                wait = self._until_due()
                if wait is None and self._ended:
                    self._end()
                    return None
                if wait is not None and wait <= 0:
                    number, shot = self._ready.popleft()
                    self._changed.notify_all()
                    due_s = self._clock.due(shot.time_s)
                    return Captured(shot.image, number, due_s, shot.time_s, shot.decode_s, shot.origin)
                self._changed.wait(wait)
            return None

    def stop(self) -> None:
        """Make a waiting read return None."""
        with self._changed:
            self._stopped = True
            if self._state.phase in ("opening", "live"):
                self._state = CaptureState("stopped", self._now())
            self._changed.notify_all()

    def close(self) -> None:
        """Stop, and let the thread release the decoder."""
        self.stop()
        if self._thread is not threading.current_thread():
            self._thread.join(JOIN_S)
        self._ready.clear()

    def _start_clock(self) -> None:
        now = self._now()
        self._clock.begin(now)
        if self._state.phase == "opening":
            self._state = CaptureState("live", now)
        self._changed.notify_all()

    def _until_due(self) -> float | None:
        """Return the seconds until the oldest waiting frame is due; None where none waits."""
        return self._until(self._ready[0][1]) if self._ready else None

    def _until(self, shot: Shot) -> float:
        return self._clock.due(shot.time_s) - self._now()

    def _end(self) -> None:
        if self._error is not None:
            raise self._error
        if self._state.phase == "live":
            self._state = CaptureState("ended", self._now())

    def _decode_ahead(self) -> None:
        try:
            for shot in self._shots:
                if not self._hand_on(shot):
                    break
        except BaseException as error:
            self._error = error
            self._state = CaptureState("failed", self._now(), str(error))
        finally:
            close_iterator(self._shots)
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _hand_on(self, shot: Shot) -> bool:
        """Put a frame in its place; False when there is no reader any more."""
        with self._changed:
            if self._clock.begun and not self._ready and self._clock.wait_for(shot.time_s, self._now()):
                self._say_late()
            while len(self._ready) >= AHEAD and not self._stopped:
                wait = self._until(shot) if self._clock.begun else None
                if wait is not None and wait <= 0:
                    self._ready.popleft()
                    self._overrun += 1
                else:
                    self._changed.wait(wait)
            self._ready.append((self._decoded, shot))
            self._decoded += 1
            self._changed.notify_all()
            self._let_answer()
            return not self._stopped

    def _let_answer(self) -> None:
        """While there is no hurry, leave the first half of each period to whoever answers the frame that was due.

        The picture of a camera is decoded before it arrives, and not while it is answered.
        """
        while not self._stopped and self._clock.begun and len(self._ready) >= AHEAD // 2:
            wait = self._until(self._ready[0][1]) - self._period / 2
            if wait <= 0:
                return
            self._changed.wait(wait)

    def _say_late(self) -> None:
        late_s = self._clock.held_up_s
        detail = f"decoding is slower than {self._speed:g} times real time; played {late_s:.1f} s late so far"
        self._state = CaptureState("live", self._state.since_s, detail)


def close_iterator(items: Iterator[object]) -> None:
    """Close a generator; other iterators have no end to be told."""
    if isinstance(items, Generator):
        items.close()
