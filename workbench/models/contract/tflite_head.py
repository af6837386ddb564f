"""Read the head of a `.tflite` file: the flatbuffer alone, without TensorFlow and without running it."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Any

import numpy as np

from workbench.models.contract.graph import follow
from workbench.models.contract.names import scopes
from workbench.models.contract.node import Node
from workbench.models.contract.operations import Head
from workbench.models.tflite.graph import read_graph

LARGEST = 16_000_000  # bytes of one constant


def head(path: Path, index: int, channels: int | None) -> Head:
    """Return the head of the input number `index` of the first subgraph."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        graph = TFLiteHead(path, content, channels)
        return follow(graph, graph.inputs[index])


class TFLiteHead:
    """The first subgraph of a flatbuffer; tensors are numbers."""

    def __init__(self, path: Path, content: Any, channels: int | None) -> None:
        from ai_edge_litert import schema_py_generated as schema

        self.channels = channels
        graph = read_graph(path)
        self.inputs = graph.inputs
        self._tensors = graph.tensors
        self._model = schema.Model.GetRootAs(content, 0)
        self._nodes = [
            self._node(operator.kind, operator.inputs, operator.outputs[0])
            for operator in graph.operators
            if operator.outputs
        ]

    def users(self, tensor: Any) -> list[tuple[Node, int]]:
        """Return the operations that take a tensor."""
        return [(node, i) for node in self._nodes for i, number in enumerate(node.inputs) if number == tensor]

    def maker(self, tensor: Any) -> Node | None:
        """Return the operation a tensor comes from."""
        return next((node for node in self._nodes if node.output == tensor), None)

    def stored(self, tensor: Any) -> np.ndarray | None:
        """Return a constant's real values."""
        info = self._model.Subgraphs(0).Tensors(tensor)
        data = self._model.Buffers(info.Buffer())
        dtype = self._tensors[tensor].dtype
        if not 0 < data.DataLength() <= LARGEST or dtype not in np.sctypeDict:
            return None
        shape = info.ShapeAsNumpy() if info.ShapeLength() else ()
        return _real(data.DataAsNumpy().view(dtype).reshape(shape), info.Quantization())

    def names(self) -> frozenset[str]:
        """Return the parts of all tensor names; a fused operation carries the names of all it was made from."""
        return scopes(part for spec in self._tensors for part in spec.name.split(";"))

    def _node(self, kind: str, inputs: tuple[int, ...], output: int) -> Node:
        quantization = self._tensors[output].quantization if kind == "QUANTIZE" else None
        return Node(self._name(output), kind, inputs, output, quantization=quantization)

    def _name(self, tensor: int) -> str:
        return self._tensors[tensor].name.split(";")[0]


def _real(values: np.ndarray, quantization: Any) -> np.ndarray:
    """Undo a constant's quantization: real = scale * (stored - zero point), per tensor or along one axis."""
    if quantization is None or not quantization.ScaleLength():
        return values.copy()  # out of the mapped file
    scale = quantization.ScaleAsNumpy().astype(np.float64)
    zero = quantization.ZeroPointAsNumpy().astype(np.float64) if quantization.ZeroPointLength() else np.zeros(1)
    if scale.size > 1:
        shape = [1] * values.ndim
        shape[quantization.QuantizedDimension()] = scale.size
        scale = scale.reshape(shape)
        zero = zero.reshape(shape) if zero.size > 1 else zero
    return np.asarray(scale * (values - zero))
