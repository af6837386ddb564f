"""Look into a graph that only calls another: the body of the call, as a graph of its own.

TensorFlow inlines calls when it freezes a graph, but not of functions with TensorFlow 1's control flow (Enter, Exit,
Switch), which detectors have that were frozen once and saved again: their graph is one `PartitionedCall`.
"""

from __future__ import annotations

from typing import Any

from workbench.models.tensorflow.runtime import import_tensorflow

CALLS = ("PartitionedCall", "StatefulPartitionedCall")


def unwrapped(function: Any) -> Any:
    """Return the function that computes the same without the call around it; `function` itself where there is none.

    Inputs and outputs keep their order; a call inside the call is unwrapped, too.
    """
    ends = [_origin(tensor) for tensor in function.outputs]
    calls = {tensor.op.name: tensor.op for tensor in ends}
    if len(calls) != 1 or ends[0].op.type not in CALLS:
        return function
    [call] = calls.values()
    given = [_origin(tensor).name for tensor in call.inputs]
    if set(given) - {tensor.name for tensor in function.inputs}:
        return function  # something is computed before the call
    whole, body = _body(function.graph, call)
    taken = [body.inputs[given.index(tensor.name)].name for tensor in function.inputs if tensor.name in given]
    if len(taken) != len(function.inputs):
        return function  # an input that the call does not take
    made = [body.outputs[tensor.value_index].name for tensor in ends]
    tensor_of = whole.graph.get_tensor_by_name
    return unwrapped(whole.prune(list(map(tensor_of, taken)), list(map(tensor_of, made))))


def _body(graph: Any, call: Any) -> tuple[Any, Any]:
    """Return the called function, importable by tensor names, and its graph with inputs and outputs in order."""
    from tensorflow.python.framework.function_def_to_graph import function_def_to_graph

    tf = import_tensorflow()
    name = call.get_attr("f").name
    library = graph.as_graph_def().library
    definition = next(each for each in library.function if each.signature.name == name)
    body = function_def_to_graph(definition)
    return tf.compat.v1.wrap_function(lambda: tf.graph_util.import_graph_def(body.as_graph_def(), name=""), []), body


def _origin(tensor: Any) -> Any:
    """Return the tensor behind Identity operations."""
    while tensor.op.type == "Identity":
        tensor = tensor.op.inputs[0]
    return tensor
