"""Models load from file, memory and name, and a file that does not says why and what to do."""

import warnings
import zipfile

import numpy as np
import pytest

from workbench.errors import InputMismatch, ModelLoadError, UnreadableSource, WorkbenchError
from workbench.models import load_model

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def keras():
    from workbench.models.tensorflow.runtime import import_tensorflow

    import_tensorflow()
    import keras

    return keras


@pytest.fixture(scope="module")
def small(keras):
    keras.utils.set_random_seed(3)
    layers = [
        keras.Input((8, 8, 3), name="image"),
        keras.layers.Conv2D(4, 3),
        keras.layers.BatchNormalization(),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(3, activation="softmax", name="classes"),
    ]
    return keras.Sequential(layers, name="small")


@pytest.fixture(scope="module", params=["small.keras", "small.h5"])
def saved(request, small, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / request.param
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        small.save(path)
    return path


BATCH = np.random.default_rng(0).random((5, 8, 8, 3), dtype=np.float32)


def test_a_saved_model_gives_the_values_of_the_one_in_memory(saved, small):
    model = load_model(saved)
    assert str(model.inputs[0]).endswith("(any, 8, 8, 3) float32")
    outputs = model.predict(BATCH)
    np.testing.assert_allclose(outputs["classes"], small(BATCH, training=False), atol=1e-6)


def test_labels_are_read_beside_the_file_or_given(saved, tmp_path):
    beside = saved.with_name("small.labels.txt")
    beside.write_text("cat\ndog\nbird\n", encoding="utf-8")
    assert load_model(saved).labels == ("cat", "dog", "bird")
    beside.unlink()
    assert load_model(saved).labels is None
    assert load_model(saved, labels=["a", "b", "c"]).labels == ("a", "b", "c")


@pytest.mark.parametrize(
    "asked", [pytest.param({"labels": ["a"]}, id="labels"), pytest.param({"signature": "s"}, id="s")]
)
def test_what_a_loaded_model_cannot_be_asked_is_refused(small, asked):
    with pytest.raises(WorkbenchError, match="give labels= where it is loaded|only a SavedModel or .tflite has"):
        load_model(load_model(small), **asked)


def test_a_batch_that_does_not_fit_is_refused_before_inference(small):
    with pytest.raises(InputMismatch, match=r"small expects image \(any, 8, 8, 3\) float32, got \(5, 8, 8, 3\) uint8"):
        load_model(small).predict(BATCH.astype(np.uint8))


def test_a_model_with_many_outputs_gives_them_by_name(keras):
    image = keras.Input((4, 4, 3))
    flat = keras.layers.Flatten()(image)
    heads = [keras.layers.Dense(n, name=name)(flat) for name, n in (("boxes", 4), ("scores", 1))]
    outputs = load_model(keras.Model(image, heads)).predict(np.zeros((2, 4, 4, 3), np.float32))
    assert {name: value.shape for name, value in outputs.items()} == {"boxes": (2, 4), "scores": (2, 1)}


def test_outputs_in_a_dictionary_keep_their_keys(keras):
    image = keras.Input((4, 4, 3))
    flat = keras.layers.Flatten()(image)
    heads = {"scores": keras.layers.Dense(1, name="a")(flat), "boxes": keras.layers.Dense(4, name="b")(flat)}
    outputs = load_model(keras.Model(image, heads)).predict(np.zeros((2, 4, 4, 3), np.float32))
    assert {name: value.shape for name, value in outputs.items()} == {"boxes": (2, 4), "scores": (2, 1)}


@pytest.mark.parametrize("activation", ["softmax", "sigmoid", "linear"])
def test_the_last_activation_is_known(keras, activation):
    image = keras.Input((4,))
    for layer in (keras.layers.Dense(3, activation=activation), keras.layers.Activation(activation)):
        assert load_model(keras.Model(image, layer(image))).outputs[0].activation == activation


def test_a_model_with_a_fixed_batch_runs(keras):
    image = keras.Input((4, 4, 3), batch_size=2)
    outputs = load_model(keras.Model(image, keras.layers.Reshape((48,))(image))).predict(
        np.ones((2, 4, 4, 3), np.float32)
    )
    assert next(iter(outputs.values())).shape == (2, 48)


def test_a_model_nobody_can_freeze_still_runs(keras):
    @keras.saving.register_keras_serializable("workbench-tests")
    class Eager(keras.layers.Layer):
        def call(self, x):
            import tensorflow as tf

            return tf.py_function(lambda v: v * 2, [x], tf.float32)

        def compute_output_shape(self, shape):
            return shape

    image = keras.Input((2,))
    model = load_model(keras.Model(image, Eager()(image)))
    np.testing.assert_array_equal(next(iter(model.predict(np.ones((3, 2), np.float32)).values())), np.full((3, 2), 2.0))


def cut(path, share=0.6):
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def broken(path, kind, small):
    """Make the broken file of one kind at `path`."""
    if kind == "missing":
        return
    if kind == "empty":
        path.touch()
    elif kind == "page":
        path.write_text("<html>not found</html>", encoding="utf-8")
    elif kind == "foreign zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("readme.txt", "no model")
    else:
        small.save(path)
        cut(path)


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        pytest.param("m.keras", "missing", "no such file", id="missing"),
        pytest.param("m.keras", "empty", "file is empty", id="empty .keras"),
        pytest.param("m.h5", "empty", "file is empty", id="empty .h5"),
        pytest.param("m.keras", "page", "not a Keras archive: this is a web page", id="web page as .keras"),
        pytest.param("m.h5", "page", "not an HDF5 file: this is a web page", id="web page as .h5"),
        pytest.param("m.keras", "foreign zip", "m.keras: ", id="another zip"),
        pytest.param("m.keras", "cut", "cut off", id="cut .keras"),
        pytest.param("m.h5", "cut", "cut off or damaged", id="cut .h5"),
        pytest.param("m.onnx", "page", "not an ONNX model: this is a web page", id="another format"),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_file_that_does_not_load_names_the_cause(tmp_path, small, name, kind, message):
    path = tmp_path / name
    broken(path, kind, small)
    with pytest.raises((ModelLoadError, UnreadableSource), match=message) as caught:
        load_model(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_lambda_is_blocked_until_the_file_is_trusted(keras, tmp_path, suffix):
    image = keras.Input((2,))
    path = tmp_path / f"lambda.{suffix}"
    keras.Model(image, keras.layers.Lambda(lambda x: x + 1, output_shape=(2,))(image)).save(path)
    with pytest.raises(ModelLoadError, match="Lambda layer, which is Python code .* trust=True"):
        load_model(path)
    trusted = load_model(path, trust=True).predict(np.zeros((1, 2), np.float32))
    np.testing.assert_array_equal(next(iter(trusted.values())), [[1.0, 1.0]])


def test_a_custom_class_that_is_not_known_is_named(keras, tmp_path):
    @keras.saving.register_keras_serializable("elsewhere", "Squeeze9")
    class Squeeze(keras.layers.Layer):
        def call(self, x):
            return x

    image = keras.Input((2,))
    path = tmp_path / "custom.keras"
    keras.Model(image, Squeeze()(image)).save(path)
    keras.saving.get_custom_objects().clear()
    with pytest.raises(ModelLoadError, match="custom class Squeeze, .*register_keras_serializable"):
        load_model(path)


@pytest.mark.parametrize(
    ("origin", "message"),
    [
        pytest.param("keras-applications:MobilNetV2", "did you mean 'MobileNetV2'", id="misspelt application"),
        pytest.param(3.5, "a model is a path", id="a number"),
    ],
)
def test_what_is_no_model_is_refused(origin, message):
    with pytest.raises(WorkbenchError, match=message):
        load_model(origin)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param({"signature": "serve"}, "only a SavedModel or .tflite has signatures", id="signature"),
        pytest.param({"engine": "fastest"}, "no engine named 'fastest'; did you mean 'fast'", id="engine"),
    ],
)
def test_what_a_file_cannot_be_asked_is_refused(arguments, message):
    with pytest.raises(WorkbenchError, match=message):
        load_model("sample:cifar10-cnn", **arguments)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_keras_2_file_loads():
    from workbench import open_frames, preset

    model = load_model("sample:cifar10-cnn")
    outputs = model.predict(preset("sample:cifar10-cnn").batch(open_frames("sample:cifar-20")[:4]))
    assert next(iter(outputs.values())).shape == (4, 10)
