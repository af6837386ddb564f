"""The Keras runtime: an in-memory Keras model behind the Model protocol."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import ModelLoadError
from workbench.models.keras.graph import keras_runner
from workbench.models.keras.layers import layer_outputs
from workbench.models.model import Batch, TensorSpec, check_batch, described, unique_names


class KerasModel:
    """A Keras model with one or many inputs and outputs.

    Attributes:
        keras: the wrapped `keras.Model`, for its layers and weights.
    """

    runtime = "keras"

    def __init__(
        self,
        model: Any,
        *,
        name: str | None = None,
        labels: tuple[str, ...] | None = None,
        path: Path | None = None,
    ) -> None:
        if not getattr(model, "inputs", None):
            raise ModelLoadError(
                f"the Keras model {model.name!r} has no defined inputs: it is subclassed and was not built; "
                "wrap it as keras.Model(inputs, model(inputs)) with inputs = keras.Input(shape)"
            )
        self.keras = model
        self.name: str = name or model.name
        self.labels = labels
        self.path = path
        self.inputs = tuple(_spec(tensor.name, tensor) for tensor in model.inputs)
        names = unique_names(_output_names(model))
        self.outputs = tuple(
            replace(_spec(name, tensor), activation=_activation(tensor))
            for name, tensor in zip(names, model.outputs, strict=True)
        )
        self._runner = keras_runner(model)

    __repr__ = described

    def predict(self, batch: Batch) -> dict[str, np.ndarray]:
        """Return the raw outputs of a batch by output name; see `Model.predict`."""
        arrays = check_batch(batch, self.inputs, self.name)
        return dict(zip((spec.name for spec in self.outputs), self._runner(arrays), strict=True))

    def layers(self, batch: Batch) -> dict[str, np.ndarray]:
        """Return what every layer gives, by layer name, in the order they run; nested models are opened.

        Raises:
            InputMismatch: as `predict`.
            InvalidValue: the values would not fit in 2 GiB.
        """
        return layer_outputs(self.keras, check_batch(batch, self.inputs, self.name))

    def close(self) -> None:
        """Let the graph go; the Keras model stays with whoever made it."""
        self._runner = keras_runner(self.keras)


def _spec(name: str, tensor: Any) -> TensorSpec:
    return TensorSpec(name, tuple(tensor.shape), str(tensor.dtype))


def _output_names(model: Any) -> list[str]:
    """Return a name for each of `model.outputs`: the keys of a dictionary, else the layers' names."""
    import keras

    if isinstance(getattr(model, "output", None), dict):
        return ["/".join(map(str, path)) for path, _ in keras.tree.flatten_with_path(model.output)]
    # a Sequential model names no outputs; its only output is its last layer's
    return list(getattr(model, "output_names", None) or [model.layers[-1].name])


def _activation(tensor: Any) -> str | None:
    """Return the name of the activation of the layer that makes a tensor, where it has one."""
    layer = tensor._keras_history.operation  # Keras has no public way from a tensor to its layer
    if type(layer).__name__ in ("Softmax", "Sigmoid"):
        return type(layer).__name__.lower()
    return getattr(getattr(layer, "activation", None), "__name__", None)
