"""Which layers of a network OpenCV can show, under the names that the file gives them."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from workbench.models.onnx import graph as onnx_graph
from workbench.models.opencv.file import OPENCV_5, NetFile, activated, read_tflite
from workbench.models.tflite.graph import TFLiteGraph


def layer_net(file: NetFile) -> tuple[Any, dict[str, str]]:
    """Return a network that shows its layers, and OpenCV's name of each by the file's name, in order."""
    if file.path.suffix.lower() == ".onnx":
        return _onnx(file)
    if file.graph is not None:
        return _tflite(file, file.graph)
    net = file.read()
    net.enableFusion(False)  # a fused layer has no values of its own
    return net, {name: name for name in net.getLayerNames()}


def _onnx(file: NetFile) -> tuple[Any, dict[str, str]]:
    """Make every tensor an output of a copy: OpenCV 5 finds only outputs by name, OpenCV 4 only those and its own."""
    model = onnx_graph.read_onnx(file.path)
    computed = onnx_graph.computed(model.graph, (spec.name for spec in file.inputs))
    content, names = onnx_graph.with_outputs(model, computed)
    net = cv2.dnn.readNetFromONNX(np.frombuffer(content, np.uint8))
    known = set(names if OPENCV_5 else net.getLayerNames())  # a sum that is part of a matrix product now is none
    return net, {name: name for name in names if name in known}


def _tflite(file: NetFile, graph: TFLiteGraph) -> tuple[Any, dict[str, str]]:
    net = read_tflite(file.path, classic=True)
    net.enableFusion(False)
    known = set(net.getLayerNames())
    tensors = [graph.tensors[number].name for number in graph.computed()]
    made = dict(zip(tensors, activated(net, tensors), strict=True))
    return net, {name: layer for name, layer in made.items() if layer in known}
