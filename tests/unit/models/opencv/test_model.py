"""OpenCV DNN: specs it does not tell itself, blobs, outputs, batches, and what it cannot run. For OpenCV 4 and 5."""

import warnings
from pathlib import Path

import cv2
import numpy as np
import pytest
from onnx import TensorProto, helper

from tests.unit.models.onnx_files import convolution, expected, write_onnx
from tests.unit.models.tflite_files import Op, Signature, Tensor, schema, write_tflite
from workbench.errors import InputMismatch, ModelLoadError
from workbench.models.model import TensorSpec
from workbench.models.opencv.model import OpenCVModel
from workbench.models.opencv.order import reordered
from workbench.models.tflite.model import TFLiteModel

RANDOM = np.random.default_rng(3)
PICTURES = RANDOM.random((3, 6, 8, 3), dtype=np.float32)
COLOURS = RANDOM.random((2, 4, 4, 3), dtype=np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("opencv")


@pytest.fixture(scope="module")
def network(folder):
    return convolution(folder / "network.onnx")


def _convolution(source, target, filters):
    options = schema.Conv2DOptionsT()
    options.strideW = options.strideH = 1
    options.fusedActivationFunction = schema.ActivationFunctionType.RELU
    return Op("CONV_2D", [source, filters, f"{filters}_bias"], [target], options)


def _filters(name, count, channels):
    kernel = RANDOM.normal(size=(count, 1, 1, channels))
    bias = np.full(count, 0.5)
    return [Tensor(name, kernel.shape, values=kernel), Tensor(f"{name}_bias", (count,), values=bias)]


@pytest.fixture(scope="module")
def detector(folder):
    """Two feature maps, 4 x 4 with two boxes a cell and 4 x 4 with one, joined as a TFLite SSD joins them."""
    join = schema.ConcatenationOptionsT()
    join.axis = 1
    maps, targets = {"large": 8, "small": 4}, {"large": (1, 32, 1, 4), "small": (1, 16, 1, 4)}
    tensors = [Tensor("image", (1, 4, 4, 3)), Tensor("joined", (1, 48, 1, 4)), Tensor("boxes:0", (1, 48, 4))]
    ops = []
    for name, count in maps.items():
        tensors += [
            *_filters(f"{name}_k", count, 3),
            Tensor(name, (1, 4, 4, count)),
            Tensor(f"{name}_r", targets[name]),
        ]
        tensors.append(Tensor(f"{name}_shape", (4,), "int32", values=np.array(targets[name])))
        ops += [
            _convolution("image", name, f"{name}_k"),
            Op("RESHAPE", [name, f"{name}_shape"], [f"{name}_r"], schema.ReshapeOptionsT()),
        ]
    tensors.append(Tensor("shape", (3,), "int32", values=np.array([1, 48, 4])))
    ops += [
        Op("CONCATENATION", ["large_r", "small_r"], ["joined"], join),
        Op("RESHAPE", ["joined", "shape"], ["boxes:0"], schema.ReshapeOptionsT()),
    ]
    outputs = {"mask": "large", "boxes": "boxes:0"}
    return write_tflite(
        folder / "detector.tflite",
        tensors,
        ops,
        inputs=["image"],
        outputs=list(outputs.values()),
        signatures={"serving_default": Signature({"picture": "image"}, outputs)},
    )


def test_the_file_says_what_opencv_does_not(network, detector):
    model = OpenCVModel(network)
    assert [str(spec) for spec in model.inputs] == ["image (any, 6, 8, 3) float32"]
    assert [spec.activation for spec in model.outputs] == [None, "softmax"]
    model = OpenCVModel(detector)
    assert [str(spec) for spec in model.inputs] == ["picture (1, 4, 4, 3) float32"]
    assert [str(spec) for spec in model.outputs] == ["mask (1, 4, 4, 8) float32", "boxes (1, 48, 4) float32"]


def test_an_onnx_network_takes_and_gives_the_layout_of_its_file(network):
    right = expected(network, PICTURES[:1])
    for name, values in OpenCVModel(network).predict(PICTURES[:1]).items():
        np.testing.assert_allclose(values, right[name], atol=1e-5)


def test_the_blob_that_opencv_would_take_in_silence_is_refused(network):
    with pytest.raises(InputMismatch, match="layout='nhwc'"):
        OpenCVModel(network).predict(np.zeros((1, 3, 6, 8), np.float32))


def test_a_tflite_network_takes_and_gives_the_layout_of_its_file(detector):
    right = TFLiteModel(detector).predict(COLOURS[:1])
    got = OpenCVModel(detector).predict(COLOURS[:1])
    assert list(got) == ["mask", "boxes"]
    np.testing.assert_allclose(got["mask"], right["mask"], atol=1e-5)


def test_box_encodings_come_in_another_order_until_they_are_repaired(detector):
    right = TFLiteModel(detector).predict(COLOURS[:1])["boxes"]
    raw, repaired = (OpenCVModel(detector, repair=repair).predict(COLOURS[:1])["boxes"] for repair in (False, True))
    np.testing.assert_allclose(np.sort(raw.ravel()), np.sort(right.ravel()), atol=1e-5)
    assert np.abs(raw - right).max() > 0.1
    np.testing.assert_allclose(repaired, right, atol=1e-5)


def test_outputs_in_another_order_are_known_from_the_file(detector):
    graph = OpenCVModel(detector).file.graph
    assert [graph.tensors[number].name for number in reordered(graph)] == ["boxes:0"]


def test_the_pictures_of_a_batch_keep_apart(network):
    """OpenCV 4 gives wrong values for this network's batch of three: there they run one by one."""
    model, right = OpenCVModel(network), expected(network, PICTURES)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="network: OpenCV 4.* one by one", category=RuntimeWarning)
        for length in (3, 1, 2):
            for name, values in model.predict(PICTURES[:length]).items():
                np.testing.assert_allclose(values, right[name][:length], atol=1e-5)


def test_a_batch_that_opencv_mixes_up_runs_one_by_one_and_it_says_so(folder):
    """A reshape to (1, 2, any) makes one row of a whole batch: the file was exported for one picture."""
    nodes = [
        helper.make_node("Reshape", ["image", "shape"], ["flat"]),
        helper.make_node("ReduceMax", ["flat"], ["y"], axes=[2], keepdims=0),
    ]
    path = write_onnx(
        folder / "mixing.onnx",
        nodes,
        inputs=[("image", ("batch", 6, 8, 4))],
        outputs=[("y", ("rows", 2))],
        weights={"shape": np.array([1, 2, -1], np.int64)},
    )
    batch = RANDOM.random((2, 6, 8, 4), dtype=np.float32)
    with pytest.warns(RuntimeWarning, match="does not keep the pictures of a batch of 2 apart"):
        got = OpenCVModel(path).predict(batch)["y"]
    np.testing.assert_allclose(got, batch.reshape(2, 2, -1).max(axis=2), atol=1e-6)


def test_what_was_predicted_is_a_copy_that_no_later_run_changes(network):
    model = OpenCVModel(network)
    first = model.predict(PICTURES[:1])["mask"]
    kept = first.copy()
    model.predict(PICTURES[1:2])
    np.testing.assert_array_equal(first, kept)


@pytest.mark.parametrize("kind", ["onnx", "tflite"])
def test_layers_have_the_files_names_layout_and_values(network, detector, kind):
    if kind == "onnx":
        layers, right = OpenCVModel(network).layers(PICTURES[:2]), expected(network, PICTURES[:2])
        np.testing.assert_allclose(layers["relu"], np.moveaxis(right["mask"], -1, 1), atol=1e-5)
        np.testing.assert_allclose(layers["classes"], right["classes"], atol=1e-5)
    else:
        layers, right = OpenCVModel(detector).layers(COLOURS[:1]), TFLiteModel(detector).layers(COLOURS[:1])
        np.testing.assert_allclose(layers["small"], right["small"], atol=1e-5)
        assert list(layers)[-1] == "boxes:0"


def test_whole_levels_go_in_as_uint8(folder):
    nodes = [helper.make_node("Cast", ["x"], ["y"], to=TensorProto.FLOAT)]
    path = write_onnx(
        folder / "levels.onnx", nodes, inputs=[("x", (1, 2))], outputs=[("y", (1, 2))], dtype=TensorProto.UINT8
    )
    np.testing.assert_array_equal(OpenCVModel(path).predict(np.array([[0, 255]], np.uint8))["y"], [[0, 255]])


def test_a_closed_model_opens_again(network):
    model = OpenCVModel(network)
    model.layers(PICTURES[:1])
    model.close()
    model.close()
    assert model.predict(PICTURES[:1])["classes"].shape == (1, 4)


def test_a_network_of_any_size_needs_one(folder):
    nodes = [helper.make_node("Relu", ["image"], ["y"])]
    path = write_onnx(
        folder / "free.onnx", nodes, inputs=[("image", (1, 3, "h", "w"))], outputs=[("y", (1, 3, "h", "w"))]
    )
    with pytest.raises(ModelLoadError, match="no fixed size, which OpenCV needs; give .*inputs="):
        OpenCVModel(path)
    model = OpenCVModel(path, inputs=[TensorSpec("image", (1, 3, 4, 5), "float32")])
    assert model.predict(-np.ones((1, 3, 4, 5), np.float32))["y"].max() == 0


def test_an_operation_that_opencv_lacks_is_named_with_its_node(folder):
    nodes = [helper.make_node("Mystery", ["image"], ["y"], name="first/strange", domain="mine")]
    path = write_onnx(folder / "strange.onnx", nodes, inputs=[("image", (1, 4))], outputs=[("y", (1, 4))])
    with pytest.raises(ModelLoadError, match="does not run its operation Mystery.*without cv2:") as caught:
        OpenCVModel(path)
    assert "\n" not in str(caught.value)


def test_a_tflite_network_that_works_out_shapes_is_named(folder):
    path = write_tflite(
        folder / "shapes.tflite",
        [Tensor("image", (-1, 4)), Tensor("n", (2,), "int32"), Tensor("y", (-1, 4))],
        [
            Op("SHAPE", ["image"], ["n"], schema.ShapeOptionsT()),
            Op("RESHAPE", ["image", "n"], ["y"], schema.ReshapeOptionsT()),
        ],
        inputs=["image"],
        outputs=["y"],
    )
    with pytest.raises(ModelLoadError, match="operation SHAPE.*built with a batch of 1, or convert.*'onnx'"):
        OpenCVModel(path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("saved_model.pb", "frozen graphs, not SavedModels; convert it with convert", id="SavedModel"),
        pytest.param("m.keras", "reads no Keras files; convert it", id="Keras"),
        pytest.param("m.caffemodel", "OpenCV 5 no longer reads Caffe models.*to ONNX", id="Caffe"),
        pytest.param("m.weights", "OpenCV 5 no longer reads Darknet models.*to ONNX", id="Darknet"),
        pytest.param("m.t7", "OpenCV 5 no longer reads Torch 7 models.*to ONNX", id="Torch"),
        pytest.param("m.pth", "torch.onnx.export", id="PyTorch"),
        pytest.param("m.tar", "reads .onnx, .tflite and frozen .pb", id="another"),
        pytest.param("m.pb", "no frozen TensorFlow graph", id="no graph"),
    ],
)
def test_what_opencv_does_not_read_is_named_with_the_way_round(tmp_path, name, message):
    path = tmp_path / name
    path.write_bytes(b"\x08\x01\xff\xff")
    with pytest.raises(ModelLoadError, match=message):
        OpenCVModel(path)


def test_a_folder_is_a_saved_model(tmp_path):
    with pytest.raises(ModelLoadError, match="frozen graphs, not SavedModels"):
        OpenCVModel(tmp_path)


# tolerance: relative to the largest output; OpenCV 4 is off in TFLite files (depthwise convolutions of even pictures)
REAL = [
    pytest.param("efficientnet-lite0", "onnx", 1e-5, id="efficientnet onnx"),
    pytest.param("efficientnet-lite0", "frozen-graph", 1e-5, id="efficientnet pb"),
    pytest.param("efficientnet-lite0", "tflite", 1e-5 if cv2.__version__ >= "5" else 3e-2, id="efficientnet tflite"),
    pytest.param("cifar10-cnn", "onnx", 1e-5, id="cifar onnx"),
]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*one by one:RuntimeWarning")
@pytest.mark.parametrize(("sample", "to", "tolerance"), REAL)
def test_a_real_model_gives_what_keras_gives(converted, real, sample, to, tolerance):
    model = OpenCVModel(converted(sample, to))
    got = next(iter(model.predict(real(sample).batch).values()))
    expected = real(sample).expected
    np.testing.assert_allclose(got, expected, rtol=0, atol=tolerance * np.abs(expected).max())
    assert (got.argmax(1) == expected.argmax(1)).all()
    layers = model.layers(real(sample).batch[:1])
    np.testing.assert_allclose(
        list(layers.values())[-1].ravel(), got[0].ravel(), atol=2 * tolerance * np.abs(got).max()
    )
    assert len(layers) > 20


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sample", "to", "message"),
    [
        pytest.param("cifar10-cnn", "frozen-graph", "constant .* is reshaped or cast.*'onnx'", id="constants at work"),
        pytest.param("efficientnet-lite0", "tflite-int8", "quantized to 8 bits.*in LiteRT, without cv2:", id="int8"),
    ],
)
def test_a_real_file_that_opencv_cannot_run_names_the_cause(converted, sample, to, message):
    with pytest.raises(ModelLoadError, match=message):
        OpenCVModel(converted(sample, to))


@pytest.mark.slow
def test_a_real_detector_gives_all_its_outputs_and_repaired_boxes_sit_where_litert_puts_them():
    from workbench import Recipe, open_frames, sample_path

    path = next(Path(sample_path("ssd-mobilenet-oid/")).glob("*.tflite"))
    batch = Recipe(size=(300, 300), range="symmetric").batch(open_frames("sample:imagenet-20")[:1])
    right, raw, repaired = (
        model.predict(batch) for model in (TFLiteModel(path), OpenCVModel(path), OpenCVModel(path, repair=True))
    )
    assert list(raw) == ["raw_outputs/box_encodings", "raw_outputs/class_predictions"]
    for name, values in repaired.items():
        np.testing.assert_allclose(values, right[name], atol=1e-3)
    assert np.abs(raw["raw_outputs/box_encodings"] - right["raw_outputs/box_encodings"]).max() > 10


@pytest.mark.slow
def test_a_frozen_detector_with_control_flow_is_named(converted):
    with pytest.raises(ModelLoadError, match="control flow or non-maximum suppression .*in TensorFlow, without cv2:"):
        OpenCVModel(converted("ssd-hands", "frozen-graph"))
