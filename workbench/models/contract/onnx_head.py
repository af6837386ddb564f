"""Read the head of an `.onnx` file by its protocol buffer, without running it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from workbench.models.contract.graph import follow
from workbench.models.contract.names import scopes
from workbench.models.contract.node import Node
from workbench.models.contract.operations import Head
from workbench.models.onnx.graph import free_inputs, read_onnx


def head(path: Path, name: str, channels: int | None) -> Head:
    """Return the head of the input called `name`."""
    graph = OnnxGraph(read_onnx(path).graph, channels)
    return follow(graph, graph.input(name))


class OnnxGraph:
    """A graph whose tensors are names."""

    def __init__(self, graph: Any, channels: int | None) -> None:
        self.channels = channels
        self._inputs = free_inputs(graph)
        self._weights = {tensor.name: tensor for tensor in graph.initializer}
        self._nodes: list[Node] = []
        for node in graph.node:
            self._add(node)

    def input(self, name: str) -> str:
        """Return the input tensor; a runtime may know it by another name, then it is the first that is no weight."""
        return name if name in self._inputs else self._inputs[0]

    def users(self, tensor: Any) -> list[tuple[Node, int]]:
        """Return the operations that take a tensor."""
        return [(node, i) for node in self._nodes for i, name in enumerate(node.inputs) if name == tensor]

    def maker(self, tensor: Any) -> Node | None:
        """Return the operation a tensor comes from."""
        return next((node for node in self._nodes if node.output == tensor), None)

    def stored(self, tensor: Any) -> np.ndarray | None:
        """Return a constant's values; None where they lie in another file."""
        from onnx import TensorProto, numpy_helper

        found = self._weights.get(tensor)
        if found is None or found.data_location == TensorProto.EXTERNAL:
            return None
        return numpy_helper.to_array(found)

    def names(self) -> frozenset[str]:
        """Return the parts of the names of operations and weights."""
        return scopes([*(node.name for node in self._nodes), *self._weights])

    def _add(self, node: Any) -> None:
        if node.op_type == "Constant":
            value = next((a.t for a in node.attribute if a.name == "value"), None)
            if value is not None:
                self._weights[node.output[0]] = value
            return
        epsilon = next((a.f for a in node.attribute if a.name == "epsilon"), 1e-5)  # the operator's default
        name = node.name or node.output[0]
        self._nodes.append(Node(name, node.op_type, tuple(node.input), node.output[0], epsilon))
