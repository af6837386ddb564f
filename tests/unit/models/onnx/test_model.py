"""ONNX files on ONNX Runtime: specs, batches, inputs nobody takes, layers, and what a file that cannot run says."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from tests.unit.models.onnx_files import convolution, expected, write_onnx
from workbench.errors import InputMismatch, InvalidValue, ModelLoadError
from workbench.models.onnx.model import OnnxModel

PICTURES = np.random.default_rng(1).random((3, 6, 8, 3), dtype=np.float32)
DOUBLE = helper.make_node("Add", ["x", "x"], ["y"])
PAIR = {"inputs": [("x", ("batch", 2))], "outputs": [("y", ("batch", 2))]}


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    return convolution(tmp_path_factory.mktemp("onnx") / "network.onnx")


def test_inputs_and_outputs_have_the_files_names_and_free_axes(network):
    model = OnnxModel(network)
    assert [str(spec) for spec in model.inputs] == ["image (any, 6, 8, 3) float32"]
    assert [str(spec) for spec in model.outputs] == ["mask (any, 6, 8, 4) float32", "classes (any, 4) float32"]
    assert [spec.activation for spec in model.outputs] == [None, "softmax"]


def test_outputs_are_those_of_the_reference_evaluator(network):
    model, right = OnnxModel(network), expected(network, PICTURES)
    for length in (3, 1):
        for name, values in model.predict(PICTURES[:length]).items():
            np.testing.assert_allclose(values, right[name][:length], atol=1e-5)


def test_a_picture_in_the_wrong_layout_is_refused_with_the_slot(network):
    with pytest.raises(InputMismatch, match="layout='nhwc'"):
        OnnxModel(network).predict(np.zeros((1, 3, 6, 8), np.float32))


def test_whole_levels_go_in_as_uint8(tmp_path):
    nodes = [helper.make_node("Cast", ["x"], ["y"], to=TensorProto.FLOAT)]
    model = OnnxModel(write_onnx(tmp_path / "m.onnx", nodes, dtype=TensorProto.UINT8, **PAIR))
    assert model.inputs[0].dtype == "uint8"
    np.testing.assert_array_equal(model.predict(np.array([[0, 255]], np.uint8))["y"], [[0, 255]])


def test_an_input_that_no_operation_takes_is_not_asked_for(tmp_path):
    inputs = [*PAIR["inputs"], ("normalization/Sqrt", (1, 2))]
    model = OnnxModel(write_onnx(tmp_path / "m.onnx", [DOUBLE], inputs=inputs, outputs=PAIR["outputs"]))
    assert [spec.name for spec in model.inputs] == ["x"]
    assert [spec.name for spec in model.unused] == ["normalization/Sqrt"]
    np.testing.assert_array_equal(model.predict(np.ones((1, 2), np.float32))["y"], [[2, 2]])


def test_an_input_that_only_a_branch_takes_is_asked_for(tmp_path):
    branches = {
        name: helper.make_graph(
            [helper.make_node(kind, ["x", "other"], [name])],
            name,
            [],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, 2))],
        )
        for name, kind in (("added", "Add"), ("taken", "Sub"))
    }
    nodes = [
        helper.make_node("Constant", [], ["always"], value=helper.make_tensor("c", TensorProto.BOOL, (), [True])),
        helper.make_node("If", ["always"], ["y"], then_branch=branches["added"], else_branch=branches["taken"]),
    ]
    path = write_onnx(tmp_path / "m.onnx", nodes, inputs=[("x", (1, 2)), ("other", (1, 2))], outputs=[("y", (1, 2))])
    model = OnnxModel(path)
    one = np.ones((1, 2), np.float32)
    np.testing.assert_array_equal(model.predict({"x": one, "other": 2 * one})["y"], [[3, 3]])


@pytest.mark.parametrize(
    ("metadata", "labels"),
    [
        pytest.param({"names": "{0: 'cat', 1: 'dog'}"}, ("cat", "dog"), id="as Ultralytics writes them"),
        pytest.param({"classes": "['cat', 'dog']"}, ("cat", "dog"), id="list"),
        pytest.param({"labels": "cat, dog"}, ("cat", "dog"), id="commas"),
        pytest.param({"names": "{1: 'cat', 2: 'dog'}"}, None, id="a number without a name"),
        pytest.param({"author": "cat"}, None, id="none"),
    ],
)
def test_class_names_in_the_metadata_are_read(tmp_path, metadata, labels):
    path = write_onnx(tmp_path / "m.onnx", [DOUBLE], metadata=metadata, **PAIR)
    assert OnnxModel(path).labels == labels
    assert OnnxModel(path, labels=("a", "b")).labels == ("a", "b")


def test_layers_come_in_order_and_end_in_the_outputs(network):
    model, right = OnnxModel(network), expected(network, PICTURES)
    layers = model.layers(PICTURES)
    assert list(layers) == ["first", "conv", "relu", "mask", "mean", "classes"]
    np.testing.assert_allclose(layers["first"], np.moveaxis(PICTURES, -1, 1))
    np.testing.assert_allclose(layers["classes"], right["classes"], atol=1e-5)


def test_weights_in_a_file_of_their_own_are_found_and_missed_by_name(tmp_path):
    path = convolution(tmp_path / "big.onnx", external="big.weights")
    model = OnnxModel(path)
    np.testing.assert_allclose(model.predict(PICTURES)["mask"], expected(path, PICTURES)["mask"], atol=1e-5)
    assert len(model.layers(PICTURES)) == 6
    (tmp_path / "big.weights").unlink()
    with pytest.raises(ModelLoadError, match="weights lie in big.weights beside it, and are not there"):
        OnnxModel(path)


def test_a_graph_for_one_picture_says_so_when_it_gets_more(tmp_path):
    nodes = [helper.make_node("Reshape", ["x", "shape"], ["y"])]
    outputs = [("y", ("rows", 2))]
    shape = {"shape": np.array([1, 2], np.int64)}
    model = OnnxModel(write_onnx(tmp_path / "m.onnx", nodes, inputs=PAIR["inputs"], outputs=outputs, weights=shape))
    assert model.predict(np.ones((1, 2), np.float32))["y"].shape == (1, 2)
    with pytest.raises(InvalidValue, match="does not run with a batch of 3 .*batch_size=1"):
        model.predict(np.ones((3, 2), np.float32))


def _broken(path, kind):
    if kind == "cut":
        path.write_bytes(convolution(path).read_bytes()[:-200])
    elif kind == "custom":
        write_onnx(path, [helper.make_node("Mystery", ["x"], ["y"], domain="mine")], **PAIR)
    elif kind == "new":
        write_onnx(path, [DOUBLE], ir_version=99, **PAIR)
    elif kind == "loose":
        write_onnx(path, [helper.make_node("Add", ["x", "lost"], ["y"])], **PAIR)
    else:
        nodes = [helper.make_node("SequenceConstruct", ["x"], ["y"])]
        write_onnx(path, nodes, **PAIR)
        model = onnx.load(path)
        del model.graph.output[:]
        tensor = helper.make_tensor_type_proto(TensorProto.FLOAT, None)
        model.graph.output.append(helper.make_value_info("y", helper.make_sequence_type_proto(tensor)))
        onnx.save(model, path)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        pytest.param("cut", "the file is cut off or damaged", id="cut off"),
        pytest.param("custom", r"the operation mine:Mystery.*does not have", id="an operation of someone's own"),
        pytest.param("new", "newer ONNX .version 99.*-U onnxruntime", id="a newer format"),
        pytest.param("loose", "does not hold together .*onnx.checker", id="an input from nowhere"),
        pytest.param("sequence", "'y' is a seq.*not a tensor", id="an output that is no tensor"),
    ],
)
def test_a_file_that_does_not_load_names_the_cause(tmp_path, capfd, kind, message):
    path = tmp_path / "m.onnx"
    _broken(path, kind)
    with pytest.raises(ModelLoadError, match=message) as caught:
        OnnxModel(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""


def test_a_closed_model_opens_again(network):
    model = OnnxModel(network, threads=1)
    model.close()
    model.close()
    assert model.predict(PICTURES)["classes"].shape == (3, 4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sample", "tolerance"),
    [pytest.param("efficientnet-lite0", 1e-5, id="efficientnet"), pytest.param("cifar10-cnn", 1e-5, id="cifar")],
)
def test_a_real_model_gives_what_keras_gives(converted, real, sample, tolerance):
    model = OnnxModel(converted(sample, "onnx"))
    got = next(iter(model.predict(real(sample).batch).values()))
    np.testing.assert_allclose(got, real(sample).expected, rtol=0, atol=tolerance * np.abs(got).max())
    layers = model.layers(real(sample).batch[:2])
    np.testing.assert_allclose(list(layers.values())[-1], got[:2], rtol=0, atol=tolerance * np.abs(got).max())


@pytest.mark.slow
def test_keras_own_export_of_a_normalization_runs_without_its_left_over_inputs(tmp_path):
    from workbench.models.tensorflow.runtime import import_tensorflow

    import_tensorflow()
    import keras

    layers = [
        keras.Input((8, 8, 3), name="image"),
        keras.layers.Rescaling(1 / 255),
        keras.layers.Normalization(mean=[0.5, 0.4, 0.3], variance=[0.2, 0.2, 0.2]),
        keras.layers.Conv2D(4, 3),
        keras.layers.GlobalAveragePooling2D(),
    ]
    network = keras.Sequential(layers)
    batch = np.random.default_rng(2).random((3, 8, 8, 3), dtype=np.float32) * 255
    right = np.asarray(network(batch))
    network.export(tmp_path / "net.onnx", format="onnx", verbose=False)
    model = OnnxModel(tmp_path / "net.onnx")
    assert len(model.unused) == 2
    np.testing.assert_allclose(next(iter(model.predict(batch).values())), right, atol=1e-5)
