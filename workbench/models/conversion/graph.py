"""Any TensorFlow model as one graph: weights as constants, inputs and outputs by the model's own names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbench.errors import ConversionError
from workbench.models.keras.graph import as_made
from workbench.models.model import LoadedModel, Model
from workbench.models.tensorflow.function import Frozen, freeze, prune
from workbench.models.tensorflow.runtime import import_tensorflow

SOURCES = ("keras", "savedmodel", "frozen-graph")  # the runtimes whose models are TensorFlow graphs


@dataclass(frozen=True, slots=True)
class Graph:
    """A frozen TensorFlow graph, and which of its tensors are the model's inputs and outputs."""

    definition: Any  # tf.compat.v1.GraphDef
    inputs: dict[str, str]  # the model's name -> the graph's tensor, "image:0"
    outputs: dict[str, str]

    def function(self) -> Any:
        """Return the graph as a concrete function: tensors in the order of `inputs` -> {name: tensor}."""
        tf = import_tensorflow()
        pruned = prune(self.definition, list(self.inputs.values()), list(self.outputs.values()))
        signature = [
            tf.TensorSpec(tensor.shape, tensor.dtype, name)
            for name, tensor in zip(self.inputs, pruned.inputs, strict=True)
        ]

        def call(*tensors: Any) -> dict[str, Any]:
            return dict(zip(self.outputs, pruned.function(*tensors), strict=True))

        return tf.function(call, input_signature=signature).get_concrete_function()


def graph_of(model: Model) -> Graph:
    """Return the frozen graph of a Keras model, SavedModel or frozen graph.

    Raises:
        ConversionError: the model is of another runtime, or holds what cannot be frozen (a lookup table, say).
    """
    runtime = model.runtime if isinstance(model, LoadedModel) else type(model).__name__
    if runtime not in SOURCES:
        raise ConversionError(
            f"{model.name} ({runtime}) cannot be converted: the way leads from TensorFlow to other formats, not back; "
            "give the Keras model, SavedModel or .pb it was made from"
        )
    function = {"keras": _keras, "savedmodel": _saved_model, "frozen-graph": _frozen_graph}[runtime]
    try:
        return function(model)
    except Exception as error:
        raise ConversionError(
            f"{model.name}: its graph cannot be frozen ({' '.join(str(error).split())[:300]}); "
            "use it in TensorFlow as it is"
        ) from error


def _keras(model: Any) -> Graph:
    tf = import_tensorflow()
    import keras

    def forward(*tensors: Any) -> list[Any]:
        return list(keras.tree.flatten(model.keras(as_made(model.keras, tensors), training=False)))

    # names of their own: TensorFlow would change what it does not take as a name of an operation
    signature = [tf.TensorSpec(tensor.shape, tensor.dtype, f"input_{i}") for i, tensor in enumerate(model.keras.inputs)]
    function = tf.function(forward, input_signature=signature).get_concrete_function()
    frozen = freeze(function, len(signature))
    return _graph(frozen, [spec.name for spec in model.inputs], [spec.name for spec in model.outputs])


def _saved_model(model: Any) -> Graph:
    function = model.function
    # tf.nest flattens a mapping in the order of its keys; TF1 SavedModels keep an order of their own for inputs
    inputs = getattr(function, "_arg_keywords", None) or sorted(function.structured_input_signature[1])
    frozen = model.frozen or freeze(function, len(inputs))  # which says why not
    return _graph(frozen, inputs, sorted(function.structured_outputs))


def _frozen_graph(model: Any) -> Graph:
    tf = import_tensorflow()
    definition = tf.compat.v1.GraphDef.FromString(model.path.read_bytes())
    return Graph(definition, _own_tensors(model.inputs), _own_tensors(model.outputs))


def _own_tensors(specs: Any) -> dict[str, str]:
    return {spec.name: spec.name if ":" in spec.name else f"{spec.name}:0" for spec in specs}


def _graph(frozen: Frozen, inputs: Sequence[str], outputs: Sequence[str]) -> Graph:
    """Return the graph of a function without variables; names are those of its tensors, in their order."""
    if frozen.held:
        raise ConversionError("it looks values up in a table, which no other format holds")
    definition = frozen.function.graph.as_graph_def()
    for node in (*definition.node, *(node for body in definition.library.function for node in body.node_def)):
        node.attr.pop("_gradient_op_type", None)  # names functions for training, which are not here
    return Graph(
        definition,
        dict(zip(inputs, (tensor.name for tensor in frozen.inputs), strict=True)),
        dict(zip(outputs, (tensor.name for tensor in frozen.function.outputs), strict=True)),
    )
