"""A file played as a camera, behind the face of `cv2.VideoCapture`."""

from __future__ import annotations

import numpy as np

from workbench.frames.capture import open_capture
from workbench.frames.capture.capture import Lost

from .clips import RATE


class CameraSource:
    """A file played as a camera: frames come when they are due, wait in a camera's few buffers, and are lost after.

    It has the face of `cv2.VideoCapture`, so that readers written for that run on it as they are.
    """

    def __init__(self, path: str, limit: int, fps: float) -> None:
        self._capture, self._limit, self._fps = open_capture(path, speed=fps / RATE, loop=True), limit, fps
        self._seen: dict[int, tuple[int, float]] = {}  # id of a picture -> number, due; the newest of an id is alive
        self.captured = self.overrun = 0

    def read(self) -> tuple[bool, np.ndarray | None]:
        """Wait for the next frame."""
        while self.captured < self._limit:
            got = self._capture.read()
            if isinstance(got, Lost):
                self.captured += got.count
                self.overrun += got.count
            elif got is None:
                break
            else:
                self.captured += 1
                self._seen[id(got.image)] = got.number, got.captured_s
                return True, got.image
        self._capture.close()
        return False, None

    def when(self, image: np.ndarray) -> tuple[int, float]:
        """Return the number of a frame that is still held, and when it was due."""
        return self._seen[id(image)]

    def get(self, what: int) -> float:
        """Return the frame rate, whatever is asked for."""
        return self._fps

    def set(self, what: int, value: float) -> bool:
        """Take no setting."""
        return False

    def isOpened(self) -> bool:
        """Return whether it delivers frames; the name is OpenCV's."""
        return self._capture.state.phase in ("opening", "live")

    def release(self) -> None:
        """Close it."""
        self._capture.close()
