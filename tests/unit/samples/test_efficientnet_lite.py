import numpy as np
import pytest

from workbench.samples.efficientnet_lite import _weights


@pytest.mark.parametrize(
    ("kind", "shape", "turned", "place"),
    [
        pytest.param("Conv2D", (8, 3, 5, 4), (5, 4, 3, 8), (4, 1, 2, 7), id="convolution"),
        pytest.param("DepthwiseConv2D", (8, 1, 5, 4), (5, 4, 8, 1), (4, 1, 7, 0), id="depthwise"),
        pytest.param("Dense", (8, 3), (3, 8), (2, 7), id="dense"),
    ],
)
def test_weights_are_turned_to_the_axes_of_keras(kind, shape, turned, place):
    weight = np.arange(np.prod(shape)).reshape(shape)
    first = _weights(kind, "a", {"a.weight": weight, "a.bias": np.zeros(8)})[0]
    there = (7, 2) if kind == "Dense" else (7, shape[1] - 1, 4, 1)  # output, input, row, column of PyTorch
    assert first.shape == turned
    assert first[place] == weight[there]


def test_normalization_keeps_its_statistics_in_the_order_of_keras():
    names = ("weight", "bias", "running_mean", "running_var")  # gamma, beta, moving_mean, moving_variance
    state = {f"a.{name}": np.full(2, index) for index, name in enumerate(names)}
    assert [int(value[0]) for value in _weights("BatchNormalization", "a", state)] == [0, 1, 2, 3]
