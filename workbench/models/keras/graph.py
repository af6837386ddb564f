"""Run a Keras model without `model.predict`: its graph with the weights frozen in.

`model.predict` spends most of a small batch on its own loop. The frozen graph lets TensorFlow fold constants
and lets oneDNN keep the weights in its own layout; a parity check on the first batch guards it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from workbench.models.tensorflow.function import Frozen, freeze
from workbench.models.tensorflow.runtime import MOST_FROZEN, CheckedRunner, Run, import_tensorflow


def keras_runner(model: Any) -> Run:
    """Return the runner of a Keras model: arrays in the order of its inputs to arrays in that of its outputs."""
    graph = _KerasGraph(model)
    if _bytes(model) > MOST_FROZEN:
        return graph.traced
    any_length = all(tensor.shape[0] is None for tensor in model.inputs)
    return CheckedRunner(
        model.name, graph.eager, quick=graph.frozen, otherwise=lambda: graph.traced, any_length=any_length
    )


class _KerasGraph:
    def __init__(self, model: Any) -> None:
        self._tf = import_tensorflow()
        self._model = model
        self._function = self._tf.function(self._forward, reduce_retracing=True)

    def eager(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        return [np.asarray(value) for value in self._forward(*arrays)]

    def traced(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        return [value.numpy() for value in self._function(*map(self._tf.constant, arrays))]

    def frozen(self) -> Run:
        """Return the graph without variables; layers may have some, or tables, that Keras does not know of."""
        specs = [self._tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype) for tensor in self._model.inputs]
        with suppress(Exception):  # a model that Keras cannot run on values of ours
            traced = self._tf.function(self._on_values(), input_signature=specs).get_concrete_function()
            if not traced.captured_inputs:
                return Frozen(traced, tuple(traced.inputs))
        function = self._tf.function(self._forward, input_signature=specs)
        return freeze(function.get_concrete_function(), len(specs))

    def _on_values(self) -> Callable[..., list[Any]]:
        """Return the model with its weights' values as constants: half the time of freezing a graph of variables."""
        model = self._model
        weights = [
            [weight.numpy() for weight in of] for of in (model.trainable_variables, model.non_trainable_variables)
        ]

        def forward(*tensors: Any) -> list[Any]:
            import keras

            constants = [[self._tf.constant(value) for value in values] for values in weights]
            outputs, after = model.stateless_call(*constants, as_made(model, tensors), training=False)
            if any(new is not old for new, old in zip(after, constants[1], strict=True)):
                raise RuntimeError("a layer that counts or draws gives another answer each time")
            return list(keras.tree.flatten(outputs))

        return forward

    def _forward(self, *tensors: Any) -> list[Any]:
        import keras

        return list(keras.tree.flatten(self._model(as_made(self._model, tensors), training=False)))


def as_made(model: Any, tensors: Sequence[Any]) -> Any:
    """Return the inputs as the model was made with: a tensor, a list or a dictionary; it warns of anything else."""
    import keras

    structure = getattr(model, "input", None)  # a Sequential that was never called has none
    return tensors[0] if structure is None else keras.tree.pack_sequence_as(structure, list(tensors))


def _bytes(model: Any) -> int:
    """Return the size of a model's weights, without a copy of them."""
    return sum(math.prod(weight.shape) * np.dtype(weight.dtype).itemsize for weight in model.weights)
