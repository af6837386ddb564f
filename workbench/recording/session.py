"""What a recorded session stood on: source, model, recipe, policy, versions; enough to run its frames again."""

from __future__ import annotations

import dataclasses
import math
import platform
import time
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from workbench.errors import InvalidValue
from workbench.frames.capture.capture import CaptureState
from workbench.inference.live.stats import Moment, StreamStats
from workbench.models import Model, load_model
from workbench.models.engines.fast import FastModel
from workbench.recipes import Recipe
from workbench.recipes.callables import Preprocess
from workbench.recording.journal import known
from workbench.results import BoxFormat, DecodedBoxes, Prediction
from workbench.samples import portable, sample_path
from workbench.samples.paths import PREFIX

PACKAGES = (
    "workbench", "numpy", "opencv-python", "opencv-python-headless", "av", "tensorflow", "keras", "ai-edge-litert",
    "onnxruntime", "supervision",
)  # fmt: skip
IN_OPENCV = "cv2:"
Plain = dict[str, Any]


class Live(Protocol):
    """What a recorder asks of a live stream; a `Stream` has it."""

    @property
    def origin(self) -> str:
        """What it reads, without secrets."""

    @property
    def damaged(self) -> str:
        """What of that is missing or broken; "" where nothing is known to be."""

    @property
    def recipe(self) -> Preprocess | None:
        """What makes the tensors now."""

    @property
    def model(self) -> Model | None:
        """What answers; None for pictures only."""

    @property
    def policy(self) -> object:
        """What becomes of frames that come too fast, as text."""

    @property
    def state(self) -> CaptureState:
        """How the source is doing."""

    @property
    def stats(self) -> StreamStats:
        """What became of every frame until now."""


class Clock:
    """Wall-clock times of monotonic ones; the two are held together once, so that they cannot drift apart."""

    def __init__(self) -> None:
        self._wall, self._monotonic = datetime.now(UTC), time.monotonic()

    def iso(self, monotonic_s: float | None = None) -> str:
        """Return the time of a `time.monotonic()`, by default of the start, as ISO 8601 in UTC."""
        later = 0.0 if monotonic_s is None else monotonic_s - self._monotonic
        return (self._wall + timedelta(seconds=later)).isoformat(timespec="microseconds")


def session(live: Live) -> Plain:
    """Return the facts of a live session, for its first line."""
    return {
        "origin": live.origin,
        "damaged": live.damaged,
        "policy": str(live.policy),
        "recipe": plain_recipe(live.recipe),
        "model": None if live.model is None else plain_model(live.model),
        "versions": _versions(),
        "machine": {"system": platform.platform(), "architecture": platform.machine()},
    }


def plain_recipe(recipe: Preprocess | None) -> Plain | None:
    """Return a recipe's slots; of a function only its name, which cannot be run again from a file."""
    if recipe is None:
        return None
    if isinstance(recipe, Recipe):
        return {"slots": recipe.to_dict()}
    return {"function": getattr(recipe, "__qualname__", type(recipe).__name__)}


def recipe_of(plain: Plain | None) -> Recipe | None:
    """Return the recorded recipe; None where it was a function, or there was none."""
    return Recipe.from_dict(plain["slots"]) if plain and "slots" in plain else None


def plain_model(model: Model) -> Plain:
    """Return what a model is known by, and how to load it again where it came from a file."""
    path = getattr(model, "path", None)
    runtime = getattr(model, "runtime", None)
    origin = None if path is None else _origin(Path(path).absolute())
    fast = isinstance(model, FastModel)
    return {
        "name": model.name,
        "origin": IN_OPENCV + origin if origin and runtime == "cv2" else origin,
        "engine": "fast" if fast else "original",
        "runtime": runtime,
        "labels": None if model.labels is None else list(model.labels),
    }


def _origin(path: Path) -> str:
    """Return a path as text; of a sample's own model the sample's name, by which it is called the same again."""
    text = portable(path)
    sample = text.partition("/")[0]
    return sample if text.startswith(PREFIX) and sample_path(sample) in (path, path / "saved_model.pb") else text


def model_of(plain: Plain | None, folder: Path) -> Model:
    """Load the recorded model again.

    Raises:
        InvalidValue: there was none, or it came from no file.
        WorkbenchError: it cannot be loaded.
    """
    if plain is None:
        raise InvalidValue(f"{folder} was recorded without a model; give one: replay(folder, model=..., recipe=...)")
    if plain["origin"] is None:
        raise InvalidValue(
            f"{folder}: the model {plain['name']!r} came from no file; give it: replay(folder, model=...)"
        )
    return load_model(plain["origin"], labels=plain["labels"], engine=plain["engine"])


def plain_format(prediction: Prediction | None) -> Plain | None:
    """Return how the boxes of a prediction were read; None where it has none."""
    found = None if prediction is None else prediction.detections
    return dataclasses.asdict(found.format) if isinstance(found, DecodedBoxes) else None


def format_of(plain: Plain | None) -> BoxFormat | None:
    """Return the recorded format of the boxes."""
    return None if plain is None else BoxFormat(**plain)


def plain_state(state: CaptureState, clock: Clock) -> Plain:
    """Return a state of the source with the time of its change."""
    return {
        "at": clock.iso(state.since_s), "phase": state.phase, "detail": state.detail, "attempt": state.attempt,
        "reconnects": state.reconnects,
    }  # fmt: skip


def plain_stats(stats: StreamStats) -> Plain:
    """Return the counts and times of a stream, without its timeline; a time that is not known is None."""
    spreads = {"age": stats.age, **stats.stages}
    return {
        "captured": stats.captured, "shown": stats.shown, "dropped": dict(stats.dropped),
        "in_flight": stats.in_flight, "elapsed_s": known(stats.elapsed_s), "fps_in": known(stats.fps_in),
        "fps_out": known(stats.fps_out), "cpu": known(stats.cpu), "memory_mb": known(stats.memory_mb),
        "queue_max": stats.queue_max, "workers": stats.workers, "plan": stats.plan, "errors": dict(stats.errors),
        "seconds": {n: {k: known(getattr(s, k)) for k in ("p50", "p95", "p99", "max")} for n, s in spreads.items()},
    }  # fmt: skip


def plain_moment(moment: Moment) -> Plain:
    """Return a moment of a stream; a number that is not known is None."""
    fields = dataclasses.asdict(moment)
    return {name: known(value) if isinstance(value, float) else value for name, value in fields.items()}


def moment_of(plain: Plain) -> Moment:
    """Return a recorded moment."""
    fields: Plain = {name: math.nan if plain[name] is None else plain[name] for name in Moment.__slots__}
    return Moment(**fields)


def _versions() -> Plain:
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
