"""Frozen graphs run from their placeholders to their leaves, or between any tensors by name."""

import numpy as np
import pytest

from tests.unit.models.graph_models import WEIGHTS, tensorflow, tensorflow_1
from workbench.errors import ModelLoadError, UnknownName
from workbench.models.model import LoadedModel
from workbench.models.tensorflow.frozen_graph import FrozenGraph

pytestmark = pytest.mark.slow
A, B = np.random.default_rng(2).random((2, 3, 4), dtype=np.float32)


@pytest.fixture(scope="module")
def frozen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("frozen")
    tensorflow_1(folder / "saved", folder / "linear.pb")
    return folder / "linear.pb"


def write(path, build):
    """Write the graph that `build` makes, weights and all."""
    tf = tensorflow()
    with tf.Graph().as_default() as graph:
        build(tf)
        path.write_bytes(graph.as_graph_def().SerializeToString())
    return path


def test_inputs_are_placeholders_and_outputs_are_leaves(frozen):
    model = FrozenGraph(frozen)
    assert list(map(str, model.inputs)) == ["a (any, 4) float32", "b (any, 4) float32"]
    assert list(map(str, model.outputs)) == ["answer (any, 4) float32"]
    assert (model.name, model.runtime, isinstance(model, LoadedModel)) == ("linear", "frozen-graph", True)
    np.testing.assert_allclose(model.predict({"a": A, "b": B})["answer"], A @ WEIGHTS - 2 * B, rtol=1e-5)


def test_any_tensor_can_be_fed_and_fetched(frozen):
    model = FrozenGraph(frozen, inputs=["a"], outputs=["matmul"])
    np.testing.assert_allclose(model.predict(A)["matmul"], A @ WEIGHTS, rtol=1e-5)


def test_layers_come_in_the_order_they_run(frozen):
    layers = FrozenGraph(frozen).layers({"a": A, "b": B})
    assert set(layers) == {"matmul", "mul", "answer"}
    assert list(layers)[-1] == "answer"
    np.testing.assert_allclose(layers["mul"], 2 * B)


def test_a_misspelt_tensor_gets_the_closest_names(frozen):
    with pytest.raises(UnknownName, match="'anser'; did you mean 'answer'"):
        FrozenGraph(frozen, outputs=["anser"])


def test_all_outputs_of_a_leaf_are_outputs(tmp_path):
    def build(tf):
        x = tf.compat.v1.placeholder(tf.float32, [None, 6], name="x")
        tf.split(x, 2, axis=1, name="halves")
        tf.nn.softmax(x, name="scores")

    model = FrozenGraph(write(tmp_path / "split.pb", build))
    x = np.arange(12, dtype=np.float32).reshape(2, 6)
    outputs = model.predict(x)
    assert set(outputs) == {"halves", "halves:1", "scores"}
    np.testing.assert_array_equal(outputs["halves:1"], x[:, 3:])
    assert {spec.name: spec.activation for spec in model.outputs}["scores"] == "softmax"


def test_a_list_inside_tensorflow_is_no_output(tmp_path):
    def build(tf):
        x = tf.compat.v1.placeholder(tf.float32, [None, 2], name="x")
        tf.raw_ops.TensorListFromTensor(tensor=x, element_shape=[2], name="rows")
        tf.identity(x * 2.0, name="y")

    path = write(tmp_path / "list.pb", build)
    assert [spec.name for spec in FrozenGraph(path).outputs] == ["y"]
    with pytest.raises(ModelLoadError, match="'rows' is a variant inside TensorFlow"):
        FrozenGraph(path, outputs=["rows"])


def test_a_tensorflow_1_loop_runs_and_its_inside_is_not_shown(tmp_path):
    def build(tf):
        x = tf.compat.v1.placeholder(tf.float32, [None, 2], name="x")
        tf.compat.v1.disable_control_flow_v2()
        try:
            loop = tf.compat.v1.while_loop(lambda i, v: i < 3, lambda i, v: (i + 1, v * 2.0), [0, x + 1.0])
        finally:
            tf.compat.v1.enable_control_flow_v2()
        tf.identity(loop[1] - 1.0, name="y")

    model = FrozenGraph(write(tmp_path / "loop.pb", build), outputs=["y"])
    x = np.ones((2, 2), np.float32)
    np.testing.assert_array_equal(model.predict(x)["y"], np.full((2, 2), 15.0))
    layers = model.layers(x)
    assert {"add", "sub"} <= set(layers)
    assert not any(name.endswith("/mul") for name in layers)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        pytest.param(
            lambda tf: tf.compat.v1.get_variable("v", [2], use_resource=False), "not frozen", id="with variables"
        ),
        pytest.param(lambda tf: tf.constant(1.0) + 1.0, "no placeholder to feed", id="without input"),
        pytest.param(
            lambda tf: tf.compat.v1.placeholder(tf.float32, [2], name="x"), "ends in arrays", id="without output"
        ),
    ],
)
def test_a_graph_that_cannot_run_says_why(tmp_path, build, message):
    path = write(tmp_path / "graph.pb", build)
    with pytest.raises(ModelLoadError, match=message):
        FrozenGraph(path)
