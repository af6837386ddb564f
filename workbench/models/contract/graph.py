"""Follow a graph from its input: TensorFlow, TFLite and ONNX differ in words, not in what the head does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from workbench.models.contract.folding import fold
from workbench.models.contract.node import Graph, Node
from workbench.models.contract.operations import Head, Operation, gain, per_channel
from workbench.models.contract.restacked import restacked

LONGEST = 40  # operations; a head is a handful, and a loop in a damaged file ends here
DEEPEST = 12  # operations that make one constant

MULTIPLY, ADD = {"Mul", "MUL"}, {"Add", "AddV2", "BiasAdd", "ADD"}
SUBTRACT, DIVIDE = {"Sub", "SUB"}, {"RealDiv", "Div", "DIV"}
NORMALIZE = {"FusedBatchNormV3", "FusedBatchNormV2", "FusedBatchNorm", "BatchNormalization"}
RESIZE = {
    "ResizeBilinear", "ResizeNearestNeighbor", "ResizeBicubic", "ResizeArea", "ScaleAndTranslate",
    "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR", "Resize", "Upsample",
}  # fmt: skip
PAD = {"Pad", "PadV2", "MirrorPad", "PAD", "PADV2", "MIRROR_PAD"}
CAST = {"Cast", "CAST", "QUANTIZE", "DEQUANTIZE", "QuantizeLinear", "DequantizeLinear"}
TRANSPOSE = {"Transpose", "TRANSPOSE"}
FLIP = {"ReverseV2", "REVERSE_V2", "StridedSlice", "STRIDED_SLICE", "Slice", "GatherV2", "GATHER", "Gather"}
NOTHING = {"Identity", "StopGradient", "EnsureShape", "CheckNumerics", "Dropout", "PlaceholderWithDefault"}
ASIDE = {"Shape", "SHAPE", "Rank", "Size", "Assert", "ShapeN", "RANK"}  # they look at the shape, not at the pixels
# operation -> axis of the outputs in its kernel
LEARNED = {
    "Conv2D": -1, "DepthwiseConv2dNative": 2, "Conv3D": -1, "MatMul": -1, "_FusedConv2D": -1, "Einsum": -1,
    "CONV_2D": 0, "DEPTHWISE_CONV_2D": 3, "CONV_3D": -1, "FULLY_CONNECTED": 0,
    "Conv": 0, "Gemm": 0, "ConvInteger": 0, "QLinearConv": 0,
}  # fmt: skip


def follow(graph: Graph, tensor: Any) -> Head:
    """Return what happens to one input up to the first operation that learns, branches or is unknown."""
    found: list[Operation] = []
    for _ in range(LONGEST):
        users = [(node, place) for node, place in graph.users(tensor) if node.kind not in ASIDE]
        if len(users) > 1 and (turned := restacked(graph, users, constant)):
            operation, tensor = turned
            found.append(operation)
            continue
        if len(users) != 1:
            branches = ", ".join(f"{node.kind} '{node.name}'" for node, _ in users[:3])
            return Head(tuple(found), branches or "the end of the graph", names=graph.names())
        node, place = users[0]
        read = _operation(graph, node, place)
        if read is None:
            return _stopped(graph, found, node)
        found.append(read)
        tensor = node.output
    return Head(tuple(found), f"more than {LONGEST} operations", names=graph.names())


def constant(graph: Graph, tensor: Any, depth: int = DEEPEST) -> np.ndarray | None:
    """Return the value of a tensor that does not depend on an input."""
    values = graph.stored(tensor)
    node = graph.maker(tensor) if values is None and depth else None
    if node is None:
        return values
    if node.kind in ("Reshape", "RESHAPE", "Concat", "Maximum", "Max") or len(node.inputs) <= 2:
        inputs: Sequence[Any] = node.inputs
    else:
        inputs = node.inputs[:2]
    return fold(node.kind, [constant(graph, name, depth - 1) for name in inputs])


def _stopped(graph: Graph, found: list[Operation], node: Node) -> Head:
    stop, learned = f"{node.kind} '{node.name}'", node.kind in LEARNED
    kernel = constant(graph, node.inputs[1]) if learned and len(node.inputs) > 1 else None
    size = gain(kernel, LEARNED[node.kind]) if kernel is not None and kernel.ndim > 1 else None
    return Head(tuple(found), stop, learned=learned, gain=size, names=graph.names())


def _operation(graph: Graph, node: Node, place: int) -> Operation | None:
    kind = node.kind
    if kind in MULTIPLY | ADD | SUBTRACT | DIVIDE:
        return _arithmetic(graph, node, place)
    if kind in NORMALIZE:
        return _normalization(graph, node)
    if kind in RESIZE:
        return Operation(node.name, kind, "resize", size=_size(graph, node))
    if kind in FLIP:
        return _flip(graph, node)
    for kinds, does in ((PAD, "pad"), (CAST, "cast"), (TRANSPOSE, "transpose"), (NOTHING, "nothing")):
        if kind in kinds and place == 0:
            return Operation(node.name, kind, does, quantization=node.quantization)  # type: ignore[arg-type]
    return None


def _arithmetic(graph: Graph, node: Node, place: int) -> Operation | None:
    if len(node.inputs) != 2:
        return None
    raw = constant(graph, node.inputs[1 - place])
    value = None if raw is None else per_channel(raw, graph.channels)
    if value is None or (node.kind in DIVIDE and (place or not value.all())):
        return None
    if node.kind in MULTIPLY:
        return Operation(node.name, node.kind, "affine", scale=value)
    if node.kind in DIVIDE:
        return Operation(node.name, node.kind, "affine", scale=1 / value)
    if node.kind in ADD:
        return Operation(node.name, node.kind, "affine", offset=value)
    sign = -1.0 if place else 1.0  # constant - x, or x - constant
    return Operation(node.name, node.kind, "affine", scale=np.array([sign]), offset=-sign * value)


def _normalization(graph: Graph, node: Node) -> Operation | None:
    parts = [constant(graph, name) for name in node.inputs[1:5]]
    if len(parts) < 4 or any(part is None or part.size not in (1, graph.channels) for part in parts):
        return None
    gamma, beta, mean, variance = (np.asarray(part, dtype=np.float64).reshape(-1) for part in parts)
    scale = gamma / np.sqrt(variance + node.epsilon)
    return Operation(node.name, node.kind, "affine", scale=scale, offset=beta - mean * scale)


def _size(graph: Graph, node: Node) -> tuple[int, int] | None:
    """Return height and width of a resize with constant target: its last input, or the last two axes of it in ONNX."""
    if len(node.inputs) < 2:
        return None
    sizes = constant(graph, node.inputs[-1])
    if sizes is None:  # ONNX joins the length of the batch, known only when it runs, and the constant height and width
        joined = graph.maker(node.inputs[-1])
        sizes = constant(graph, joined.inputs[-1]) if joined is not None and joined.kind == "Concat" else None
    if sizes is None or sizes.size < 2 or sizes.dtype.kind not in "iu":
        return None
    height, width = sizes.reshape(-1)[-2:]
    return int(height), int(width)


def _flip(graph: Graph, node: Node) -> Operation | None:
    """Recognise the ways to turn the channels round: x[..., ::-1], reverse, and gather [2, 1, 0]."""
    values = [constant(graph, name) for name in node.inputs[1:]]
    flat = [[] if value is None else np.asarray(value).reshape(-1).tolist() for value in values]
    match node.kind, flat:
        case ("ReverseV2" | "REVERSE_V2", [[axis], *_]):
            turned = axis in (-1, 3)
        case ("StridedSlice" | "STRIDED_SLICE", [_, _, [*others, last]]):
            turned = last == -1 and set(others) <= {1} and (node.ellipsis or len(others) == 3)
        case ("Slice", [_, _, [axis], [step]]):
            turned = step == -1 and axis in (-1, 1, 3)
        case ("GatherV2" | "GATHER" | "Gather", [indices, *_]):
            turned = graph.channels == 3 and indices == [2, 1, 0]
        case _:
            turned = False
    return Operation(node.name, node.kind, "flip") if turned else None
