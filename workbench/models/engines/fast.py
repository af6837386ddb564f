"""FastModel: the original's name, inputs, outputs and labels, and the chosen engine's speed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from workbench.errors import ModelLoadError
from workbench.models.engines.record import Choice
from workbench.models.model import Batch, LoadedModel, Model, check_batch


class FastModel:
    """A model on the quickest engine of this machine that gives its answers.

    Attributes:
        engine: the choice: every engine's speed, memory and agreement, and which one this is.
    """

    def __init__(
        self,
        engine: Choice,
        opener: Callable[[], Model],
        *,
        name: str,
        labels: tuple[str, ...] | None,
        path: Path | None,
    ) -> None:
        self.engine = engine
        self.name = name
        self.labels = labels or engine.labels
        self.path = path
        self.inputs = engine.inputs
        self.outputs = engine.outputs
        self._open = opener
        self._model = opener()
        self._for_many: Model | None = None  # LiteRT lays its memory out anew when the length of the batch changes

    @property
    def runtime(self) -> str:
        """What runs it: tflite, onnx, or the original's own runtime."""
        return getattr(self._model, "runtime", type(self._model).__name__)

    def predict(self, batch: Batch) -> dict[str, np.ndarray]:
        """Return the raw outputs of a batch by output name; see `Model.predict`."""
        arrays = check_batch(batch, self.inputs, self.name)
        rows, length = self.engine.trial.rows, len(arrays[0])
        if rows is None or length == 1 or any(len(array) != length for array in arrays):
            return self._run(self._model, arrays)
        return self._in_steps(arrays, length, rows)

    def layers(self, batch: Batch) -> dict[str, np.ndarray]:
        """Return what every operation of the converted graph makes of a batch; see `LoadedModel.layers`.

        Raises:
            InputMismatch: as `predict`.
            ModelLoadError: the engine does not show its layers.
        """
        arrays = check_batch(batch, self.inputs, self.name)
        if not isinstance(self._model, LoadedModel):
            raise ModelLoadError(f"{self.name}: its engine does not show its layers; load it with engine='original'")
        return self._model.layers(self._named(self._model, arrays))

    def close(self) -> None:
        """Release what the engine holds; the next `predict` takes it again."""
        self._model.close()
        if self._for_many is not None:
            self._for_many.close()
            self._for_many = None

    def _in_steps(self, arrays: list[np.ndarray], length: int, rows: int) -> dict[str, np.ndarray]:
        """Run as many rows a call as is quickest on this machine, and the rest one by one."""
        whole = length // rows * rows if rows > 1 else 0
        if whole and self._for_many is None:
            self._for_many = self._open()
        steps = [(self._for_many, start, rows) for start in range(0, whole, rows)]
        steps += [(self._model, start, 1) for start in range(whole, length)]
        parts = [
            self._run(model or self._model, [array[start : start + count] for array in arrays])
            for model, start, count in steps
        ]
        return {spec.name: np.concatenate([part[spec.name] for part in parts]) for spec in self.outputs}

    def _run(self, model: Model, arrays: list[np.ndarray]) -> dict[str, np.ndarray]:
        given = model.predict(self._named(model, arrays))
        return {spec.name: given[spec.name].astype(spec.dtype, copy=False) for spec in self.outputs}

    def _named(self, model: Model, arrays: list[np.ndarray]) -> Batch:
        if len(arrays) == 1:  # whatever the engine calls it
            return {model.inputs[0].name: arrays[0]}
        return dict(zip((spec.name for spec in self.inputs), arrays, strict=True))
