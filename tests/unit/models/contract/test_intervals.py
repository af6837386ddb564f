"""Constants and quantization become the range they were made for, and nothing where they fit none."""

import numpy as np
import pytest

from workbench.models.contract.intervals import accepted, stored_as

STD = np.array([0.229, 0.224, 0.225])
MEAN = np.array([0.485, 0.456, 0.406])


@pytest.mark.parametrize(
    ("scale", "offset", "expected"),
    [
        pytest.param(1 / 255, 0, ("raw",), id="x / 255"),
        pytest.param(1 / 256, 0, ("raw",), id="x / 256"),
        pytest.param(1 / 127.5, -1, ("raw",), id="x / 127.5 - 1"),
        pytest.param(1 / 128, -127 / 128, ("raw",), id="(x - 127) / 128"),
        pytest.param(1 / 255, -0.5, ("raw",), id="x / 255 - 0.5"),
        pytest.param(1.0, -127.5, ("raw",), id="x - 127.5"),
        pytest.param(np.ones(3), -np.array([123.68, 116.779, 103.939]), ("raw",), id="caffe's means"),
        pytest.param(1 / (255 * STD), -MEAN / STD, ("raw",), id="torch on levels"),
        pytest.param(1 / STD, -MEAN / STD, ("unit",), id="torch on x / 255"),
        pytest.param(2.0, -1.0, ("unit",), id="2x - 1"),
        pytest.param(255.0, 0.0, ("unit",), id="255x"),
        pytest.param(127.5, 127.5, ("symmetric",), id="back to levels"),
        pytest.param(0.5, 0.5, ("symmetric",), id="back to x / 255"),
        pytest.param(1 / 255**2, 0, (), id="scaled twice inside"),
        pytest.param(7.0, 3.0, (), id="no known range"),
    ],
)
def test_an_affine_inside_tells_what_it_is_fed(scale, offset, expected):
    assert accepted(np.atleast_1d(scale).astype(float), np.atleast_1d(offset).astype(float)) == expected


@pytest.mark.parametrize(
    ("dtype", "quantization", "best"),
    [
        pytest.param("uint8", (1.0, 0), "raw", id="levels as uint8"),
        pytest.param("int8", (1.0, -128), "raw", id="levels as int8"),
        pytest.param("uint8", (1 / 255, 0), "unit", id="0..1 as uint8"),
        pytest.param("int8", (1 / 255, -128), "unit", id="0..1 as int8"),
        pytest.param("uint8", (0.0078125, 128), "symmetric", id="-1..1 as uint8"),
        pytest.param("int8", (0.00784314, -1), "symmetric", id="-1..1 as int8"),
        pytest.param("uint8", (0.0078125, 127), "centered", id="(x - 127) / 128"),
        pytest.param("int8", (0.0187, -15), "torch", id="torch"),
        pytest.param("int8", (1.0774, -13), "caffe", id="caffe"),
    ],
)
def test_quantization_tells_the_real_numbers(dtype, quantization, best):
    assert stored_as(dtype, quantization)[0] == best


def test_a_quantization_of_no_known_range_tells_nothing():
    assert stored_as("int8", (0.05, 0)) == ()
