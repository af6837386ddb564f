"""Faults on this side of the network: cameras, sources that end, and models that raise, are slow or never answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from live_faults.row import Row, finished, noticing, refused
from scripts.live_sources import Watched, serving
from scripts.live_sources.clip import pictures
from workbench import Model

Start = Callable[..., object]
CAMERAS = Path("/dev")
SLOW_S, HANG_S = 0.3, 6.0


class Troubled:
    """A real model of which every call goes through `trouble(number of the call)` first."""

    def __init__(self, model: Model, trouble: Callable[[int], object]) -> None:
        self._model, self._trouble, self._calls = model, trouble, 0
        self.name, self.inputs, self.outputs, self.labels = model.name, model.inputs, model.outputs, model.labels

    def predict(self, batch: Any) -> dict[str, np.ndarray]:
        """Answer as the model does, if it comes to that."""
        self._calls += 1
        self._trouble(self._calls)
        return self._model.predict(batch)

    def close(self) -> None:
        """Leave the model open: it is used again."""


def raises(when: Callable[[int], bool]) -> Callable[[int], None]:
    """Raise what a GPU without memory raises, at some calls."""

    def trouble(call: int) -> None:
        if when(call):
            raise RuntimeError("OOM when allocating tensor with shape[1,112,112,32]")

    return trouble


def rows(start: Start, clip: Path, model: Model, only: str) -> Iterator[Row]:
    """Yield a row for each fault."""
    if only in (fault := "no such camera"):
        yield refused(fault, "camera:0", partial(start, "camera:0"))
    if only in (fault := "camera unplugged"):
        yield camera_unplugged(fault)
    if only in (fault := "source ends"):
        yield ends(start, fault, "file in real time", str(clip))
        yield ends(start, fault, "generator", (image for image in pictures(clip, 40)))
    if only in (fault := "source raises"):
        yield ends(start, fault, "generator", _raising(clip))
    with serving("mjpeg", clip) as server:
        for fault, trouble in {
            "model raises at every 5th frame": raises(lambda call: call % 5 == 0),
            "model raises at every frame": raises(lambda call: True),
            f"model takes {SLOW_S} s a frame": lambda call: time.sleep(SLOW_S),
            f"model does not come back for {HANG_S:g} s, stopped meanwhile": _hanging(),
        }.items():
            if only in fault:
                yield troubled(start, server.url, fault, Troubled(model, trouble))


def camera_unplugged(fault: str) -> Row:
    """Say why this cannot be caused here, and which rows go the same way through the code."""
    cameras = sorted(path.name for path in CAMERAS.glob("video*"))
    what = f"cameras here: {', '.join(cameras)}; pull one by hand" if cameras else "not caused: no camera device here"
    alike = (
        "a camera is read by the same process as a network source: see 'reading process killed', 'connection closed'"
    )
    return Row(fault, "camera", f"({what}; {alike})")


def ends(start: Start, fault: str, source: str, origin: object) -> Row:
    """Run a source to its end."""
    watched = Watched(partial(start, origin))
    watched.until_over(within_s=60)
    return finished(watched, Row(fault, source))


def troubled(start: Start, url: str, fault: str, model: Troubled) -> Row:
    """Run a model in trouble for a while."""
    watched = Watched(partial(start, url, model=model))
    noticed_s = noticing(watched, lambda: watched.stream.stats.errors, within_s=1.0)
    noticing(watched, lambda: watched.error, within_s=3.0)
    stats = watched.stream.stats
    more = f"{stats.fps_in:.0f} frames a second captured; the oldest shown was {stats.age.max:.2f} s old"
    return finished(watched, Row(fault, "mjpeg, cv2", more, noticed_s))


def _raising(clip: Path) -> Iterator[np.ndarray]:
    yield from pictures(clip, 20)
    raise ConnectionResetError("the frame grabber was switched off")


def _hanging() -> Callable[[int], object]:
    never = threading.Event()
    return lambda call: never.wait(HANG_S) if call > 10 else None
