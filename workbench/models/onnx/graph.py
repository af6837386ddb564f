"""Read what an ONNX graph says about itself, and make a copy that shows its inner tensors.

Definitions: onnx.proto and the operators' documentation of ONNX.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ACTIVATIONS = {"Softmax": "softmax", "Sigmoid": "sigmoid", "LogSoftmax": "log_softmax"}
PASSING = {"Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Cast", "Transpose", "DequantizeLinear"}
NAMES = ("names", "labels", "classes", "class_names")  # keys of metadata; the first is what Ultralytics writes


def read_onnx(path: Path) -> Any:
    """Return the `onnx.ModelProto` of a file, without weights that lie in other files."""
    import onnx

    return onnx.load(path, load_external_data=False)


def free_inputs(graph: Any) -> tuple[str, ...]:
    """Return the inputs that are no weights, and that an operation takes.

    Keras' ONNX export (3.15) lists constants as inputs that it has folded into other operations: no one takes them.
    """
    stored = {tensor.name for tensor in graph.initializer}
    taken = set(_taken(graph.node)) | {value.name for value in graph.output}
    return tuple(value.name for value in graph.input if value.name not in stored and value.name in taken)


def activation(graph: Any, tensor: str) -> str | None:
    """Return the activation that makes a tensor, where it is known."""
    makers = {name: node for node in graph.node for name in node.output}
    for _ in graph.node:
        node = makers.get(tensor)
        if node is None or node.op_type not in PASSING:
            return ACTIVATIONS.get(node.op_type) if node else None
        tensor = node.input[0]
    return None


def computed(graph: Any, inputs: Iterable[str]) -> tuple[str, ...]:
    """Return the tensors that depend on an input, in the order they are made; of a loop or branch what leaves it."""
    seen = set(inputs)
    made: list[str] = []
    for node in graph.node:
        if seen & set(_taken([node])):
            names = [name for name in node.output if name]  # an optional output that is left out has no name
            seen |= set(names)
            made += names
    return tuple(made)


def with_outputs(model: Any, names: Sequence[str]) -> tuple[bytes, tuple[str, ...]]:
    """Return a copy of a model, as bytes, whose outputs are its floating-point tensors of these, and their names.

    Tensors whose type `onnx.shape_inference` cannot tell are left out.
    """
    import onnx

    floating = (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.DOUBLE)
    copy = onnx.shape_inference.infer_shapes(model)
    known = {value.name: value for value in (*copy.graph.value_info, *copy.graph.output)}
    shown = [known[name] for name in names if name in known and known[name].type.tensor_type.elem_type in floating]
    del copy.graph.output[:]
    copy.graph.output.extend(shown)
    return bytes(copy.SerializeToString()), tuple(value.name for value in shown)


def external_files(model: Any) -> tuple[str, ...]:
    """Return the files beside the model that hold its weights, as it names them."""
    from onnx import TensorProto

    return tuple(
        sorted(
            {
                entry.value
                for tensor in model.graph.initializer
                if tensor.data_location == TensorProto.EXTERNAL
                for entry in tensor.external_data
                if entry.key == "location"
            }
        )
    )


def metadata_labels(metadata: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return class names from a model's metadata: a literal dictionary or list, or names with commas between."""
    text = next((metadata[key] for key in NAMES if metadata.get(key)), None)
    if text is None:
        return None
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):  # the last two of text that nests too deep
        found = text.split(",") if "," in text else text.splitlines()
    if isinstance(found, dict):
        if sorted(found) != list(range(len(found))):
            return None  # a name is missing, so none can be trusted to its number
        found = [found[i] for i in range(len(found))]
    return tuple(str(name).strip() for name in found) if isinstance(found, list | tuple) else None


def _taken(nodes: Iterable[Any]) -> Iterator[str]:
    """Yield the names of the tensors that operations take, those inside of loops and branches too."""
    for node in nodes:
        yield from node.input
        for attribute in node.attribute:
            for graph in (attribute.g, *attribute.graphs):
                yield from _taken(graph.node)
