"""A source and a model that do what a test tells them, and nothing else."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from workbench.frames.capture import Capture, Captured, CaptureState, Lost
from workbench.models.model import TensorSpec

SIDE = 4  # pixels
Step = float | threading.Event | Lost | Exception


def picture(number: int, side: int = SIDE) -> np.ndarray:
    """Return a picture that carries its number in its first two values."""
    image = np.zeros((side, side, 3), np.uint8)
    image[..., 0], image[..., 1] = number % 256, number // 256
    return image


def as_tensor(image: np.ndarray) -> np.ndarray:
    """Preprocess: the picture as float32, red first."""
    return image.astype(np.float32)


class FakeCapture(Capture):
    """Delivers what it is given: a Lost, an exception, or the next picture after so many seconds or an Event.

    `read` ends at once when it is stopped, as every capture promises.
    """

    order = "rgb"
    origin = "fake"

    def __init__(self, script: Iterable[Step], *, waits: bool = True) -> None:
        self.waits = waits
        self._script: Iterator[Step] = iter(script)
        self._stop = threading.Event()
        self.delivered = 0  # pictures, and those that were lost
        self.closed = 0
        self.inside = threading.Lock()

    @property
    def state(self) -> CaptureState:
        return CaptureState("stopped" if self._stop.is_set() else "live", 0.0)

    def read(self) -> Captured | Lost | None:
        assert self.inside.acquire(blocking=False), "two threads read at once"
        try:
            return self._read()
        finally:
            self.inside.release()

    def _read(self) -> Captured | Lost | None:
        step = next(self._script, None)
        if step is None or self._stop.is_set():
            return None
        if isinstance(step, Exception):
            raise step
        if isinstance(step, Lost):
            self.delivered += step.count
            return step
        if isinstance(step, threading.Event):
            step.wait()
        elif step and self._stop.wait(step):
            return None
        number = self.delivered
        self.delivered += 1
        return Captured(picture(number), number, time.monotonic(), number / 30)

    def stop(self) -> None:
        self._stop.set()

    def close(self) -> None:
        self.stop()
        self.closed += 1


class FakeModel:
    """Answers each picture with the number in it; `during(call)` may wait or raise."""

    name = "counter"
    labels = None
    inputs = (TensorSpec("image", (None, SIDE, SIDE, 3), "float32"),)
    outputs = (TensorSpec("number", (None, 1), "float32"),)

    def __init__(self, during: Callable[[int], None] = lambda call: None) -> None:
        self.during = during
        self.calls: list[int] = []  # rows of each
        self.threads: set[str] = set()
        self.inside = threading.Lock()

    def predict(self, batch: np.ndarray) -> dict[str, np.ndarray]:
        assert self.inside.acquire(blocking=False), "two threads asked at once"
        try:
            self.threads.add(threading.current_thread().name)
            self.calls.append(len(batch))
            self.during(len(self.calls) - 1)
            return {"number": batch[:, 0, 0, :1] + 256 * batch[:, 0, 0, 1:2]}
        finally:
            self.inside.release()

    def close(self) -> None:
        pass


def number_of(result) -> int:
    """Return the number that the model saw."""
    return int(result.prediction.outputs["number"][0, 0])


def live_threads() -> set[str]:
    """Return the names of the threads that streams have running."""
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("workbench-live")}
