"""What the BatchNormalization layers of a Keras model remember of training, and what a batch makes at their inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.models.keras.graph import as_made
from workbench.models.keras.layers import operations
from workbench.models.tensorflow.function import freeze
from workbench.models.tensorflow.runtime import Run, import_tensorflow

Moments = tuple[np.ndarray, np.ndarray]  # mean and mean square of every channel of every picture, (N, S) each


@dataclass(frozen=True, slots=True, eq=False)
class TrainingStatistics:
    """The stored statistics of the first BatchNormalization layers of a model, their S channels side by side."""

    layers: tuple[str, ...]  # L names, in the order they run
    layer: np.ndarray  # (S,) int: the place in `layers` that a channel belongs to
    mean: np.ndarray  # (S,) moving mean
    variance: np.ndarray  # (S,) moving variance; exactly 0 for a channel that never had a value
    epsilon: np.ndarray  # (S,) what the layer adds to the variance
    run: Run

    def measure(self, arrays: Sequence[np.ndarray]) -> Moments:
        """Return the moments that a batch makes at the inputs of these layers; the network is run up to them only.

        Args:
            arrays: one array (N, ...) for each of the model's inputs.
        """
        mean, square = self.run(arrays)
        return mean, square


def training_statistics(model: Any, *, channels: int) -> TrainingStatistics | None:
    """Return the statistics of the first BatchNormalization layers of a Keras model; None if it has none.

    As many layers as it takes to have `channels` channels; one, if it has so many.

    The layers of a model inside the model count too. Layers that are called more than once keep a mixture and are
    left out, as are those that still hold what Keras begins with: they have never seen a batch in training.
    """
    calls = _Calls(model)
    found = calls.traced(channels)
    if found is None:
        return None
    layers, run = found
    widths = [layer.moving_mean.shape[0] for layer in layers]
    return TrainingStatistics(
        tuple(layer.name for layer in layers),
        np.repeat(np.arange(len(layers)), widths),
        _joined(layers, "moving_mean"),
        _joined(layers, "moving_variance"),
        np.repeat([layer.epsilon for layer in layers], widths),
        run,
    )


def _joined(layers: Sequence[Any], name: str) -> np.ndarray:
    return np.concatenate([np.asarray(getattr(layer, name), np.float64) for layer in layers])


class _Calls:
    """Listens to the normalizations of a model while its graph is traced."""

    def __init__(self, model: Any) -> None:
        self._tf = import_tensorflow()
        self._model = model

    def traced(self, channels: int) -> tuple[list[Any], Run] | None:
        specs = [self._tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype) for tensor in self._model.inputs]
        heard: list[tuple[Any, Any]] = []
        kept: list[Any] = []
        normalizations = _normalizations(self._model)  # read now, for while a graph is traced they have no values

        def forward(*tensors: Any) -> tuple[Any, Any]:
            heard.clear()
            with _listening(normalizations, heard):
                self._model(as_made(self._model, tensors), training=False)
            kept[:] = _first(_once([layer for layer, _ in heard]), channels)
            if not kept:
                return tensors[0], tensors[0]
            moments = [_moments(layer, next(given for each, given in heard if each is layer)) for layer in kept]
            return tuple(self._tf.concat(parts, axis=1) for parts in zip(*moments, strict=True))

        concrete = self._tf.function(forward, input_signature=specs, autograph=False).get_concrete_function()
        return (kept, freeze(concrete, len(specs))) if kept else None


def _once(layers: Sequence[Any]) -> list[Any]:
    return [layer for layer in layers if sum(each is layer for each in layers) == 1]


def _trained(layer: Any) -> bool:
    """Whether a layer's statistics are others than means of 0 and variances of 1, which it is made with."""
    return bool(np.any(np.asarray(layer.moving_mean) != 0) or np.any(np.asarray(layer.moving_variance) != 1))


def _first(layers: Sequence[Any], channels: int) -> list[Any]:
    found: list[Any] = []
    while len(found) < len(layers) and sum(layer.moving_mean.shape[0] for layer in found) < channels:
        found.append(layers[len(found)])
    return found


def _normalizations(model: Any) -> list[Any]:
    """Return the layers that have seen a batch in training."""
    import keras

    return [
        layer for layer in operations(model) if isinstance(layer, keras.layers.BatchNormalization) and _trained(layer)
    ]


@contextmanager
def _listening(layers: Sequence[Any], heard: list[tuple[Any, Any]]) -> Iterator[None]:
    """Note every layer of these that is called and what it is given, while the block runs."""
    for layer in layers:
        _listen(layer, heard)
    try:
        yield
    finally:
        for layer in layers:
            object.__delattr__(layer, "call")


def _listen(layer: Any, heard: list[tuple[Any, Any]]) -> None:
    call = layer.call

    def hearing(inputs: Any, *args: Any, **kwargs: Any) -> Any:
        heard.append((layer, inputs))
        return call(inputs, *args, **kwargs)

    object.__setattr__(layer, "call", hearing)  # hides the class's method, past Keras' own bookkeeping


def _moments(layer: Any, given: Any) -> tuple[Any, Any]:
    tf = import_tensorflow()
    given = tf.cast(given, tf.float32)
    axis = layer.axis % len(given.shape)
    places = [place for place in range(1, len(given.shape)) if place != axis]
    return tf.reduce_mean(given, places), tf.reduce_mean(tf.square(given), places)
