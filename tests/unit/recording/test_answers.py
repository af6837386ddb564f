import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from workbench.recording.answers import MOST_NUMBERS, apart, array, detections, plain_answer, plain_outputs, same_bits
from workbench.results import Prediction

sv = pytest.importorskip("supervision")

ANY = st.sampled_from(["float16", "float32", "float64", "uint8", "int64", "bool"]).flatmap(
    lambda dtype: arrays.arrays(dtype, arrays.array_shapes(max_dims=3, max_side=4))
)


def through_json(row):
    return json.loads(json.dumps(plain_outputs({"x": row[None]}), allow_nan=False))["x"]


@settings(deadline=None)
@given(ANY)
def test_an_output_comes_back_bit_for_bit(row):
    back = array(through_json(row))
    assert back.dtype == row.dtype
    assert back.shape == row.shape
    assert np.array_equal(back, row, equal_nan=row.dtype.kind == "f")
    assert same_bits(through_json(row), row)


@pytest.mark.parametrize(
    ("then", "now"),
    [
        pytest.param(np.float32([1, 2]), np.float32([1, np.nextafter(np.float32(2), 3, dtype=np.float32)]), id="a bit"),
        pytest.param(np.float32([0.0]), np.float32([-0.0]), id="the sign of zero"),
        pytest.param(np.float32([1]), np.float64([1]), id="dtype"),
        pytest.param(np.float32([[1, 2]]), np.float32([[1], [2]]), id="shape"),
        pytest.param(np.float32([np.nan, 1]), np.float32([1, np.nan]), id="place of NaN"),
        pytest.param(np.float32([np.inf]), np.float32([-np.inf]), id="infinities"),
        pytest.param(np.zeros(5000, np.float32), np.ones(5000, np.float32), id="more than a line holds"),
    ],
)
def test_what_differs_is_not_the_same(then, now):
    held = through_json(then)
    assert same_bits(held, then)
    assert not same_bits(held, now)


def test_of_many_numbers_the_hash_is_held():
    held = plain_outputs({"few": np.zeros((1, 8), np.float32), "many": np.zeros((1, MOST_NUMBERS), np.float32)})
    assert all("values" not in each and len(each["sha256"]) == 64 for each in held.values())
    assert array(held["many"]) is None


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        pytest.param(np.float32([1, 2]), np.float32([1, 2]), 0.0, id="the same"),
        pytest.param(np.float32([1, 2]), np.float32([1.5, 2]), 0.5, id="half"),
        pytest.param(np.uint8([1]), np.uint8([3]), 2.0, id="bytes that would wrap"),
        pytest.param(np.float32([1, 2]), np.float32([1]), np.inf, id="another shape"),
        pytest.param(np.zeros(5000, np.float32), np.ones(5000, np.float32), np.nan, id="only the hash is known"),
        pytest.param(np.zeros(5000, np.float32), np.zeros(5000, np.float32), 0.0, id="the same hash"),
    ],
)
def test_the_largest_difference_is_told_where_it_is_known(then, now, expected):
    assert apart(through_json(then), now) == pytest.approx(expected, nan_ok=True)


def test_boxes_come_back_as_they_were():
    found = sv.Detections(
        xyxy=np.random.default_rng(0).random((3, 4)).astype(np.float32) * 100,
        confidence=np.float32([0.1, 0.7, 1 / 3]),
        class_id=np.array([3, 0, 3]),
        data={"class_name": np.array(["Straße", "car", "Straße"])},
    )
    said = Prediction({}, None, np.array([0]), ("x",), (0.0,), detections=(found,))
    back = detections(json.loads(json.dumps(plain_answer(said)))["boxes"])
    assert back == found


@pytest.mark.parametrize("dtype", ["U", "O"])
def test_outputs_that_are_text_are_told_apart(dtype):
    held = plain_outputs({"names": np.array([["cat", "dog"]], dtype=dtype)})["names"]
    assert same_bits(held, np.array(["cat", "dog"], dtype=dtype))
    assert not same_bits(held, np.array(["cat", "cow"], dtype=dtype))
