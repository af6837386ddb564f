import base64
import json

import numpy as np
import pytest

from workbench.errors import ModelLoadError
from workbench.samples.tfjs_graph import convert, read_weights

RANDOM = np.random.default_rng(7)


def text(value):
    return {"s": base64.b64encode(value.encode()).decode()}


def numbers(*values):
    return {"list": {"i": [str(value) for value in values]}}


def fused(op, name, inputs, steps, **attributes):
    steps = {"list": {"s": [text(step)["s"] for step in steps]}}
    return {"name": name, "op": op, "input": inputs, "attr": {"T": FLOAT, "fused_ops": steps, **attributes}}


def constant(name, dtype="DT_FLOAT"):
    return {"name": name, "op": "Const", "attr": {"dtype": {"type": dtype}}}


FLOAT = {"type": "DT_FLOAT"}
SAME = {"strides": numbers(1, 1, 1, 1), "padding": text("SAME"), "data_format": text("NHWC"),
        "dilations": numbers(1, 1, 1, 1), "num_args": {"i": "1"}, "epsilon": {"f": 0}}  # fmt: skip
WEIGHTS = {
    "kernel": RANDOM.normal(size=(3, 3, 3, 4)),
    "bias": RANDOM.normal(size=4),
    "each": RANDOM.normal(size=(3, 3, 4, 1)),
    "dense": RANDOM.normal(size=(4, 2)),
    "shift": RANDOM.normal(size=2),
}
NODES = [
    {"name": "in/image", "op": "Placeholder", "attr": {"dtype": FLOAT, "shape": {"shape": {"dim": [
        {"size": "1"}, {"size": "-1"}, {"size": "-1"}, {"size": "3"}]}}}},
    *map(constant, WEIGHTS),
    constant("axes", "DT_INT32"),
    fused("_FusedConv2D", "conv", ["in/image", "kernel", "bias"], ["BiasAdd", "Relu6"], **SAME),
    fused("FusedDepthwiseConv2dNative", "depthwise", ["conv", "each", "bias"], ["BiasAdd"], **SAME),
    {"name": "mean", "op": "Mean", "input": ["depthwise", "axes"], "attr": {"T": FLOAT, "Tidx": {"type": "DT_INT32"}}},
    fused("_FusedMatMul", "matmul", ["mean", "dense", "shift"], ["BiasAdd", "Relu"]),
]  # fmt: skip


def manifest(**weights):
    entries = [{"name": k, "shape": list(v.shape), "dtype": str(v.dtype)} for k, v in weights.items()]
    return [{"paths": ["a.bin"], "weights": entries}], b"".join(v.tobytes() for v in weights.values())


def write_model(folder, nodes=NODES):
    weights = {name: value.astype(np.float32) for name, value in WEIGHTS.items()} | {"axes": np.array([1, 2], "i4")}
    listed, shard = manifest(**weights)
    signature = {
        "inputs": {"in/image:0": {"name": "in/image:0"}},
        "outputs": {"Identity:0": {"name": "matmul:0"}, "Identity_1:0": {"name": "conv:0"}},
    }
    model = {"modelTopology": {"node": nodes}, "weightsManifest": listed, "signature": signature}
    (folder / "a.bin").write_bytes(shard)
    (folder / "model.json").write_text(json.dumps(model))
    return folder / "model.json"


@pytest.mark.parametrize(
    ("dtype", "scale", "error"),
    [pytest.param("uint8", 1.5, 0.75, id="uint8"), pytest.param("uint16", 0.01, 0.005, id="uint16")],
)
def test_levels_become_weights_again_by_scale_and_min(tmp_path, dtype, scale, error):
    weights = RANDOM.uniform(-3, 200, 50).astype(np.float32)
    levels = np.round((weights + 3) / scale).astype(dtype)
    small = {"dtype": dtype, "scale": scale, "min": -3.0, "original_dtype": "float32"}
    listed, shard = manifest(before=np.array([4, 5], np.int32), small=levels, after=np.float32(7))
    listed[0]["weights"][1] |= {"dtype": "float32", "quantization": small}
    (tmp_path / "a.bin").write_bytes(shard)
    read = read_weights(tmp_path, listed)
    assert read["small"].dtype == np.float32
    assert np.abs(read["small"] - weights).max() <= error * 1.01
    assert read["before"].tolist() == [4, 5]
    assert (read["after"].shape, read["after"]) == ((), 7)


def test_half_floats_become_floats_and_shards_are_joined(tmp_path):
    halves = RANDOM.normal(size=(3, 5)).astype(np.float16)
    listed, shard = manifest(small=halves)
    listed[0] |= {"paths": ["a.bin", "b.bin"]}
    listed[0]["weights"][0] |= {"dtype": "float32", "quantization": {"dtype": "float16"}}
    (tmp_path / "a.bin").write_bytes(shard[:11])
    (tmp_path / "b.bin").write_bytes(shard[11:])
    assert np.array_equal(read_weights(tmp_path, listed)["small"], halves.astype(np.float32))


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        pytest.param(lambda folder: (folder / "a.bin").write_bytes(b"half"), "buffer is smaller", id="half a shard"),
        pytest.param(lambda folder: (folder / "a.bin").unlink(), "a.bin", id="no shard"),
        pytest.param(lambda folder: (folder / "model.json").write_text("{}"), "weightsManifest", id="another JSON"),
        pytest.param(lambda folder: (folder / "model.json").write_text("<html>"), "model.json is no", id="no JSON"),
    ],
)
def test_what_is_no_graph_model_is_refused(tmp_path, harm, message):
    source = write_model(tmp_path)
    harm(tmp_path)
    with pytest.raises(ModelLoadError, match=message):
        convert(source, tmp_path / "out", {})
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_fused_op_that_nobody_knows_is_refused(tmp_path):
    nodes = [*NODES[:-1], fused("_FusedMatMul", "matmul", ["mean", "dense", "shift"], ["BiasAdd", "Swish"])]
    with pytest.raises(ModelLoadError, match="matmul fuses MatMul with BiasAdd, Swish"):
        convert(write_model(tmp_path, nodes), tmp_path / "out", {})


@pytest.mark.slow
def test_fused_ops_come_apart_and_give_the_same_numbers(tmp_path):
    import tensorflow as tf

    names = {"in/image:0": "image", "Identity:0": "answer", "Identity_1:0": "features"}
    convert(write_model(tmp_path), tmp_path / "out", names)
    served = tf.saved_model.load(str(tmp_path / "out")).signatures["serving_default"]
    image = tf.constant(RANDOM.normal(size=(1, 9, 7, 3)), tf.float32)
    answer = served(image=image)
    w = {name: tf.constant(value, tf.float32) for name, value in WEIGHTS.items()}
    features = tf.nn.relu6(tf.nn.conv2d(image, w["kernel"], 1, "SAME") + w["bias"])
    each = tf.nn.depthwise_conv2d(features, w["each"], [1, 1, 1, 1], "SAME") + w["bias"]
    expected = tf.nn.relu(tf.reduce_mean(each, [1, 2]) @ w["dense"] + w["shift"])
    assert set(answer) == {"answer", "features"}
    assert np.abs(answer["features"] - features).max() < 1e-5
    assert np.abs(answer["answer"] - expected).max() < 1e-5
    assert not {node.op for node in served.graph.as_graph_def().node} & {"_FusedConv2D", "_FusedMatMul"}


@pytest.mark.slow
def test_the_outputs_keep_their_own_names_where_none_are_given(tmp_path):
    import tensorflow as tf

    convert(write_model(tmp_path), tmp_path / "out", {"in/image:0": "image"})
    served = tf.saved_model.load(str(tmp_path / "out")).signatures["serving_default"]
    assert set(served.structured_outputs) == {"Identity:0", "Identity_1:0"}
