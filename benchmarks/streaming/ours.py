"""`stream` itself: a file as fast as it goes, a camera, ten minutes of a slow model, a hundred thousand frames."""

from __future__ import annotations

import time

import numpy as np
import psutil

from workbench import load_model, load_recipe
from workbench.inference.live import stream
from workbench.inference.live.stats import StreamStats
from workbench.models.model import Model, TensorSpec

from .answering import MODEL, RECIPE
from .clips import RATE
from .outcome import Clocked, Outcome

SLOW_S = 0.1  # what the model of the endurance run takes
SAMPLES = 500  # readings of the memory in a run


class Sleeper:
    """A model that takes its time and no processor."""

    name, labels = f"{1e3 * SLOW_S:.0f} ms", None
    inputs = (TensorSpec("image", (None, 224, 224, 3), "float32"),)
    outputs = (TensorSpec("scores", (None, 10), "float32"),)

    def predict(self, batch: np.ndarray) -> dict[str, np.ndarray]:
        """Sleep, and return zeros."""
        time.sleep(SLOW_S)
        return {"scores": np.zeros((len(batch), 10), np.float32)}

    def close(self) -> None:
        """Hold nothing."""


def played(*, path: str, limit: int, fps: float | None, policy: str) -> Outcome:
    """Play a clip as fast as it goes (`fps` None) or as a camera."""
    outcome, model = Outcome(), load_model(MODEL, engine="fast")
    model.predict(np.zeros((1, *RECIPE.size, 3), np.float32))
    speed = fps / RATE if fps else None
    with (
        Clocked(outcome),
        stream(path, RECIPE, model, policy=policy, speed=speed, loop=fps is not None, limit=limit) as live,
    ):
        for result in live:
            [scores] = result.prediction.outputs.values()
            outcome.show(result.frame.index, int(np.argmax(scores)), result.captured_s)
        stats = live.stats
    return _told(outcome, stats)


def enduring(*, path: str, minutes: float, model: str) -> Outcome:
    """Play a clip as a camera of 30 frames a second for a slow model, `latest`."""
    outcome = Outcome()
    recipe, loaded = (RECIPE, Sleeper()) if model == "sleep" else _sample(model)
    with Clocked(outcome), stream(path, recipe, loaded, policy="latest", speed=1.0, loop=True) as live:
        end = time.monotonic() + 60 * minutes
        for result in live:
            outcome.show(result.frame.index, -1, result.captured_s)
            if time.monotonic() > end:
                break
        stats = live.stats
    infer = stats.stages["infer"]
    outcome.more = {"infer_p50": infer.p50, "infer_p99": infer.p99}
    return _told(outcome, stats)


def remembering(*, path: str, limit: int, policy: str, speed: float | None) -> Outcome:
    """Play a small clip faster than real time, and read the resident memory as it goes: (frame, MB)."""
    outcome, process = Outcome(), psutil.Process()
    recipe, model = _sample("sample:cifar10-cnn")
    every = max(1, limit // SAMPLES)
    with Clocked(outcome), stream(path, recipe, model, policy=policy, speed=speed, loop=True) as live:
        for result in live:
            number = result.frame.index
            if number >= every * len(outcome.series):
                outcome.series.append((number, _resident(process)))
            if number >= limit:
                break
        stats = live.stats
    outcome.more = {"shown": stats.shown}
    return _told(outcome, stats)


def _sample(name: str) -> tuple[object, Model]:
    return load_recipe(name), load_model(name, engine="fast")


def _resident(process: psutil.Process) -> float:
    """Return the resident megabytes of this process and its children."""
    return sum(each.memory_info().rss for each in (process, *process.children(recursive=True))) / 1e6


def _told(outcome: Outcome, stats: StreamStats) -> Outcome:
    outcome.captured, outcome.dropped, outcome.said = stats.captured, dict(stats.dropped), stats.plan
    outcome.more["workers"] = stats.workers
    return outcome
