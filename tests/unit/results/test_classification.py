"""Raw outputs become class probabilities by stated rules, and NaN is flagged, not arg-maxed."""

import numpy as np
import pytest

from workbench.errors import InvalidValue
from workbench.results import Classification, Prediction, as_classification

NAN = float("nan")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([[0.25, 0.75]], [[0.25, 0.75]], id="probabilities stay"),
        pytest.param([[0.0, np.log(3.0)]], [[0.25, 0.75]], id="logits go through softmax"),
        pytest.param([[-1000.0, 1000.0]], [[0.0, 1.0]], id="large logits do not overflow"),
        pytest.param([[0.9]], [[0.1, 0.9]], id="one sigmoid is two classes"),
        pytest.param([[0.25, 0.75], [NAN, 0.5]], [[0.25, 0.75], [NAN, NAN]], id="a row with NaN is NaN"),
        pytest.param([[0.25, 0.75], [np.inf, 0.5]], [[0.25, 0.75], [NAN, NAN]], id="a row with Inf is NaN"),
        pytest.param([[NAN, NAN]], [[NAN, NAN]], id="nothing but NaN"),
    ],
)
def test_outputs_are_read_as_probabilities(values, expected):
    classification = as_classification(np.array(values, np.float32), None)
    np.testing.assert_allclose(classification.probabilities, np.array(expected, np.float32), atol=1e-6)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(np.full((2, 5), 0.9, np.float32), id="independent scores"),
        pytest.param(np.zeros((2, 100, 6), np.float32), id="boxes"),
        pytest.param(np.array([[3.5]], np.float32), id="a regression"),
        pytest.param(np.zeros((0, 4), np.float32), id="nothing"),
    ],
)
def test_other_outputs_are_no_classification(values):
    assert as_classification(values, None) is None


def test_a_linear_layer_gives_logits_whatever_their_range():
    classification = as_classification(np.array([[0.2, 0.4]], np.float32), None, activation="linear")
    np.testing.assert_allclose(classification.probabilities.sum(axis=1), 1, atol=1e-6)
    assert as_classification(np.array([[0.2]], np.float32), None, activation="linear") is None


def test_labels_that_do_not_fit_are_refused():
    with pytest.raises(InvalidValue, match="3 labels do not fit outputs of shape"):
        as_classification(np.array([[0.5, 0.5]], np.float32), ["a", "b", "c"])


def test_a_frame_with_nan_has_no_class():
    some = Classification(np.array([[0.1, 0.9], [NAN, NAN]], np.float32), ("cat", "dog"))
    assert some.best.tolist() == [1, -1]
    assert [some.label(0), some.label(1)] == ["dog", "NaN"]
    assert [row and row[0][0] for row in some.top(1)] == ["dog", []]
    assert some.accuracy([1, 1]) == 0.5


def test_top_k_is_best_first_and_never_longer_than_the_classes():
    some = Classification(np.array([[0.2, 0.5, 0.3]], np.float32), ("a", "b", "c"))
    assert [label for label, _ in some.top(9)[0]] == ["b", "c", "a"]
    assert [some.accuracy([0], k=k) for k in (1, 2, 3)] == [0.0, 0.0, 1.0]


def test_any_output_that_is_not_finite_flags_its_frame():
    outputs = {"scores": np.ones((3, 2), np.float32), "boxes": np.ones((3, 4, 4), np.float32)}
    outputs["boxes"][1, 2, 3] = np.inf
    prediction = Prediction(outputs, None, np.arange(3), ("x",) * 3, (None,) * 3)
    assert prediction.not_finite.tolist() == [False, True, False]


def test_a_quantized_softmax_may_sum_to_less_than_one():
    rows = np.array([[160, 0, 1], [0, 90, 72]], np.float32) / 256  # as an 8-bit softmax over many classes gives them
    assert as_classification(rows, None) is None
    assert as_classification(rows, None, activation="softmax").best.tolist() == [0, 1]
