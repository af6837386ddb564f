"""Files of Keras 2 load where they can; where they cannot, the cause is named, with the way round."""

import json
import shutil

import numpy as np
import pytest

from tests.unit.models.graph_models import save, tensorflow
from workbench import load_model
from workbench.errors import ModelLoadError

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::UserWarning")]
BATCH = np.random.default_rng(4).random((2, 8, 8, 3), dtype=np.float32)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Return a model and its HDF5 file."""
    tensorflow()
    import keras

    image = keras.Input((8, 8, 3), name="image")
    x = keras.layers.DepthwiseConv2D(3, name="depthwise")(image)
    x = keras.layers.BatchNormalization(name="norm")(x)
    x = keras.layers.Reshape((36, 3), name="rows")(x)
    model = keras.Model(image, keras.layers.LSTM(2, name="lstm")(x))
    path = tmp_path_factory.mktemp("keras") / "model.h5"
    model.save(path)
    return model, path


@pytest.fixture
def of_keras_2(saved, tmp_path):
    """Return a function that writes the file as Keras 2 would have, with one layer's entry changed."""
    import h5py

    def write(layer, **change):
        path = tmp_path / "old.h5"
        shutil.copy(saved[1], path)
        with h5py.File(path, "r+") as file:
            config = json.loads(file.attrs["model_config"])
            entry = next(one for one in config["config"]["layers"] if one["config"]["name"] == layer)
            entry["config"].update(change.pop("config", {}))
            entry.update(change)
            file.attrs["model_config"] = json.dumps(config)
        return path

    return write


@pytest.mark.parametrize(
    ("layer", "config"),
    [
        pytest.param("depthwise", {"groups": 1}, id="groups of a depthwise convolution"),  # Teachable Machine's files
        pytest.param("lstm", {"time_major": False}, id="time_major of a recurrent layer"),
        pytest.param("norm", {"axis": [3]}, id="axis in a list"),
    ],
)
def test_what_keras_2_wrote_without_meaning_is_read_over(saved, of_keras_2, layer, config):
    model = load_model(of_keras_2(layer, config=config))
    [values] = model.predict(BATCH).values()
    np.testing.assert_allclose(values, saved[0](BATCH, training=False), atol=1e-6)
    assert type(model.keras.get_layer(layer)) is type(saved[0].get_layer(layer))


ABROAD = "Keras 2: TensorFlow 2.15 or older.*tf.saved_model.save.*load that folder"


@pytest.mark.parametrize(
    ("layer", "change", "message"),
    [
        pytest.param(
            "depthwise",
            {"config": {"groups": 3}},
            rf"setting that this Keras does not know \(DepthwiseConv2D: {{'groups': 3}}\).*{ABROAD}",
            id="a setting with a meaning",
        ),
        pytest.param(
            "norm",
            {"class_name": "TFOpLambda", "config": {"function": "math.truediv"}},
            rf"TensorFlow operation stored by name \(TFOpLambda\).*{ABROAD}",
            id="an operation as a layer",
        ),
        pytest.param(
            "norm", {"class_name": "KerasLayer"}, rf"tensorflow_hub \(KerasLayer\).*{ABROAD}", id="tensorflow_hub"
        ),
        pytest.param(
            "norm",
            {"class_name": "SyncBatchNormalization"},
            rf"its layer SyncBatchNormalization, which Keras 3 has no more.*{ABROAD}",
            id="a layer that is gone",
        ),
        pytest.param(
            "norm",
            {"config": {"name": "block/norm"}},
            rf"its layer block/norm has a slash in its name.*{ABROAD}",
            id="a slash in a name",
        ),
        pytest.param(
            "norm",
            {"class_name": "TrueDivide"},
            r"operation TrueDivide outside of a layer.*model\.save\('NAME\.keras'\)",
            id="x / 255 between the layers",
        ),
        pytest.param(
            "norm", {"class_name": "Squeeze9"}, "the custom class Squeeze9.*register_keras_serializable", id="custom"
        ),
    ],
)
def test_what_keras_3_cannot_read_has_its_name_and_way_round(of_keras_2, layer, change, message):
    path = of_keras_2(layer, **change)
    with pytest.raises(ModelLoadError, match=message) as caught:
        load_model(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_file_of_weights_says_what_is_missing(saved, tmp_path):
    path = tmp_path / "only.weights.h5"
    saved[0].save_weights(path)
    with pytest.raises(ModelLoadError, match=r"it holds weights only; build the model in code"):
        load_model(path)


def test_a_saved_model_wrapped_in_a_layer_is_to_be_loaded_itself(tmp_path):
    """A TFSMLayer in a file; with many inputs it cannot even be called with serving_default in Keras 3.15."""
    tf = tensorflow()
    import keras

    two = save(
        tmp_path / "two", lambda self, x, y: {"sum": x + y}, tf.TensorSpec([None, 2], name="x"),
        tf.TensorSpec([None, 2], name="y"),
    )  # fmt: skip
    wrapped = keras.layers.TFSMLayer(str(two), call_endpoint="serving_default")
    x, y = np.ones((2, 3, 2), np.float32)
    with pytest.raises(TypeError, match="too many positional arguments"):
        wrapped([x, y])
    one = save(tmp_path / "one", lambda self, x: {"twice": 2 * x}, tf.TensorSpec([None, 2], name="x"))
    image = keras.Input((2,))
    layer = keras.layers.TFSMLayer(str(one), call_endpoint="serving_default")
    keras.Model(image, layer(image)).save(tmp_path / "wrapped.keras")
    with pytest.raises(ModelLoadError, match="TFSMLayer.*load that SavedModel's folder itself.*many inputs by name"):
        load_model(tmp_path / "wrapped.keras")
    assert load_model(two, trust=True).predict({"x": x, "y": y})["sum"].tolist() == (x + y).tolist()


def test_a_saved_model_which_keras_refuses_loads(tmp_path):
    """What a tutorial's `keras.models.load_model(FOLDER)` meets in Keras 3, and what Workbench does with it."""
    tf = tensorflow()
    import keras

    folder = save(tmp_path / "one", lambda self, x: {"twice": 2 * x}, tf.TensorSpec([None, 2], name="x"))
    with pytest.raises(ValueError, match="legacy SavedModel format is not supported"):
        keras.models.load_model(folder)
    assert load_model(folder, trust=True).predict(np.ones((1, 2), np.float32))["twice"].tolist() == [[2, 2]]
