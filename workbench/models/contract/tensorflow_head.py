"""Read the head of a TensorFlow graph whose variables are frozen in: SavedModels and frozen `.pb` files."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.models.contract.graph import follow
from workbench.models.contract.names import scopes
from workbench.models.contract.node import Node
from workbench.models.contract.operations import Head

LARGEST = 64_000_000  # bytes of one constant


def head(frozen: Any, index: int, channels: int | None) -> Head:
    """Return the head of the input number `index` of a `workbench.models.tensorflow.function.Frozen`."""
    tensor = frozen.inputs[index]
    return follow(TensorFlowGraph(tensor.graph, channels), tensor)


class TensorFlowGraph:
    """A `tf.Graph`; tensors are its own symbolic ones."""

    def __init__(self, graph: Any, channels: int | None) -> None:
        self.channels = channels
        self._graph = graph

    def users(self, tensor: Any) -> list[tuple[Node, int]]:
        """Return the operations that take a tensor."""
        return [(_node(op), i) for op in tensor.consumers() for i, taken in enumerate(op.inputs) if taken is tensor]

    def maker(self, tensor: Any) -> Node | None:
        """Return the operation a tensor comes from."""
        return _node(tensor.op) if tensor.op.inputs else None

    def stored(self, tensor: Any) -> np.ndarray | None:
        """Return a constant's values."""
        if tensor.op.type != "Const":
            return None
        from tensorflow import make_ndarray

        value = tensor.op.get_attr("value")
        return None if len(value.tensor_content) > LARGEST else np.asarray(make_ndarray(value))

    def names(self) -> frozenset[str]:
        """Return the scopes of all operations."""
        return scopes(op.name for op in self._graph.get_operations())


def _node(op: Any) -> Node:
    known = {attribute.name for attribute in op.op_def.attr} if op.op_def else set()
    return Node(
        op.name,
        op.type,
        tuple(op.inputs),
        op.outputs[0] if op.outputs else None,
        epsilon=op.get_attr("epsilon") if "epsilon" in known else 1e-3,
        ellipsis=bool(op.get_attr("ellipsis_mask")) if "ellipsis_mask" in known else False,
    )
