"""Tiny `.onnx` files written node by node, so that tests need no TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Value = tuple[str, Sequence[int | str | None]]


def write_onnx(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    *,
    inputs: Sequence[Value],
    outputs: Sequence[Value],
    weights: Mapping[str, np.ndarray] | None = None,
    metadata: Mapping[str, str] | None = None,
    dtype: int = TensorProto.FLOAT,
    ir_version: int = 8,
    opset: int = 17,
    external: str | None = None,
) -> Path:
    """Write one graph; inputs are of `dtype`, outputs float32."""
    graph = helper.make_graph(
        list(nodes),
        "tiny",
        [helper.make_tensor_value_info(name, dtype, shape) for name, shape in inputs],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs],
        [numpy_helper.from_array(value, name) for name, value in (weights or {}).items()],
    )
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("mine", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=ir_version)
    helper.set_model_props(model, dict(metadata or {}))
    if external:
        onnx.save(model, path, save_as_external_data=True, location=external, size_threshold=0)
    else:
        onnx.save(model, path)
    return path


def convolution(path: Path, **options: object) -> Path:
    """A picture (batch, 6, 8, 3) through a convolution of four filters: `mask` (batch, 6, 8, 4) and `classes`.

    As TensorFlow exports are: channels last outside, first inside.
    """
    kernel = np.random.default_rng(0).normal(size=(4, 3, 3, 3)).astype(np.float32)
    nodes = [
        helper.make_node("Transpose", ["image"], ["first"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["first", "kernel"], ["conv"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["conv"], ["relu"]),
        helper.make_node("Transpose", ["relu"], ["mask"], perm=[0, 2, 3, 1]),
        helper.make_node("ReduceMean", ["relu"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("Softmax", ["mean"], ["classes"]),
    ]
    outputs = [("mask", ("batch", 6, 8, 4)), ("classes", ("batch", 4))]
    given = {"inputs": [("image", ("batch", 6, 8, 3))], "outputs": outputs, "weights": {"kernel": kernel}}
    return write_onnx(path, nodes, **(given | options))  # type: ignore[arg-type]


def expected(path: Path, batch: np.ndarray) -> dict[str, np.ndarray]:
    """Return the outputs of a file by ONNX's own reference evaluator."""
    from onnx.reference import ReferenceEvaluator

    evaluator = ReferenceEvaluator(onnx.load(path))
    return dict(zip(evaluator.output_names, evaluator.run(None, {evaluator.input_names[0]: batch}), strict=True))
