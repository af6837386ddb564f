"""Conversions keep names and answers; one that does not leaves nothing behind and says why."""

import os
import sys

import numpy as np
import pytest

from workbench import open_frames, preset
from workbench.errors import ConversionError
from workbench.models import load_model
from workbench.models.conversion import FORMATS, convert
from workbench.models.conversion.formats import NO_COPIES

pytestmark = pytest.mark.slow
FLOAT = ("savedmodel", "tflite", "onnx")


@pytest.fixture(scope="module")
def keras():
    from workbench.models.tensorflow.runtime import import_tensorflow

    import_tensorflow()
    import keras

    return keras


@pytest.fixture(scope="module")
def two_heads(keras):
    """Return a network with what conversions stumble over: constants in a Normalization, two outputs, odd names."""
    keras.utils.set_random_seed(5)
    image = keras.Input((24, 24, 3), name="camera")
    x = keras.layers.Normalization(mean=[110.0, 120.0, 130.0], variance=[900.0, 800.0, 700.0])(image)
    x = keras.layers.Conv2D(8, 3, activation="silu")(x)
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.BatchNormalization()(x))
    outputs = {"z score": keras.layers.Dense(1)(x), "classes": keras.layers.Dense(4, activation="softmax")(x)}
    return load_model(keras.Model(image, outputs, name="two_heads"), labels=["cat", "dog", "bird", "none"])


@pytest.fixture(scope="module", params=FLOAT)
def made(request, two_heads, tmp_path_factory):
    out = tmp_path_factory.mktemp(request.param) / f"two{FORMATS[request.param]}"
    return convert(two_heads, request.param, out)


def batch_of(count=3):
    return np.random.default_rng(1).integers(0, 256, (count, 24, 24, 3)).astype(np.float32)


def test_a_converted_model_has_the_names_and_answers_of_its_source(made, two_heads):
    model = load_model(made.path, trust=True)
    expected, got = two_heads.predict(batch_of()), model.predict({"camera": batch_of()})
    assert set(got) == {"z score", "classes"}
    for name in got:
        np.testing.assert_allclose(got[name], expected[name], atol=1e-5 * np.abs(expected[name]).max())


def test_the_outcome_says_what_was_compared(made):
    assert made.ranges == ("raw", "unit", "symmetric")
    assert made.frames == 4
    assert set(made.differences) == {"z score", "classes"}
    assert max(made.differences.values()) <= 1e-5
    assert made.same_top == {"classes": 1.0}
    assert list(made.to_frame().columns) == ["largest relative difference", "same top answer"]
    assert made.to_dict()["ranges"] == ["raw", "unit", "symmetric"]
    assert str(made.path) in str(made)


def test_labels_go_along_and_nothing_else_is_left(made):
    assert load_model(made.path, trust=True).labels == ("cat", "dog", "bird", "none")
    assert sorted(path.name for path in made.path.parent.iterdir()) == sorted([made.path.name, "two.labels.txt"])


def test_a_saved_model_and_a_frozen_graph_convert_too(two_heads, tmp_path):
    from workbench.models.conversion.graph import graph_of

    folder = convert(two_heads, "savedmodel", tmp_path / "saved").path
    frozen = tmp_path / "frozen.pb"
    frozen.write_bytes(graph_of(two_heads).definition.SerializeToString())
    for source in (folder, frozen):
        model = load_model(source, trust=True)
        converted = convert(model, "tflite", tmp_path / f"{source.stem}.tflite")
        assert set(converted.differences) == {spec.name for spec in model.outputs}


def test_inputs_in_a_dictionary_convert(keras, tmp_path):
    given = {name: keras.Input((8, 8, 3), name=name) for name in ("left", "right")}
    model = keras.Model(given, {"apart": keras.layers.Flatten()(given["left"] - given["right"])})
    assert convert(model, "onnx", tmp_path / "m.onnx").differences["apart"] < 1e-6


def test_the_same_model_gives_the_same_tflite_bytes(two_heads, tmp_path):
    first, second = (convert(two_heads, "tflite", tmp_path / f"{i}.tflite").path.read_bytes() for i in range(2))
    assert first == second


def test_nothing_is_said_on_standard_error(two_heads, tmp_path, capfd):
    convert(two_heads, "onnx", tmp_path / "a.onnx")
    assert capfd.readouterr() == ("", "")


def test_a_file_without_weights_is_refused_and_the_old_one_stays(keras, two_heads, tmp_path, monkeypatch):
    """`from_concrete_functions([cf], model)` with a Keras 3 model leaves the weights out; its answers are NaN."""
    import tensorflow as tf

    def trap(model, to, path, quantizing=None):
        function = tf.function(lambda camera: model.keras(camera, training=False))
        concrete = function.get_concrete_function(tf.TensorSpec((None, 24, 24, 3), tf.float32, "camera"))
        path.write_bytes(tf.lite.TFLiteConverter.from_concrete_functions([concrete], model.keras).convert())

    old = tmp_path / "two.tflite"
    old.write_bytes(b"the old model")
    monkeypatch.setattr(sys.modules["workbench.models.conversion.convert"], "write", trap)
    with pytest.raises(ConversionError, match="two_heads to tflite: .*weights were lost; nothing was written"):
        convert(two_heads, "tflite", old)
    assert old.read_bytes() == b"the old model"
    assert [path.name for path in tmp_path.iterdir()] == ["two.tflite"]


def test_a_file_that_the_converter_made_wrong_is_no_file_of_the_users(two_heads, tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["workbench.models.conversion.convert"], "write", lambda *a: a[2].write_bytes(b"?"))
    with pytest.raises(ConversionError, match="what the converter made of it does not run") as caught:
        convert(two_heads, "onnx", tmp_path / "m.onnx")
    assert ".converting-" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_onnx_model_comes_of_a_graph_that_one_optimizer_fails_on(two_heads, tmp_path, monkeypatch):
    """Then graphs are copied before each, which costs half as much again."""
    from tf2onnx.optimizer.transpose_optimizer import TransposeOptimizer

    def failing(self, graph, iteration):
        graph.reset_nodes([])
        raise RuntimeError("no way")

    monkeypatch.delenv(NO_COPIES, raising=False)
    monkeypatch.setattr(TransposeOptimizer, "optimize", failing)
    made = convert(two_heads, "onnx", tmp_path / "two.onnx")
    assert max(made.differences.values()) < 1e-5
    assert NO_COPIES not in os.environ


def test_an_input_that_no_signature_takes_is_named(keras, tmp_path):
    image = keras.Input((6, 6, 3), name="my image")
    with pytest.raises(ConversionError, match="no input called 'my image'; rename it"):
        convert(keras.Model(image, keras.layers.Flatten()(image)), "savedmodel", tmp_path / "m")


def test_a_tolerance_of_the_callers_is_held(two_heads, tmp_path):
    with pytest.raises(ConversionError, match=r"more than 1\.0e-12; .* a tolerance above \d.* nothing was"):
        convert(two_heads, "tflite", tmp_path / "m.tflite", tolerance=1e-12)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_tensorflow_graph_is_refused(two_heads, tmp_path):
    path = convert(two_heads, "tflite", tmp_path / "m.tflite").path
    with pytest.raises(ConversionError, match=r"m \(tflite\) cannot be converted: .* give the Keras model"):
        convert(load_model(path, trust=True), "onnx", tmp_path / "m.onnx")


def test_an_operation_that_tflite_lacks_is_named(keras, tmp_path):
    @keras.saving.register_keras_serializable("test")
    class Determinant(keras.layers.Layer):
        def call(self, x):
            import tensorflow as tf

            return tf.linalg.det(x[..., 0])[:, None]

    image = keras.Input((6, 6, 3))
    with pytest.raises(ConversionError, match="TFLite cannot hold this model: .*MatrixDeterminant"):
        convert(keras.Model(image, Determinant()(image)), "tflite", tmp_path / "m.tflite")


@pytest.mark.parametrize("integer_inputs", [pytest.param(False, id="float"), pytest.param(True, id="integer inputs")])
def test_int8_is_calibrated_on_the_callers_frames_and_reports_its_error(loaded, tmp_path, integer_inputs):
    recipe = preset("sample:cifar10-cnn")
    batch = recipe.batch(open_frames("sample:cifar-20"))
    source = loaded("cifar10-cnn")
    made = convert(source, "tflite-int8", tmp_path / "q.tflite", batch=batch, integer_inputs=integer_inputs)
    assert made.ranges == ("given",)
    assert made.frames == 20
    assert 1e-3 < max(made.differences.values()) < 0.3  # eight bits
    assert min(made.same_top.values()) >= 0.6
    assert made.megabytes < 0.3 * source.path.stat().st_size / 1e6
    model = load_model(made.path, trust=True)
    assert (model.inputs[0].dtype, model.inputs[0].quantization is not None) == (
        ("int8", True) if integer_inputs else ("float32", False)
    )


@pytest.mark.parametrize("to", ["tflite", "onnx"])
def test_a_detector_that_prepares_its_pictures_in_a_loop_is_refused_at_once(loaded, to, tmp_path):
    with pytest.raises(ConversionError, match=r"ssd-hands to \w+: its graph has a loop of TensorFlow 1 .*cut_network"):
        convert(loaded("ssd-hands"), to, tmp_path / f"hands.{to}")
    assert list(tmp_path.iterdir()) == []
