"""Answers about segments, kept in a folder by the content of all that they depend on."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import PIL

from workbench.errors import InvalidValue
from workbench.inference.segments.job import PASSED_ON, Job, Said, Segment
from workbench.models import TensorSpec
from workbench.models.engines.machine import versions
from workbench.recipes import Recipe
from workbench.results import Prediction
from workbench.whole_file import whole_file

LAYOUT = 1  # of the files; raise it when it changes, and all is asked for anew
DAMAGED = (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile, zlib.error)  # what NumPy raises
TOLD = "told"  # the array that holds all but the numbers, as JSON
OUTPUT = "output "  # before the names of outputs, so that none is taken for another array


class Kept:
    """A folder of answers; one file a segment, whole or not there."""

    def __init__(self, folder: Path) -> None:
        """Make the folder.

        Raises:
            InvalidValue: it cannot be made.
        """
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InvalidValue(f"keep={str(folder)!r} cannot be made: {error.strerror}; name a folder") from None

    def recall(self, job: Job) -> Segment | None:
        """Return the answers of a job of an earlier run; None where there are none, or they cannot be read."""
        place = self._place(job)
        if place is None or not place.is_file():
            return None
        try:
            with np.load(place, allow_pickle=False) as arrays:
                return _segment({name: arrays[name] for name in arrays.files})
        except DAMAGED:  # since it was written; it is written again
            return None

    def remember(self, job: Job, segment: Segment) -> None:
        """Keep the answers of a job; on a full disk they are not."""
        place = self._place(job)
        if place is None:
            return
        with suppress(OSError, ValueError):  # ValueError: texts of any length, which a model may answer
            with whole_file(place) as file:
                np.savez(file, allow_pickle=False, **_arrays(segment))

    def _place(self, job: Job) -> Path | None:
        if not isinstance(job.recipe, Recipe) or not job.model.digest:
            return None
        facts = {
            "layout": LAYOUT,
            "clip": asdict(job.clip),
            "frames": [job.start, job.stop],
            "recipe": job.recipe.to_dict(),
            "model": asdict(job.model),
            "batch_size": job.batch_size,
            "versions": _versions(),
        }
        named = hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()
        return self._folder / f"{named}.npz"


@lru_cache(maxsize=1)
def _versions() -> dict[str, str]:
    own = {"numpy": np.__version__, "cv2": cv2.__version__, "av": av.__version__, "pillow": PIL.__version__}
    return versions() | own


def _arrays(segment: Segment) -> dict[str, np.ndarray]:
    answers, model = segment.answers, segment.model
    told = {
        "origins": answers.origins,
        "times_s": answers.times_s,
        "sizes": answers.sizes,
        "seconds": answers.seconds,
        "engine": answers.engine,
        "name": model.name,
        "outputs": [asdict(spec) for spec in model.outputs],
        "labels": model.labels,
        "warned": [[kind.__name__, text] for kind, text in segment.warned],
        "order": list(answers.outputs),
    }
    outputs = {f"{OUTPUT}{number}": values for number, values in enumerate(answers.outputs.values())}
    return {TOLD: np.array(json.dumps(told)), "indices": answers.indices, **outputs}


def _segment(arrays: dict[str, np.ndarray]) -> Segment:
    told: dict[str, Any] = json.loads(str(arrays[TOLD]))
    kinds = {kind.__name__: kind for kind in PASSED_ON}
    specs = tuple(_spec(each) for each in told["outputs"])
    labels = None if told["labels"] is None else tuple(told["labels"])
    answers = Prediction(
        outputs={name: arrays[f"{OUTPUT}{number}"] for number, name in enumerate(told["order"])},
        classification=None,
        indices=arrays["indices"],
        origins=tuple(told["origins"]),
        times_s=tuple(told["times_s"]),
        model=told["name"],
        sizes=tuple((height, width) for height, width in told["sizes"]),
        seconds=told["seconds"],
        engine=told.get("engine", ""),  # none was kept at first
    )
    warned = tuple((kinds[kind], text) for kind, text in told["warned"] if kind in kinds)
    return Segment(answers, Said(told["name"], specs, labels), warned)


def _spec(fields: dict[str, Any]) -> TensorSpec:
    quantization = fields["quantization"]
    return TensorSpec(
        **fields | {"shape": tuple(fields["shape"]), "quantization": quantization and tuple(quantization)}
    )
