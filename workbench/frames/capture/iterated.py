"""Take frames from an iterator: a generator of the user's, or a stream that is opened already."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from typing import Any

import numpy as np

from workbench.frames.arrays import checked
from workbench.frames.capture.capture import Capture, Captured, CaptureState, Lost, Phase
from workbench.frames.frame import ChannelOrder, Frame

JOIN_S = 0.4  # for the thread to end; a generator that waits for something goes on in a daemon thread


class Iterated(Capture):
    """Pictures (H, W, 3) uint8 or Frames from an iterator, which runs in a thread of its own and one picture ahead.

    Pictures are copied, since generators often fill one buffer again and again. An exception of the iterator is
    raised by `read`, in its place.
    """

    waits = True

    def __init__(self, items: Iterator[Any], *, origin: str = "generator", order: ChannelOrder = "rgb") -> None:
        self.origin, self.order, self._items = origin, order, items
        self._next: Captured | None = None
        self._error: BaseException | None = None
        self._over = self._stopped = False
        self._changed = threading.Condition()
        self._state = CaptureState("live", time.monotonic())
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> CaptureState:
        """How far it is: live, ended, failed or stopped."""
        return self._state

    def read(self) -> Captured | Lost | None:
        """Wait for the next picture.

        Raises:
            InvalidValue: the iterator gave something that is no picture.
        """
        with self._changed:
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(target=self._run, name="workbench-iterate", daemon=True)
                self._thread.start()
            self._changed.wait_for(lambda: self._next is not None or self._over or self._stopped)
            if self._stopped:
                return None
            found, self._next = self._next, None
            self._changed.notify_all()
            if found is None and self._error is not None:
                error, self._error = self._error, None
                raise error
            return found

    def stop(self) -> None:
        """Make a waiting read return None, whatever the iterator does."""
        with self._changed:
            self._stopped = True
            if self._state.phase == "live":
                self._state = CaptureState("stopped", time.monotonic())
            self._changed.notify_all()

    def close(self) -> None:
        """Stop; the generator is closed where it stands, as soon as it comes back from what it does."""
        self.stop()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(JOIN_S)

    def _run(self) -> None:
        try:
            for number, item in enumerate(self._items):
                if not self._offer(_captured(item, number)):
                    break
        except BaseException as error:
            self._error = error
        if isinstance(self._items, Generator):
            self._items.close()
        with self._changed:
            self._over = True
            if self._state.phase == "live":
                phase: Phase = "failed" if self._error else "ended"
                self._state = CaptureState(phase, time.monotonic(), str(self._error or ""))
            self._changed.notify_all()

    def _offer(self, captured: Captured) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._next is None or self._stopped)
            self._next = captured
            self._changed.notify_all()
            return not self._stopped


def _captured(item: Any, number: int) -> Captured:
    arrived = time.monotonic()
    if isinstance(item, Frame):
        return Captured(item.image.copy(), number, arrived, item.time_s, origin=item.origin)
    return Captured(np.array(checked(item, f"item {number} of the generator")), number, arrived)
