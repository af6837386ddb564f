"""A Keras model called as the tutorials call it: `model.predict` for every frame."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.models import Model
from workbench.models.engines.fast import FastModel
from workbench.models.model import Batch, check_batch
from workbench.models.opening.file_kind import runtime_of

ENGINE = "model.predict"


class CalledByPredict:
    """The Model that `model.predict(batch)` is, without its progress bar."""

    def __init__(self, model: Any) -> None:
        """Take a loaded model of the Keras runtime."""
        self.name, self.inputs, self.outputs, self.labels = model.name, model.inputs, model.outputs, model.labels
        self._keras = model.keras

    def predict(self, batch: Batch) -> dict[str, np.ndarray]:
        """Return the raw outputs of a batch by output name; see `Model.predict`."""
        given = check_batch(batch, self.inputs, self.name)
        found = self._keras.predict(given if len(given) > 1 else given[0], verbose=0)
        values = list(found.values()) if isinstance(found, dict) else found if isinstance(found, list) else [found]
        return dict(zip((spec.name for spec in self.outputs), values, strict=True))

    def close(self) -> None:
        """Hold nothing of its own."""


def as_written(model: Model) -> CalledByPredict | None:
    """Return a Keras model as the tutorials call it; None for one of another runtime."""
    if isinstance(model, FastModel):
        if model.path is not None and runtime_of(model.path) != "keras":
            return None
        model = model.original()
    return CalledByPredict(model) if getattr(model, "runtime", None) == "keras" else None
