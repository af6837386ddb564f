"""Models whose answers are no answers: each function makes one at `path`, without TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from onnx import helper

from tests.unit.models.onnx_files import write_onnx
from workbench.samples import sample_path

PICTURES: dict[str, Any] = {"inputs": [("image", ("batch", 32, 32, 3))]}
CLASSES = 5


def classifier(path: Path, *, weight: float = 0.0, dark: bool = False) -> Path:
    """A softmax over the mean colour.

    Args:
        path: the `.onnx` file.
        weight: added to one weight of the first class: NaN or Inf there reaches every answer.
        dark: take the logarithm of (mean - 100), which is NaN for pictures that are darker than that.
    """
    weights = np.random.default_rng(0).normal(size=(3, CLASSES)).astype(np.float32) / 100
    weights[0, 0] += weight
    nodes = [helper.make_node("ReduceMean", ["image"], ["mean"], axes=[1, 2], keepdims=0)]
    if dark:
        nodes += [helper.make_node("Sub", ["mean", "hundred"], ["above"]), helper.make_node("Log", ["above"], ["seen"])]
    nodes += [helper.make_node("MatMul", ["seen" if dark else "mean", "weights"], ["scores"])]
    nodes += [helper.make_node("Softmax", ["scores"], ["classes"])]
    known = {"weights": weights, "hundred": np.float32([100])}
    return write_onnx(path, nodes, outputs=[("classes", ("batch", CLASSES))], weights=known, **PICTURES)


def detector(path: Path) -> Path:
    """The real detector with NaN in a few of its half-precision weights."""
    data = np.fromfile(sample_path("ssd-mobilenet-oid"), np.uint8)
    data[1_000_000:1_000_400].view(np.float16)[:] = np.nan
    data.tofile(path)
    return path
