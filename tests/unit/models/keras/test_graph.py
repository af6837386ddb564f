"""A Keras model runs as a graph without variables, whatever its layers hold, and by the weights of the first batch."""

import warnings

import numpy as np
import pytest

from tests.unit.models.graph_models import tensorflow
from workbench.models.keras.graph import keras_runner

pytestmark = pytest.mark.slow
PICTURES = [np.random.default_rng(0).random((3, 8, 8, 3), np.float32)]


@pytest.fixture(scope="module")
def keras():
    tensorflow()
    import keras

    return keras


@pytest.fixture
def network(keras):
    """Return a function that makes a network, with a layer more before its last."""

    def make(*more):
        keras.utils.set_random_seed(4)
        layers = keras.layers
        first = [keras.Input((8, 8, 3)), layers.RandomFlip(), layers.Conv2D(4, 3), layers.BatchNormalization()]
        return keras.Sequential([*first, *more, layers.Flatten(), layers.Dense(2)])

    return make


def of_tensorflow(keras, *, by):
    """Return a layer with something that Keras does not count among its weights."""
    tf = tensorflow()

    class Scaled(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.factor = tf.Variable(3.0)
            keys, values = tf.constant([0, 1]), tf.constant([2.0, 5.0])
            self.table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, values), 0.0)

        def call(self, inputs):
            factors = {"variable": self.factor, "table": self.table.lookup(tf.constant(1))}
            return inputs * factors[by]

    return Scaled()


def answers(model, runner):
    """Return what a runner answers, which says nothing of a slower way, and what the model itself does."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        [got] = runner(PICTURES)
    return got, np.asarray(model(PICTURES[0], training=False))


def operations(runner):
    return {operation.type for operation in runner._run.function.graph.get_operations()}


def test_its_weights_are_constants(network):
    model = network()
    runner = keras_runner(model)
    got, expected = answers(model, runner)
    np.testing.assert_allclose(got, expected, atol=1e-5)
    assert not operations(runner) & {"VarHandleOp", "ReadVariableOp"}
    assert not runner._run.function.captured_inputs


@pytest.mark.parametrize("by", ["variable", "table"])
def test_what_keras_does_not_know_of_is_frozen_too(network, keras, by):
    model = network(of_tensorflow(keras, by=by))
    runner = keras_runner(model)
    got, expected = answers(model, runner)
    np.testing.assert_allclose(got, expected, atol=1e-5)
    assert "ReadVariableOp" not in operations(runner)


def test_a_model_that_takes_no_values_is_frozen_as_it_is(network, monkeypatch):
    model = network()

    def refuse(*args, **kwargs):
        raise ValueError("no values")

    monkeypatch.setattr(type(model), "stateless_call", refuse)
    runner = keras_runner(model)
    got, expected = answers(model, runner)
    np.testing.assert_allclose(got, expected, atol=1e-5)
    assert "ReadVariableOp" not in operations(runner)


def test_weights_that_change_later_are_not_asked_again(network):
    model = network()
    runner = keras_runner(model)
    first, _ = answers(model, runner)
    model.layers[-1].set_weights([0 * each for each in model.layers[-1].get_weights()])
    np.testing.assert_array_equal(runner(PICTURES)[0], first)


def test_a_layer_that_draws_is_not_frozen(network, keras):
    class Noise(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.seed = keras.random.SeedGenerator(3)

        def call(self, inputs):
            return inputs + keras.random.normal(keras.ops.shape(inputs), seed=self.seed)

    runner = keras_runner(network(Noise()))
    with pytest.warns(RuntimeWarning, match="not frozen"):
        [first] = runner(PICTURES)
    [second] = runner(PICTURES)
    assert not np.array_equal(first, second)
