"""The models that the workers of a stream ask: one for each where it can be opened again, else one for all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np

from workbench.frames.capture.capture import Captured
from workbench.inference.live.answering import Answerer
from workbench.inference.live.ledger import Waiting
from workbench.inference.live.serving import Boxes, serving
from workbench.models import Model
from workbench.models.engines.fast import FastModel
from workbench.models.model import LoadedModel
from workbench.recipes import Recipe
from workbench.recipes.callables import Preprocess

Made = TypeVar("Made")
WARM_UP = (480, 640)  # height, width of the picture that a model runs on before the source is opened


@dataclass(frozen=True, slots=True, eq=False)
class Models:
    """Models to ask, and those of them that end with the stream."""

    asked: tuple[Model | None, ...]
    owned: tuple[Model, ...]

    def close(self) -> None:
        """Release what was opened for the stream."""
        for model in self.owned:
            model.close()


def opened(model: Model | None, count: int, *, owned: bool) -> Models:
    """Return the models for so many workers; `owned`: the model itself was loaded for the stream."""
    own = (model,) if owned and model is not None else ()
    if count > 1 and isinstance(model, FastModel) and model.converted:
        copies = tuple(model.replica(threads=1) for _ in range(count))
        return Models(copies, own + copies)
    return Models((model,), own)


def warm_up(answerers: Sequence[Answerer], recipe: Preprocess | None, boxes: Boxes) -> None:
    """Run each model of this package once on noise, so that the first frame does not wait for what it makes only once.

    Raises:
        Exception: what recipe or model raise on every picture.
    """
    if not isinstance(recipe, Recipe):
        return
    coarse = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    picture = cv2.resize(coarse, WARM_UP[::-1], interpolation=cv2.INTER_CUBIC)
    frame = Waiting(0, Captured(picture, 0, 0.0), 0.0)
    for answerer in answerers:
        if isinstance(answerer.model, LoadedModel):
            [answer] = answerer([frame], serving(recipe, answerer.model, "rgb", boxes))
            if answer.prediction is not None and answer.prediction.classification is None and boxes is not None:
                import supervision  # noqa: F401 - the type of boxes, whose import takes a second


def in_thread(work: Callable[[], Made]) -> Made:
    """Run something in a thread of its own, and return or raise what it did: no model runs in the caller's."""
    done: Future[Made] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=run, name="workbench-live-measure", daemon=True).start()
    return done.result()
