"""Cut the network out of a detector: without the loop that prepares pictures before it and the NMS after it.

An exported detector of the TensorFlow Object Detection API is more than a network: it scales and resizes each picture
in a loop, and ends in non-maximum suppression by control flow. OpenCV DNN, and most engines of phones, read neither.
What lies between, from the first convolution's input to the decoded boxes and scores, they read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.errors import ConversionError
from workbench.models.tensorflow.frozen_graph import FrozenGraph
from workbench.models.tensorflow.function import prune, upstream
from workbench.models.tensorflow.runtime import import_tensorflow
from workbench.models.tensorflow.saved_model import SavedModel
from workbench.whole_file import whole_file

RAW = ("raw_detection_boxes", "raw_detection_scores")  # exporter_lib_v2.py: before NMS; boxes y first, 0..1


def cut_network(model: SavedModel, out: str | Path, *, size: tuple[int, int], outputs: tuple[str, ...] = RAW) -> Path:
    """Write the network of a detector as a frozen graph: input `image` (1, height, width, 3) float32.

    The input is what the detector itself makes of a picture before its first convolution, so the recipe of the cut
    network has to do that: for SSD MobileNet range "symmetric", resize "tf.bilinear". `convert` makes ONNX of it.

    Args:
        model: the detector, with the outputs named below.
        out: the `.pb` file to write.
        size: height and width in pixels that the detector resizes pictures to.
        outputs: the outputs to end in.

    Raises:
        ConversionError: the graph cannot be frozen, has no such outputs, or no convolution before them.
    """
    if model.frozen is None:
        raise ConversionError(f"{model.name}: its graph cannot be frozen, so no network can be cut out of it")
    graph = model.frozen.function.graph
    ends = dict(zip((spec.name for spec in model.outputs), model.frozen.function.outputs, strict=True))
    if missing := [name for name in outputs if name not in ends]:
        raise ConversionError(
            f"{model.name} has no output {', '.join(missing)} to end its network in; it has {', '.join(ends)}"
        )
    start = _start([ends[name] for name in outputs], model.name)
    pruned = prune(graph.as_graph_def(), [start.name], [ends[name].name for name in outputs])
    _write(pruned.function, dict(zip(outputs, pruned.function.outputs, strict=True)), size=size, out=Path(out))
    FrozenGraph(out).close()  # a file that cannot be read again is none
    return Path(out)


def _start(ends: list[Any], name: str) -> Any:
    """Return the tensor that the first convolution takes, before its padding."""
    for op in upstream(tensor.op for tensor in ends):
        if op.type == "Conv2D":
            taken = op.inputs[0]
            return taken.op.inputs[0] if taken.op.type in ("Pad", "PadV2") else taken
    raise ConversionError(f"{name} has no convolution before these outputs")


def _write(function: Any, ends: dict[str, Any], *, size: tuple[int, int], out: Path) -> None:
    tf = import_tensorflow()
    with tf.Graph().as_default() as graph:
        image = tf.compat.v1.placeholder(tf.float32, (1, *size, 3), "image")
        found = tf.graph_util.import_graph_def(
            function.graph.as_graph_def(),
            name="network",
            input_map={function.inputs[0].name: image},
            return_elements=[tensor.name for tensor in ends.values()],
        )
        for name, tensor in zip(ends, found, strict=True):
            tf.identity(tensor, name)
    with whole_file(out) as file:
        file.write(_computing(graph.as_graph_def(), list(ends)).SerializeToString())


def _computing(graph_def: Any, ends: list[str]) -> Any:
    """Return the nodes that `ends` are computed from; those they only wait for - the suppression - are left out."""
    nodes = {node.name: node for node in graph_def.node}
    kept = type(graph_def)(versions=graph_def.versions)
    waiting, seen = list(ends), set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            node = kept.node.add()
            node.CopyFrom(nodes[name])
            node.ClearField("input")
            node.input.extend(given for given in nodes[name].input if not given.startswith("^"))
            waiting += [given.split(":")[0] for given in node.input]
    return kept
