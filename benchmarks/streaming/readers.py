"""The public threaded readers before the same model: imutils and VidGear where they are importable.

Each runs as it is. As a camera it is given one that plays the clip, in place of its own `cv2.VideoCapture`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib import import_module
from queue import Queue
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np

from .answering import warm
from .camera import CameraSource
from .outcome import Clocked, Outcome

Reader = Any  # what has start() -> itself, read() -> picture or None, and stop()


class OwnFileReader:
    """A thread that reads ahead into a queue of 128, as imutils' FileVideoStream does."""

    def __init__(self, path: str) -> None:
        self._capture = cv2.VideoCapture(path)
        self._ahead: Queue[np.ndarray | None] = Queue(maxsize=128)
        self._thread = threading.Thread(target=self._read_ahead)
        self._stopped = False

    def start(self) -> OwnFileReader:
        """Start the thread."""
        self._thread.start()
        return self

    def read(self) -> np.ndarray | None:
        """Wait for the next picture; None at the end."""
        return self._ahead.get()

    def stop(self) -> None:
        """End the thread, which may wait for a place in the queue."""
        self._stopped = True
        while self._thread.is_alive():
            if not self._ahead.empty():
                self._ahead.get()
            self._thread.join(0.01)

    def _read_ahead(self) -> None:
        read = True
        while read and not self._stopped:
            read, image = self._capture.read()
            self._ahead.put(image if read else None)


class OwnCameraReader:
    """A thread that keeps the newest picture, as imutils' WebcamVideoStream does: a reader may see one twice."""

    def __init__(self, camera: CameraSource) -> None:
        self._camera = camera
        self._read, self._image = camera.read()

    def start(self) -> OwnCameraReader:
        """Start the thread."""
        threading.Thread(target=self._keep_newest, daemon=True).start()
        return self

    def read(self) -> np.ndarray | None:
        """Return the newest picture; None at the end."""
        return self._image

    def stop(self) -> None:
        """Leave the thread to the end of the source."""

    def _keep_newest(self) -> None:
        while self._read:
            self._read, self._image = self._camera.read()


def from_file(*, path: str, limit: int, reader: str) -> Outcome:
    """Read a file as fast as it goes; the questions imutils' `more` waits 0.1 s over are left out."""
    opened: dict[str, Callable[[], Reader]] = {
        "imutils": lambda: import_module("imutils.video").FileVideoStream(path),
        "vidgear": lambda: import_module("vidgear.gears").CamGear(source=path),
        "own": lambda: OwnFileReader(path),
    }
    outcome, answer = Outcome(), warm("fast")
    with Clocked(outcome):
        frames = opened[reader]().start()
        while len(outcome.frames) < limit and (image := frames.read()) is not None:
            outcome.show(len(outcome.frames), answer(image))
    frames.stop()
    return outcome


def from_camera(*, path: str, limit: int, fps: float, reader: str) -> Outcome:
    """Read a camera; the readers give the newest picture at once, be it new or not."""
    outcome, answer = Outcome(), warm("fast")
    with Clocked(outcome):
        camera = CameraSource(path, limit, fps)
        frames, last = _camera_reader(reader, camera).start(), -1
        while (image := frames.read()) is not None:
            number, due = camera.when(image)
            found = answer(image)
            if number == last:
                outcome.repeats += 1
            else:
                outcome.show(number, found, due)
            last = number
    frames.stop()
    outcome.captured = camera.captured
    overtaken = camera.captured - camera.overrun - len(outcome.frames)
    outcome.dropped = {"overrun": camera.overrun, "overtaken": overtaken}
    return outcome


def _camera_reader(reader: str, camera: CameraSource) -> Reader:
    if reader == "own":
        return OwnCameraReader(camera)
    name = "imutils.video.webcamvideostream" if reader == "imutils" else "vidgear.gears.camgear"
    module: Any = import_module(name)
    module.cv2 = SimpleNamespace(**{**vars(cv2), "VideoCapture": lambda *_: camera})
    return module.WebcamVideoStream(0) if reader == "imutils" else module.CamGear(source=0)
