"""The layers of a Keras model are those that run, in order, with nested models opened."""

import numpy as np
import pytest

from tests.unit.models.graph_models import tensorflow
from workbench import load_model
from workbench.errors import InvalidValue

pytestmark = pytest.mark.slow
BATCH = np.random.default_rng(3).random((2, 8, 8, 3), dtype=np.float32)


@pytest.fixture(scope="module")
def nested():
    """Return a model around a model: scaled, seen by two layers in order, and by one shared layer twice."""
    tensorflow()
    import keras

    inner = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv"), keras.layers.BatchNormalization(name="norm")],
        name="inner",
    )
    image = keras.Input((8, 8, 3), name="image")
    x = inner(keras.layers.Rescaling(2.0, name="twice")(image))
    shared = keras.layers.Dense(4, name="shared")
    x = shared(shared(keras.layers.Flatten(name="flat")(x)[:, :4]))
    return keras.Model(image, keras.ops.softmax(x))


def test_layers_come_in_the_order_they_run(nested):
    names = list(load_model(nested).layers(BATCH))
    assert names[:4] == ["twice", "conv", "norm", "flat"]
    assert [name for name in names if name.startswith("shared")] == ["shared_0", "shared_1"]


def test_each_layer_has_its_values(nested):
    model = load_model(nested)
    layers = model.layers(BATCH)
    np.testing.assert_array_equal(layers["twice"], BATCH * 2)
    conv = nested.get_layer("inner").get_layer("conv")
    np.testing.assert_allclose(layers["conv"], conv(BATCH * 2), atol=1e-6)
    np.testing.assert_allclose(list(layers.values())[-1], next(iter(model.predict(BATCH).values())), atol=1e-6)


def test_the_model_is_left_as_it_was(nested):
    load_model(nested).layers(BATCH)
    assert not any("call" in vars(layer) for layer in (*nested.layers, *nested.get_layer("inner").layers))


def test_more_than_memory_holds_is_refused(nested):
    with pytest.raises(InvalidValue, match="2000000 pictures take .* GiB; give at most"):
        load_model(nested).layers(np.broadcast_to(BATCH[:1], (2_000_000, 8, 8, 3)))
