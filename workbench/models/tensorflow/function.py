"""A TensorFlow graph with its weights frozen in, run on arrays; and what each operation of it makes of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from workbench.errors import InvalidValue, ModelLoadError
from workbench.models.model import TensorSpec
from workbench.models.tensorflow.calls import unwrapped
from workbench.models.tensorflow.runtime import import_tensorflow

MOST_BYTES = 2**31  # of all layers' outputs together
ACTIVATIONS = {
    "Softmax": "softmax", "Sigmoid": "sigmoid", "Relu": "relu", "Relu6": "relu6", "Tanh": "tanh",
    "BiasAdd": "linear", "MatMul": "linear",
}  # fmt: skip
PASSING = {"Identity", "IdentityN", "Reshape", "Squeeze", "StopGradient", "Cast"}  # leave values as they are
UNSEEN = PASSING - {"Reshape", "Squeeze"} | {"Const", "Placeholder", "PlaceholderWithDefault", "NoOp"}


@dataclass(frozen=True, slots=True)
class Frozen:
    """A graph function without variables.

    Attributes:
        function: a `ConcreteFunction`.
        inputs: the tensors that stand for the arrays, in order.
        held: what else it is called with: handles of lookup tables.
    """

    function: Any
    inputs: tuple[Any, ...]
    held: tuple[Any, ...] = ()

    def __call__(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return the outputs of one batch, in order."""
        tf = import_tensorflow()
        given = [*map(tf.constant, arrays), *self.held]
        # A plain call tries the arguments by name first, where a frozen function has no names, and TensorFlow 2.21
        # then writes the whole batch into the text of an error that nobody sees: 1 to 2 ms a call.
        values = self.function._call_flat(given, self.function.captured_inputs)
        return [np.asarray(value) for value in tf.nest.flatten(values)]


def freeze(concrete: Any, count: int) -> Frozen:
    """Put the variables' values into a copy of a graph function, whose first `count` inputs are the arrays.

    Raises:
        Exception: of many kinds, where TensorFlow cannot: the function then runs as it is.
    """
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    concrete.graph.clear_collection("table_initializer")  # already run; TensorFlow 1's are not in the signature's graph
    frozen = convert_variables_to_constants_v2(concrete)
    captured = {inner.name: outer for outer, inner in concrete.graph.captures}
    held = tuple(captured[tensor.name] for tensor in frozen.inputs[count:])
    function = frozen if held else unwrapped(frozen)
    return Frozen(function, tuple(function.inputs[:count]), held)


def prune(graph_def: Any, inputs: Sequence[str], outputs: Sequence[str]) -> Frozen:
    """Make the function of a GraphDef from some of its tensors to others; tensors by name, as `conv1:0`."""
    tf = import_tensorflow()
    whole = tf.compat.v1.wrap_function(lambda: tf.graph_util.import_graph_def(graph_def, name=""), [])
    function = whole.prune(
        [whole.graph.get_tensor_by_name(name) for name in inputs],
        [whole.graph.get_tensor_by_name(name) for name in outputs],
    )
    return Frozen(function, tuple(function.inputs))


def spec_of(name: str, tensor: Any) -> TensorSpec:
    """Describe a symbolic tensor; one of unknown rank is taken to be a batch of pictures.

    Raises:
        ModelLoadError: no array holds such values.
    """
    if not is_array(tensor):
        raise ModelLoadError(
            f"{name!r} is a {tensor.dtype.name} inside TensorFlow, which no array holds; feed and fetch other tensors, "
            "by FrozenGraph(path, inputs=[...], outputs=[...]), or export the model with others"
        )
    shape = (None,) * 4 if tensor.shape.rank is None else tuple(tensor.shape)
    return TensorSpec(name, shape, np.dtype(tensor.dtype.as_numpy_dtype).name)


def is_array(tensor: Any) -> bool:
    """Tell whether an array can hold what a symbolic tensor stands for; lists and handles it cannot."""
    return tensor.dtype.base_dtype.name not in ("variant", "resource")


def with_activations(specs: Sequence[TensorSpec], tensors: Sequence[Any]) -> tuple[TensorSpec, ...]:
    """Add to each output the activation that makes its tensor."""
    return tuple(replace(spec, activation=_activation(tensor)) for spec, tensor in zip(specs, tensors, strict=True))


def short(tensor_name: str) -> str:
    """Return `conv1` for `conv1:0`; a later output of an operation keeps its number."""
    return tensor_name.removesuffix(":0")


class GraphLayers:
    """Runs a frozen graph once more, for what each of its floating-point operations gives."""

    def __init__(self, frozen: Frozen) -> None:
        tensors = [tensor for op in seen_operations(frozen) for tensor in op.outputs if tensor.dtype.is_floating]
        self.names = [short(tensor.name) for tensor in tensors]
        fed = [tensor.name for tensor in frozen.function.inputs]
        graph_def = frozen.function.graph.as_graph_def()
        self._run = replace(prune(graph_def, fed, [tensor.name for tensor in tensors]), held=frozen.held)

    def __call__(self, arrays: Sequence[np.ndarray], *, any_length: bool) -> dict[str, np.ndarray]:
        """Return values by operation name, in the order they run.

        Raises:
            InvalidValue: they would not fit in 2 GiB.
        """
        if any_length and len(arrays[0]) > 1:
            expect_room(self._run([array[:1] for array in arrays]), len(arrays[0]))
        return dict(zip(self.names, self._run(arrays), strict=True))


def expect_room(of_one: Iterable[np.ndarray], count: int) -> None:
    """Refuse a batch whose layers would take more than 2 GiB together."""
    size = sum(value.nbytes for value in of_one)
    if size * count > MOST_BYTES:
        raise InvalidValue(
            f"the layers' outputs of {count} pictures take {size * count / 2**30:.1f} GiB; give at most "
            f"{max(MOST_BYTES // size, 1)} at once"
        )


def seen_operations(frozen: Frozen) -> list[Any]:
    """Return the operations between inputs and outputs that change values, in an order they can run in.

    Constants and what is computed from them alone are left out, and so is the inside of TensorFlow 1's loops and
    conditionals, which cannot be looked at.
    """
    needed = upstream(tensor.op for tensor in frozen.function.outputs)
    fed = {tensor.op.name for tensor in frozen.inputs}
    inside_loop: set[str] = set()
    inside_branch: set[str] = set()
    seen = []
    for op in needed:
        sources = {tensor.op.name for tensor in op.inputs}
        if op.type in ("Enter", "RefEnter") or (sources & inside_loop and op.type not in ("Exit", "RefExit")):
            inside_loop.add(op.name)
        elif op.type in ("Switch", "RefSwitch") or (sources & inside_branch and op.type not in ("Merge", "RefMerge")):
            inside_branch.add(op.name)  # a Switch inside a loop belongs to the loop
        if sources & fed:
            fed.add(op.name)
            if op.type not in UNSEEN and op.name not in inside_loop | inside_branch:
                seen.append(op)
    return seen


def upstream(roots: Iterable[Any]) -> list[Any]:
    """Return the operations that roots depend on, each after its inputs (a loop's back edge apart)."""
    order: list[Any] = []
    visited: set[str] = set()
    stack: list[tuple[Any, bool]] = [(op, False) for op in reversed(list(roots))]
    while stack:
        op, done = stack.pop()
        if done:
            order.append(op)
        elif op.name not in visited:
            visited.add(op.name)
            stack.append((op, True))
            stack.extend((tensor.op, False) for tensor in op.inputs)
    return order


def _activation(tensor: Any) -> str | None:
    op = tensor.op
    while op.type in PASSING and op.inputs:
        op = op.inputs[0].op
    return ACTIVATIONS.get(op.type)
