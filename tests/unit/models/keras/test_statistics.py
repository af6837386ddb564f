import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def keras():
    from workbench.models.tensorflow.runtime import import_tensorflow

    import_tensorflow()
    import keras

    return keras


@pytest.fixture(scope="module")
def statistics():
    from workbench.models.keras.statistics import training_statistics

    return training_statistics


@pytest.fixture(scope="module")
def batch():
    return np.random.default_rng(0).random((3, 6, 5, 3), dtype=np.float32)


def normalized(keras, x, name, axis=-1):
    """Return x through a normalization whose stored statistics are not those of a new one."""
    layer = keras.layers.BatchNormalization(name=name, axis=axis)
    made = layer(x)
    size = layer.moving_mean.shape[0]
    layer.moving_mean.assign(np.arange(size, dtype=np.float32))
    layer.moving_variance.assign(np.arange(size, dtype=np.float32) + 2)
    return made


def expect_moments(found, batch, given):
    mean, square = found.measure([batch])
    np.testing.assert_allclose(mean, given.mean(axis=(1, 2)), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(square, np.square(given).mean(axis=(1, 2)), rtol=1e-5, atol=1e-6)


def test_moments_are_those_at_the_input_of_the_first_normalization(keras, statistics, batch):
    inputs = keras.Input((6, 5, 3))
    x = keras.layers.Conv2D(8, 3, name="conv")(inputs)
    model = keras.Model(inputs, normalized(keras, normalized(keras, x, "first"), "second"))
    found = statistics(model, channels=8)
    assert found.layers == ("first",)
    np.testing.assert_array_equal(found.mean, np.arange(8))
    np.testing.assert_array_equal(found.variance, np.arange(8) + 2)
    np.testing.assert_allclose(found.epsilon, 1e-3)
    expect_moments(found, batch, np.asarray(model.get_layer("conv")(batch)))


def test_layers_are_added_until_there_are_channels_enough(keras, statistics):
    inputs = keras.Input((6, 5, 3))
    x = keras.layers.Conv2D(8, 3)(normalized(keras, inputs, "input_norm"))
    found = statistics(keras.Model(inputs, normalized(keras, x, "conv_norm")), channels=8)
    assert found.layers == ("input_norm", "conv_norm")
    np.testing.assert_array_equal(found.layer, [0] * 3 + [1] * 8)


def test_a_normalization_in_a_model_inside_is_found(keras, statistics, batch):
    inner_inputs = keras.Input((6, 5, 3))
    inner = keras.Model(inner_inputs, normalized(keras, inner_inputs, "hidden"), name="backbone")
    inputs = keras.Input((6, 5, 3))
    doubled = keras.layers.Rescaling(2.0)(inputs)
    found = statistics(keras.Model(inputs, keras.layers.Flatten()(inner(doubled))), channels=3)
    assert found.layers == ("hidden",)
    expect_moments(found, batch, 2 * batch)


def test_a_sequential_model_is_read_too(keras, statistics, batch):
    layer = keras.layers.BatchNormalization(name="only")
    model = keras.Sequential([keras.Input((6, 5, 3)), layer])
    layer.moving_mean.assign([1.0, 2.0, 3.0])
    expect_moments(statistics(model, channels=3), batch, batch)


def test_channels_are_counted_along_the_axis_of_the_layer(keras, statistics, batch):
    inputs = keras.Input((3, 6, 5))
    model = keras.Model(inputs, normalized(keras, inputs, "first", axis=1))
    found = statistics(model, channels=3)
    mean, _ = found.measure([np.moveaxis(batch, -1, 1)])
    np.testing.assert_allclose(mean, batch.mean(axis=(1, 2)), rtol=1e-5)


def test_a_layer_that_is_called_twice_keeps_a_mixture_and_is_left_out(keras, statistics):
    inputs = keras.Input((6, 5, 3))
    shared = keras.layers.BatchNormalization(name="shared")
    x = normalized(keras, shared(shared(inputs)), "own")
    shared.moving_mean.assign([1.0, 2.0, 3.0])
    assert statistics(keras.Model(inputs, x), channels=3).layers == ("own",)


def test_a_model_without_normalization_keeps_nothing(keras, statistics):
    inputs = keras.Input((6, 5, 3))
    assert statistics(keras.Model(inputs, keras.layers.Flatten()(inputs)), channels=8) is None


def test_a_normalization_that_was_never_trained_keeps_nothing(keras, statistics):
    inputs = keras.Input((6, 5, 3))
    made = keras.Model(inputs, keras.layers.BatchNormalization(name="new")(inputs))
    assert statistics(made, channels=3) is None
    assert statistics(keras.Model(inputs, normalized(keras, made(inputs), "own")), channels=3).layers == ("own",)


def test_the_model_works_as_before(keras, statistics, batch):
    inputs = keras.Input((6, 5, 3))
    model = keras.Model(inputs, normalized(keras, inputs, "first"))
    before = np.asarray(model(batch, training=False))
    statistics(model, channels=3).measure([batch])
    np.testing.assert_array_equal(np.asarray(model(batch, training=False)), before)
