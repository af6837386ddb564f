"""Run a model on more rows than its batch axis may take, and open what was converted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from workbench.models.model import Model, TensorSpec

Tensors = Mapping[str, np.ndarray]  # input name -> (N, ...)
Run = Callable[[Tensors], Tensors]


def answers(model: Model, batch: Tensors) -> dict[str, np.ndarray]:
    """Return the outputs (N, ...) of a batch of any length; floats are quantized where the model takes integers.

    A model with a batch axis of fixed length k gets k rows at a time; N must be a multiple of k then.
    """
    only = next(iter(batch.values())) if len(model.inputs) == 1 else None  # whatever its name
    taken = {spec.name: _as_taken(batch[spec.name] if only is None else only, spec) for spec in model.inputs}
    return in_steps(model.predict, taken, model.inputs[0].shape[0])


def in_steps(run: Run, batch: Tensors, step: int | None) -> dict[str, np.ndarray]:
    """Run `step` rows at a time, all at once where it is None, and put the outputs together again."""
    length = len(next(iter(batch.values())))
    parts = [
        run({name: values[start : start + (step or length)] for name, values in batch.items()})
        for start in range(0, length, step or length)
    ]
    return {
        name: np.concatenate([part[name] for part in parts]) if len(parts) > 1 else parts[0][name] for name in parts[0]
    }


def rows_of(model: Model, batch: Tensors) -> list[dict[str, np.ndarray]]:
    """Cut a batch into the shortest ones the model takes."""
    step = model.inputs[0].shape[0] or 1
    length = len(next(iter(batch.values())))
    return [
        {name: values[start : start + step] for name, values in batch.items()}
        for start in range(0, length - step + 1, step)
    ]


def open_converted(path: Path, to: str) -> Model:
    """Open a file that was just made here."""
    if to == "savedmodel":
        from workbench.models.tensorflow.saved_model import SavedModel

        return SavedModel(path)
    if to == "onnx":
        from workbench.models.onnx.model import OnnxModel

        return OnnxModel(path)
    from workbench.models.tflite.model import TFLiteModel

    return TFLiteModel(path)


def _as_taken(values: np.ndarray, spec: TensorSpec) -> np.ndarray:
    if spec.quantization is None or values.dtype.kind != "f":
        return values
    scale, zero_point = spec.quantization
    limits = np.iinfo(spec.dtype)
    return np.clip(np.round(values / scale) + zero_point, limits.min, limits.max).astype(spec.dtype)
