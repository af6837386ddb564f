"""TFLite files on LiteRT: names, batches, integers, layers, and what a file that cannot run says."""

import threading
import zipfile

import numpy as np
import pytest
from flatbuffers import flexbuffers

from tests.unit.models.tflite_files import Op, Signature, Tensor, schema, write_tflite
from workbench.errors import InputMismatch, ModelLoadError, UnknownName
from workbench.models.tflite.model import TFLiteModel

ROW = np.arange(4, dtype=np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tflite")


@pytest.fixture(scope="module")
def sums(folder):
    """x + (0, 1, 2, 3), and its softmax; any batch; two signatures, the outputs named against the alphabet."""
    options = schema.SoftmaxOptionsT()
    options.beta = 1.0
    return write_tflite(
        folder / "sums.tflite",
        [
            Tensor("in:0", (-1, 4)),
            Tensor("row", (4,), values=ROW),
            Tensor("sum:0", (-1, 4)),
            Tensor("share:0", (-1, 4)),
        ],
        [
            Op("ADD", ["in:0", "row"], ["sum:0"], schema.AddOptionsT()),
            Op("SOFTMAX", ["sum:0"], ["share:0"], options),
        ],
        inputs=["in:0"],
        outputs=["sum:0", "share:0"],
        signatures={
            "serving_default": Signature({"x": "in:0"}, {"z_sum": "sum:0", "a_share": "share:0"}),
            "only_sum": Signature({"x": "in:0"}, {"out": "sum:0"}),
        },
    )


@pytest.fixture(scope="module")
def integers(folder):
    """An int8 tensor handed on: stored with scale 0.5 and zero point -3."""
    how = (0.5, -3)
    return write_tflite(
        folder / "integers.tflite",
        [
            Tensor("in", (-1, 4), "int8", how),
            Tensor("shape", (2,), "int32", values=np.array([-1, 2])),
            Tensor("out", (-1, 2), "int8", how),
        ],
        [Op("RESHAPE", ["in", "shape"], ["out"], schema.ReshapeOptionsT())],
        inputs=["in"],
        outputs=["out"],
    )


def test_inputs_and_outputs_have_the_signatures_names_in_the_graphs_order(sums):
    model = TFLiteModel(sums)
    assert (model.signature, [str(spec) for spec in model.inputs]) == ("serving_default", ["x (any, 4) float32"])
    assert [(spec.name, spec.activation) for spec in model.outputs] == [("z_sum", None), ("a_share", "softmax")]
    assert {key: str(value) for key, value in model.signatures.items()} == {
        "serving_default": "x (any, 4) float32 -> z_sum, a_share",
        "only_sum": "x (any, 4) float32 -> out",
    }


def test_a_signature_is_chosen_by_name(sums):
    assert list(TFLiteModel(sums, signature="only_sum").predict(np.zeros((1, 4), np.float32))) == ["out"]
    with pytest.raises(UnknownName, match="no signature in .* named 'only_sums'; did you mean 'only_sum'"):
        TFLiteModel(sums, signature="only_sums")


def test_many_signatures_without_a_default_have_to_be_chosen_from(folder):
    tensors = [Tensor("a", (1, 2)), Tensor("b", (1, 2))]
    signatures = {name: Signature({"x": "a"}, {"y": "b"}) for name in ("train", "infer")}
    path = write_tflite(
        folder / "two.tflite", tensors, [Op("RELU", ["a"], ["b"])], inputs=["a"], outputs=["b"], signatures=signatures
    )
    with pytest.raises(ModelLoadError, match="choose one by signature=NAME: train, infer"):
        TFLiteModel(path)


@pytest.mark.parametrize("signed", [pytest.param(True, id="signature"), pytest.param(False, id="tensors")])
def test_any_length_of_batch_runs_one_after_the_other(sums, integers, signed):
    model = TFLiteModel(sums if signed else integers)
    for length in (1, 5, 5, 2):
        batch = np.arange(4 * length, dtype=model.inputs[0].dtype).reshape(length, 4)
        expected = batch + ROW if signed else (batch.reshape(-1, 2).astype(np.float32) + 3) * 0.5
        np.testing.assert_allclose(model.predict(batch)[model.outputs[0].name], expected)


def test_what_was_predicted_is_a_copy_that_no_later_run_changes(sums):
    model = TFLiteModel(sums)
    first = model.predict(np.zeros((1, 4), np.float32))["z_sum"]
    model.predict(np.full((1, 4), 9, np.float32))
    np.testing.assert_array_equal(first, [ROW])


def test_integers_go_in_as_they_are_and_come_out_as_the_reals_they_stand_for(integers):
    model = TFLiteModel(integers)
    assert (model.inputs[0].dtype, model.inputs[0].quantization) == ("int8", (0.5, -3))
    assert (model.outputs[0].dtype, model.outputs[0].quantization) == ("float32", (0.5, -3))
    out = model.predict(np.array([[-128, -3, -2, 127]], np.int8))["out"]
    assert out.dtype == np.float32
    np.testing.assert_array_equal(out, [[-62.5, 0.0], [0.5, 65.0]])


def test_floats_into_integers_are_refused_with_the_slots_that_cure_it(integers):
    with pytest.raises(InputMismatch, match=r"dtype='int8' and quantization=\(0.5, -3\)"):
        TFLiteModel(integers).predict(np.zeros((1, 4), np.float32))


def test_every_quantized_tensor_is_listed(integers):
    table = {found.name: found for found in TFLiteModel(integers).quantization}
    assert set(table) == {"in", "out"}
    assert (table["in"].dtype, table["in"].scales.tolist(), table["in"].zero_points.tolist(), table["in"].axis) == (
        "int8", [0.5], [-3], None,
    )  # fmt: skip


def test_layers_come_in_order_and_as_reals(sums, integers):
    batch = np.ones((2, 4), np.float32)
    layers = TFLiteModel(sums).layers(batch)
    assert list(layers) == ["sum:0", "share:0"]
    np.testing.assert_allclose(layers["sum:0"], batch + ROW)
    stored = TFLiteModel(integers).layers(np.zeros((1, 4), np.int8))
    np.testing.assert_array_equal(stored["out"], np.full((2, 2), 1.5))


def test_class_names_packed_into_the_file_are_read(sums, tmp_path):
    path = tmp_path / "labelled.tflite"
    path.write_bytes(sums.read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("labelmap.txt", "cat\ndog\nbird\nfish\n")
    assert TFLiteModel(path).labels == ("cat", "dog", "bird", "fish")
    assert TFLiteModel(path, labels=("a", "b", "c", "d")).labels == ("a", "b", "c", "d")
    assert TFLiteModel(sums).labels is None


def test_threads_get_their_own_answers(sums):
    model = TFLiteModel(sums)
    wrong: list[float] = []

    def ask(value: float) -> None:
        for length in (1, 3, 2) * 20:
            got = model.predict(np.full((length, 4), value, np.float32))["z_sum"]
            if not np.array_equal(got, np.full((length, 4), value) + ROW):
                wrong.append(value)

    threads = [threading.Thread(target=ask, args=(float(i),)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_closed_model_opens_again(sums):
    model = TFLiteModel(sums)
    model.close()
    model.close()
    np.testing.assert_array_equal(model.predict(np.zeros((1, 4), np.float32))["z_sum"], [ROW])


def test_loading_writes_nothing_to_the_terminal(sums, capfd):
    TFLiteModel(sums).predict(np.zeros((1, 4), np.float32))
    assert capfd.readouterr() == ("", "")


def test_the_detectors_own_post_processing_runs(tmp_path):
    """TFLite_Detection_PostProcess is a custom operation that LiteRT does have; two boxes, one class."""
    options = {
        "max_detections": 2, "max_classes_per_detection": 1, "num_classes": 1, "nms_score_threshold": 0.1,
        "nms_iou_threshold": 0.5, "y_scale": 10.0, "x_scale": 10.0, "h_scale": 5.0, "w_scale": 5.0,
        "use_regular_nms": False,
    }  # fmt: skip
    anchors = np.array([[0.25, 0.25, 0.5, 0.5], [0.75, 0.75, 0.5, 0.5]])  # centre y, x, height, width
    tensors = [
        Tensor("encodings", (1, 2, 4)),
        Tensor("scores", (1, 2, 2)),
        Tensor("anchors", (2, 4), values=anchors),
        *[Tensor(f"out{i}", shape) for i, shape in enumerate([(1, 2, 4), (1, 2), (1, 2), (1,)])],
    ]
    outputs = [f"out{i}" for i in range(4)]
    op = Op(
        "TFLite_Detection_PostProcess", ["encodings", "scores", "anchors"], outputs, custom=flexbuffers.Dumps(options)
    )
    path = write_tflite(tmp_path / "m.tflite", tensors, [op], inputs=["encodings", "scores"], outputs=outputs)
    scores = np.array([[[0.0, 0.3], [0.0, 0.9]]], np.float32)
    got = TFLiteModel(path).predict({"encodings": np.zeros((1, 2, 4), np.float32), "scores": scores})
    np.testing.assert_allclose(got["out0"], [[[0.5, 0.5, 1, 1], [0, 0, 0.5, 0.5]]], atol=1e-6)
    np.testing.assert_allclose(got["out2"], [[0.9, 0.3]])
    np.testing.assert_array_equal(got["out3"], [2])


@pytest.mark.parametrize(
    ("op", "message"),
    [
        pytest.param(Op("Mystery", ["a"], ["b"]), "the custom operation Mystery, which LiteRT does not have", id="own"),
        pytest.param(
            Op("FlexErf", ["a"], ["b"]), "operation Erf, .*TFLITE_BUILTINS only, or load the Keras", id="flex"
        ),
        pytest.param(Op("RELU", ["a"], ["b"], version=99), "RELU is of a newer version .*-U ai-edge-litert", id="new"),
    ],
)
def test_an_operation_that_litert_lacks_is_named(tmp_path, capfd, op, message):
    tensors = [Tensor("a", (1, 2)), Tensor("b", (1, 2))]
    path = write_tflite(tmp_path / "m.tflite", tensors, [op], inputs=["a"], outputs=["b"])
    with pytest.raises(ModelLoadError, match=message) as caught:
        TFLiteModel(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sample", "tolerance"),
    [pytest.param("efficientnet-lite0", 1e-5, id="efficientnet"), pytest.param("cifar10-cnn", 1e-4, id="cifar")],
)
def test_a_real_model_gives_what_keras_gives(converted, real, sample, tolerance):
    model = TFLiteModel(converted(sample, "tflite"))
    got = next(iter(model.predict(real(sample).batch).values()))
    np.testing.assert_allclose(got, real(sample).expected, rtol=0, atol=tolerance * np.abs(got).max())
    layers = model.layers(real(sample).batch[:2])
    np.testing.assert_allclose(list(layers.values())[-1], got[:2], atol=tolerance * np.abs(got).max())
    assert len(layers) > 20


@pytest.mark.slow
def test_a_real_model_in_eight_bits_agrees_with_keras_and_shows_its_scales(converted, real):
    model = TFLiteModel(converted("efficientnet-lite0", "tflite-int8"))
    spec = model.inputs[0]
    recipe = real("efficientnet-lite0").recipe.replace(dtype=spec.dtype, quantization=spec.quantization)
    got = next(iter(model.predict(recipe.batch(real("efficientnet-lite0").frames)).values()))
    expected = real("efficientnet-lite0").expected
    assert (got.argmax(1) == expected.argmax(1)).mean() >= 0.9
    np.testing.assert_array_equal(got * 256, np.rint(got * 256))  # probabilities again, in steps of 1/256
    assert np.abs(got - expected).max() < 0.25
    channels = [found for found in model.quantization if found.axis is not None]
    assert len(channels) > 90
    assert all(len(found.scales) == len(found.zero_points) > 1 for found in channels)
