"""What every design is given: the clip as a camera, the recipe, the model, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.frames.capture.capture import Capture
from workbench.frames.capture.open import open_capture
from workbench.frames.frame import ChannelOrder
from workbench.models import Model
from workbench.recipes.callables import Preprocess, compiled

WARM_UPS = 2  # calls of the model before the clock: the first one builds what the later ones reuse
Look = Callable[[np.ndarray], dict[str, np.ndarray]]


@dataclass(frozen=True, slots=True)
class Played:
    """A clip that plays again and again as a camera; a process of its own can be told of it by name."""

    origin: str | Path
    speed: float = 1.0  # a factor of real time

    def open(self) -> Capture:
        """Open it; the frames begin with the first read."""
        return open_capture(self.origin, speed=self.speed, loop=True)


@dataclass(frozen=True, slots=True)
class Setting:
    """One run: the same for every design."""

    source: Played
    recipe: Preprocess
    model: Model
    engine: str  # what runs the model, for people
    seconds: float

    def look(self, order: ChannelOrder) -> Look:
        """Return what is done with each picture (H, W, 3) uint8: the recipe, then the model, which is warm."""
        prepare, model = compiled(self.recipe, order), self.model

        def answer(image: np.ndarray) -> dict[str, np.ndarray]:
            return model.predict(prepare(image)[None])

        for _ in range(WARM_UPS):
            answer(np.zeros((64, 64, 3), np.uint8))
        return answer
