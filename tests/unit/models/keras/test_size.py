"""A model is as large as its file can justify; a real one passes, and nothing is left behind by the look."""

import json
import tracemalloc
import zipfile

import numpy as np
import pytest

from tests.unit.models.graph_models import tensorflow

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def keras():
    tensorflow()
    import keras

    return keras


@pytest.fixture(scope="module")
def saved(keras, tmp_path_factory):
    """Return the file of a small model with one of most kinds of state."""
    keras.utils.set_random_seed(2)
    layers = [
        keras.Input((8, 8, 3)), keras.layers.RandomFlip(), keras.layers.Conv2D(4, 3), keras.layers.BatchNormalization(),
        keras.layers.UpSampling2D(1), keras.layers.Reshape((-1, 4)), keras.layers.Bidirectional(keras.layers.LSTM(2)),
        keras.layers.Dense(3),
    ]  # fmt: skip
    path = tmp_path_factory.mktemp("size") / "model.keras"
    keras.Sequential(layers).save(path)
    return path


@pytest.fixture
def changed(saved, tmp_path):
    """Return a function that writes the file with other settings of one layer."""

    def write(index, **settings):
        path = tmp_path / "changed.keras"
        with zipfile.ZipFile(saved) as before, zipfile.ZipFile(path, "w") as after:
            for name in before.namelist():
                data = before.read(name)
                if name == "config.json":
                    config = json.loads(data)
                    config["config"]["layers"][index]["config"].update(settings)
                    data = json.dumps(config).encode()
                after.writestr(name, data)
        return path

    return write


def test_a_model_that_its_file_justifies_passes(saved):
    from workbench.models.keras.size import oversize

    assert oversize(saved) is None


@pytest.mark.parametrize(
    ("layer", "settings", "message"),
    [
        pytest.param(2, {"filters": 2**31}, "GB of weights, and the whole file has 0.1 MB", id="filters"),
        pytest.param(7, {"units": 10**12}, "GB of weights", id="units"),
        pytest.param(4, {"size": [2**16, 2**16]}, "makes 2,304 GB of one picture", id="a picture blown up"),
    ],
)
def test_what_it_cannot_justify_is_said_before_it_is_made(changed, layer, settings, message):
    """Settings that are huge; the sizes are those that Keras itself works out."""
    from workbench.models.keras.size import oversize

    tracemalloc.start()
    problem = oversize(changed(layer, **settings))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert message in problem
    assert most < 2**27


def test_a_model_that_keeps_values_from_call_to_call_is_not_sized(keras, tmp_path):
    from workbench.models.keras.size import oversize

    image = keras.Input(batch_shape=(2, 5, 3))
    keras.Model(image, keras.layers.LSTM(2, stateful=True)(image)).save(tmp_path / "state.keras")
    assert "stateful=True), so its size is not known; if you know where" in oversize(tmp_path / "state.keras")


def test_nothing_is_left_for_keras_to_fill(keras, saved, changed):
    """A model that is made afterwards has values, and those of a refused one are not made with them."""
    from workbench.models.keras.size import oversize

    oversize(changed(2, filters=2**31))
    oversize(saved)
    image = keras.Input((4,))
    model = keras.Model(image, keras.layers.Dense(2, kernel_initializer="ones")(image))
    np.testing.assert_array_equal(model(np.ones((1, 4), np.float32)), [[4, 4]])
