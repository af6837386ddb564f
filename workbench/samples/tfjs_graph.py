"""Turn a TensorFlow.js graph model (model.json and its weight shards) into a SavedModel.

Its topology is a GraphDef in JSON, as `tensorflowjs_converter` 3 and 4 write it, with three changes to undo
(tfjs-converter, `tf_saved_model_conversion_v2.py`; tfjs-core, `io_utils.ts: decodeWeights`): constants have no value
and are in the shards, there perhaps as float16 or as uint8 levels of `level * scale + min`; a convolution, its bias
and its activation are one fused node; outputs are called Identity, Identity_1, ... Control flow stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from workbench.errors import ModelLoadError

# fused node: its first op as TensorFlow names it, and what that op has of the fused node's attributes
FUSED = {
    "_FusedConv2D": ("Conv2D", ("T", "strides", "padding", "dilations", "data_format", "explicit_paddings")),
    "FusedDepthwiseConv2dNative": (
        "DepthwiseConv2dNative",
        ("T", "strides", "padding", "dilations", "data_format", "explicit_paddings"),
    ),
    "_FusedMatMul": ("MatMul", ("T", "transpose_a", "transpose_b")),
}
ACTIVATIONS = ("Relu", "Relu6", "Elu", "Sigmoid", "Tanh")
Weights = dict[str, np.ndarray]


def convert(source: Path, out: Path, names: Mapping[str, str] = MappingProxyType({})) -> None:
    """Write the graph model `source` (model.json) as a SavedModel into the folder `out`.

    Its signature `serving_default` has the inputs and outputs of the model's own signature; `names` gives those a
    new name that have one there ("Identity_1:0": "detection_boxes").

    Raises:
        ModelLoadError: the file is no graph model, or has an op or a weight that cannot be read.
    """
    try:
        model = json.loads(source.read_bytes())
        weights = read_weights(source.parent, model["weightsManifest"])
        graph = read_graph(model["modelTopology"], weights)
    except (KeyError, ValueError, TypeError, OSError) as error:
        cause = f"{type(error).__name__}: {error}"
        raise ModelLoadError(f"{source.name} is no TensorFlow.js graph model that can be read: {cause}") from error
    _save(graph, model["signature"], names, out)


def read_weights(folder: Path, manifest: list[dict[str, Any]]) -> Weights:
    """Return the weights of a manifest by name, at the precision they had before they were made small."""
    weights: Weights = {}
    for group in manifest:
        shards = b"".join((folder / path).read_bytes() for path in group["paths"])
        offset = 0
        for entry in group["weights"]:
            weights[entry["name"]], offset = _read_weight(entry, shards, offset)
    return weights


def _read_weight(entry: dict[str, Any], shards: bytes, offset: int) -> tuple[np.ndarray, int]:
    """Return one weight and where the next begins."""
    small = entry.get("quantization")
    stored = np.dtype(small["dtype"] if small else entry["dtype"]).newbyteorder("<")
    shape = tuple(entry["shape"])
    count = int(np.prod(shape, dtype=np.int64))
    values = np.frombuffer(shards, stored, count, offset).reshape(shape)
    if small and "scale" in small:
        values = values * np.float64(small["scale"]) + np.float64(small["min"])
    return values.astype(entry["dtype"]), offset + count * stored.itemsize


def read_graph(topology: dict[str, Any], weights: Weights) -> Any:
    """Return the topology as a TensorFlow GraphDef, with its weights inside and nothing fused."""
    import tensorflow as tf
    from google.protobuf import json_format

    fused = json_format.ParseDict({"node": topology["node"]}, tf.compat.v1.GraphDef())
    graph = tf.compat.v1.GraphDef(versions=fused.versions)
    graph.versions.producer = topology.get("versions", {}).get("producer", tf.version.GRAPH_DEF_VERSION)
    for node in fused.node:
        if node.op == "Const":
            node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(weights[node.name]))
        graph.node.extend(_unfused(node) if node.op in FUSED else [node])
    return graph


def _unfused(node: Any) -> Iterator[Any]:
    """Give the nodes that a fused one stands for; the last has its name, so that those after it find it."""
    import tensorflow as tf

    op, attributes = FUSED[node.op]
    steps = [step.decode() for step in node.attr["fused_ops"].list.s]
    if steps[:1] != ["BiasAdd"] or len(steps) > 2 or not set(steps[1:]) <= {*ACTIVATIONS}:
        raise ValueError(f"{node.name} fuses {op} with {', '.join(steps) or 'nothing'}")
    layer, bias, *control = node.input
    ops, before = [op, *steps], ""
    for index, step in enumerate(ops):
        name = node.name if index == len(ops) - 1 else f"{node.name}/{step}"
        made = tf.compat.v1.NodeDef(name=name, op=step, device=node.device)
        made.input.extend({0: [layer, bias], 1: [before, *control[:1]]}.get(index, [before]))
        for attribute in attributes if index == 0 else ("T", "data_format") if step == "BiasAdd" else ("T",):
            if attribute in node.attr:
                made.attr[attribute].CopyFrom(node.attr[attribute])
        before = name
        yield made


def _save(graph: Any, signature: dict[str, Any], names: Mapping[str, str], out: Path) -> None:
    import tensorflow as tf

    inputs, outputs = (
        {names.get(key, key): facts["name"].partition(":")[0] for key, facts in sorted(signature[side].items())}
        for side in ("inputs", "outputs")
    )
    specs = [_take_input(graph, node, name) for name, node in inputs.items()]

    def serve(*given: Any) -> dict[str, Any]:
        fed = {f"{node}:0": tensor for node, tensor in zip(inputs.values(), given, strict=True)}
        made = tf.import_graph_def(graph, fed, [f"{node}:0" for node in outputs.values()], name="")
        return dict(zip(outputs, made, strict=True))

    # tf.function alone would tie the ops inside a loop to the outputs; a WrappedFunction alone is no signature, and its
    # `prune` copies the graph in an order that differs from run to run.
    wrapped = tf.compat.v1.wrap_function(serve, specs)
    served = tf.function(lambda *given: wrapped(*given), input_signature=specs, autograph=False)  # noqa: PLW0108
    tf.saved_model.save(tf.Module(), str(out), signatures={"serving_default": served})
    _same_each_time(out / "fingerprint.pb")


def _take_input(graph: Any, node: str, name: str) -> Any:
    """Take the placeholder `node` out of the graph; return what a function is to be given in its place."""
    import tensorflow as tf

    [holder] = [found for found in graph.node if found.name == node]
    graph.node.remove(holder)
    shape = tf.TensorShape(holder.attr["shape"].shape)
    return tf.TensorSpec(shape, tf.DType(holder.attr["dtype"].type), name)


def _same_each_time(path: Path) -> None:
    """Take the random number out of the fingerprint: the same model gives the same bytes."""
    from tensorflow.core.protobuf.fingerprint_pb2 import FingerprintDef

    fingerprint = FingerprintDef.FromString(path.read_bytes())
    fingerprint.ClearField("uuid")
    path.write_bytes(fingerprint.SerializeToString(deterministic=True))
