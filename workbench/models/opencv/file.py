"""What a file says about its inputs and outputs, which OpenCV DNN does not tell; and how OpenCV reads it.

OpenCV keeps pictures channels first inside. A network from TFLite or a frozen TensorFlow graph therefore takes and
gives (N, C, H, W), though its file says (N, H, W, C); an ONNX network keeps the layout of its file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2

from workbench.errors import ModelLoadError
from workbench.models.model import TensorSpec
from workbench.models.onnx import graph as onnx_graph
from workbench.models.tensorflow import graph_def
from workbench.models.tflite.graph import TFLiteGraph, read_graph

ACTIVATED = "/activ"
OPENCV_5 = int(cv2.__version__.split(".")[0]) >= 5
GRAPH_ACTIVATIONS = {"Softmax": "softmax", "Sigmoid": "sigmoid"}


@dataclass(frozen=True, slots=True)
class NetFile:
    """One network file, as OpenCV will read it."""

    path: Path
    inputs: tuple[TensorSpec, ...]  # in the layout of the file
    outputs: tuple[TensorSpec, ...]  # in the layout of the file; shape () where it is not known before a run
    layers: tuple[str, ...]  # OpenCV's name of each output
    inside: tuple[str, ...]  # OpenCV's name of each input; "" where it has only one
    channels_first: bool  # OpenCV wants and gives (N, C, H, W) where the file has (N, H, W, C)
    read: Callable[[], Any]  # makes the cv2.dnn.Net
    graph: TFLiteGraph | None = None


def net_file(path: Path) -> NetFile:
    """Read a file's own description.

    Raises:
        ModelLoadError: OpenCV does not read this kind of file.
    """
    suffix = path.suffix.lower()
    if path.is_dir() or path.name == "saved_model.pb":
        raise ModelLoadError(
            f"{path}: OpenCV reads frozen graphs, not SavedModels; convert it with convert(model, 'onnx', 'NAME.onnx') "
            "and load 'cv2:NAME.onnx', or load the folder itself in TensorFlow"
        )
    if suffix not in FILES:
        raise ModelLoadError(f"{path}: {OTHERS.get(suffix, OTHER)}")
    return FILES[suffix](path)


def _onnx(path: Path) -> NetFile:
    graph = onnx_graph.read_onnx(path).graph
    free = onnx_graph.free_inputs(graph)
    outputs = tuple(
        replace(_onnx_spec(value), activation=onnx_graph.activation(graph, value.name)) for value in graph.output
    )
    return NetFile(
        path=path,
        inputs=tuple(_onnx_spec(value) for value in graph.input if value.name in free),
        outputs=outputs,
        layers=tuple(spec.name for spec in outputs),
        inside=free if len(free) > 1 else ("",),
        channels_first=False,
        read=lambda: cv2.dnn.readNetFromONNX(str(path)),
    )


def _onnx_spec(value: Any) -> TensorSpec:
    from onnx.helper import tensor_dtype_to_np_dtype

    kind = value.type.tensor_type
    shape = tuple(dim.dim_value if dim.dim_value > 0 else None for dim in kind.shape.dim)
    return TensorSpec(value.name, shape, tensor_dtype_to_np_dtype(kind.elem_type).name)


def _tflite(path: Path) -> NetFile:
    graph = read_graph(path)
    return NetFile(
        path=path,
        inputs=tuple(_tflite_spec(graph, number) for number in graph.inputs),
        outputs=tuple(
            replace(_tflite_spec(graph, number), dtype="float32", activation=graph.activation(number))
            for number in graph.outputs
        ),
        layers=tuple(graph.tensors[number].name for number in graph.outputs),
        inside=tuple(graph.tensors[number].name for number in graph.inputs) if len(graph.inputs) > 1 else ("",),
        channels_first=True,
        read=lambda: read_tflite(path, classic=len(graph.outputs) > 1),
        graph=graph,
    )


def _tflite_spec(graph: TFLiteGraph, number: int) -> TensorSpec:
    spec = graph.tensors[number]
    return replace(spec, name=graph.names.get(number, spec.name))


def read_tflite(path: Path, *, classic: bool) -> Any:
    """Read a TFLite file.

    OpenCV 5's new engine gives only the last output of a TFLite network: asked by name for another, it answers with
    the values of the last. Its classic engine has them all.
    """
    if OPENCV_5 and classic:
        return cv2.dnn.readNetFromTFLite(str(path), cv2.dnn.ENGINE_CLASSIC)
    return cv2.dnn.readNetFromTFLite(str(path))


def activated(net: Any, names: Sequence[str]) -> tuple[str, ...]:
    """Return OpenCV's names of TFLite tensors: an activation that TFLite has fused in is a layer of its own there."""
    known = set(net.getLayerNames())
    return tuple(name + ACTIVATED if name + ACTIVATED in known else name for name in names)


def _frozen_graph(path: Path) -> NetFile:
    try:
        nodes = graph_def.read_nodes(path)
    except ValueError as error:
        raise ModelLoadError(f"{path}: this is no frozen TensorFlow graph ({error}); copy or save it again") from error
    placeholders = [node for node in nodes if node.kind == "Placeholder"]
    outputs = graph_def.ends(nodes)
    kinds = {node.name: node for node in nodes}
    return NetFile(
        path=path,
        inputs=tuple(
            TensorSpec(node.name, node.shape or (None,) * 4, node.dtype or "float32") for node in placeholders
        ),
        outputs=tuple(TensorSpec(n.name, (), "float32", activation=_graph_activation(n, kinds)) for n in outputs),
        layers=tuple(node.name for node in outputs),
        inside=tuple(node.name for node in placeholders) if len(placeholders) > 1 else ("",),
        channels_first=True,
        read=lambda: read_tensorflow(path),
    )


def read_tensorflow(path: Path) -> Any:
    """Read a frozen graph; with OpenCV 5's classic engine, because its new one crashes on graphs it cannot read."""
    if OPENCV_5:
        return cv2.dnn.readNetFromTensorflow(str(path), engine=cv2.dnn.ENGINE_CLASSIC)
    return cv2.dnn.readNetFromTensorflow(str(path))


def _graph_activation(node: graph_def.Node, nodes: dict[str, graph_def.Node]) -> str | None:
    while node.kind in ("Identity", "Reshape", "Squeeze") and node.inputs[0] in nodes:
        node = nodes[node.inputs[0]]
    return GRAPH_ACTIVATIONS.get(node.kind)


FILES: dict[str, Callable[[Path], NetFile]] = {".onnx": _onnx, ".tflite": _tflite, ".pb": _frozen_graph}
KERAS = "OpenCV reads no Keras files; convert it with convert(model, 'onnx', 'NAME.onnx') and load 'cv2:NAME.onnx'"
GONE = "OpenCV 5 no longer reads {}, and Workbench never did; convert it to ONNX with its own framework's exporter"
OTHER = "Workbench reads .onnx, .tflite and frozen .pb files in OpenCV; convert the model to ONNX"
OTHERS = {
    ".keras": KERAS, ".h5": KERAS, ".hdf5": KERAS,
    ".caffemodel": GONE.format("Caffe models"), ".prototxt": GONE.format("Caffe models"),
    ".weights": GONE.format("Darknet models"), ".cfg": GONE.format("Darknet models"),
    ".t7": GONE.format("Torch 7 models"), ".net": GONE.format("Torch 7 models"),
    ".pbtxt": "this is the text beside a graph; give the .pb file itself",
    ".pt": "OpenCV reads no PyTorch files; export the model with torch.onnx.export",
    ".pth": "OpenCV reads no PyTorch files; export the model with torch.onnx.export",
}  # fmt: skip
