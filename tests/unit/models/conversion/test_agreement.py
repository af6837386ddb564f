"""Two models agree by output name, and what does not agree says how."""

import numpy as np
import pytest

from workbench.errors import ConversionError
from workbench.models.conversion.agreement import relative_differences, same_top, worst
from workbench.models.conversion.noise import MOST, TOLERANCE, expect_near, own_noise
from workbench.models.model import TensorSpec

NAN, INF = np.nan, np.inf


@pytest.mark.parametrize(
    ("expected", "got", "difference"),
    [
        pytest.param([[1.0, 4.0]], [[1.0, 4.0]], 0.0, id="equal"),
        pytest.param([[1.0, 4.0]], [[1.2, 4.0]], 0.05, id="of the largest value"),
        pytest.param([[1.0, -4.0]], [[1.0, -3.0]], 0.25, id="negative"),
        pytest.param([[0.0, 0.0]], [[0.0, 0.0]], 0.0, id="all zero"),
        pytest.param([[0.0, 0.0]], [[0.0, 1e-9]], INF, id="zero became something"),
        pytest.param([[NAN, 2.0]], [[NAN, 1.0]], 0.5, id="both NaN in one place"),
        pytest.param([[INF, 2.0]], [[-INF, 2.0]], INF, id="infinite with another sign"),
    ],
)
def test_the_difference_is_relative_to_the_largest_value_of_the_output(expected, got, difference):
    [found] = relative_differences({"y": np.array(expected)}, {"y": np.array(got)}).values()
    assert found == pytest.approx(difference)


@pytest.mark.parametrize(
    ("got", "message"),
    [
        pytest.param({"z": np.ones((1, 2))}, "its outputs are z instead of y", id="other name"),
        pytest.param({}, "its outputs are  instead of y", id="no output"),
        pytest.param({"y": np.ones((2, 1))}, r"shape \(2, 1\) instead of \(1, 2\)", id="other shape"),
        pytest.param({"y": np.array([[1, NAN]])}, "NaN or infinite in 1 of 2 values: weights were lost", id="NaN"),
    ],
)
def test_other_outputs_are_refused_with_the_reason(got, message):
    with pytest.raises(ConversionError, match=message):
        relative_differences({"y": np.ones((1, 2))}, got)


def test_unsigned_outputs_do_not_wrap_around():
    assert relative_differences({"y": np.array([[0, 100]], np.uint8)}, {"y": np.array([[1, 100]], np.uint8)}) == {
        "y": 0.01
    }


def test_the_share_of_equal_top_answers_is_of_class_rows_only():
    expected = {"classes": np.array([[0.1, 0.9], [0.8, 0.2]]), "score": np.ones((2, 1)), "map": np.ones((2, 3, 3))}
    got = {**expected, "classes": np.array([[0.2, 0.8], [0.4, 0.6]])}
    assert same_top(expected, got) == {"classes": 0.5}


def test_the_worst_is_taken_output_by_output():
    assert worst([{"a": 1e-6, "b": 1e-3}, {"a": 1e-5, "b": 1e-9}]) == {"a": 1e-5, "b": 1e-3}


class Amplifier:
    """A model whose answer is its input's distance from a pivot: near it, the last bit of the input is all there is."""

    name = "amplifier"
    labels = None
    inputs = (TensorSpec("x", (None, 2), "float32"),)
    outputs = (TensorSpec("y", (None, 2), "float32"),)

    def __init__(self, pivot):
        self.pivot = np.float32(pivot)

    def predict(self, batch):
        return {"y": batch["x"] - self.pivot}

    def close(self):
        """Nothing is held."""


def noise_of(pivot, x):
    model = Amplifier(pivot)
    batch = {"x": np.array([x], np.float32)}
    return own_noise(model, batch, model.predict(batch))["y"]


def test_noise_is_how_far_the_last_bit_of_the_inputs_moves_the_answers():
    assert noise_of(0.0, [1.0, 1.0]) < TOLERANCE
    assert TOLERANCE < noise_of(1.0, [1.01, 1.01]) < MOST


def test_noise_has_a_limit():
    assert noise_of(1.0, [1.0001, 1.0001]) == MOST


def test_integers_have_no_noise():
    assert own_noise(Amplifier(0), {"x": np.ones((1, 2), np.uint8)}, {"y": np.ones((1, 2))}) == {"y": 0.0}


@pytest.mark.parametrize(
    ("difference", "noise", "held"),
    [
        pytest.param(0.9e-5, 0.0, True, id="within the tolerance"),
        pytest.param(1.1e-5, 0.0, False, id="beyond it"),
        pytest.param(1.1e-5, 4e-5, True, id="beyond it, within the model's own noise"),
        pytest.param(float("nan"), 4e-5, False, id="not a number"),
    ],
)
def test_answers_are_held_to_the_tolerance_or_the_models_own_noise(difference, noise, held):
    if held:
        expect_near({"y": difference}, {"y": noise}, TOLERANCE, "unit")
    else:
        with pytest.raises(ConversionError, match="'y' differs by .* with frames in range unit, more than"):
            expect_near({"y": difference}, {"y": noise}, TOLERANCE, "unit")
