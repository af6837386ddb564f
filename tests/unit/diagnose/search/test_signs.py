from types import SimpleNamespace

import numpy as np
import pytest

from workbench.diagnose.search.signs import (
    DRAWS,
    FAR,
    discrepancy,
    frame_likelihoods,
    information,
    likelihood,
    mismatch,
    weightings,
)

EVEN = np.full((1, 3), 1 / 3)


def stored(mean, variance, layer=None):
    size = len(mean)
    return SimpleNamespace(
        layer=np.zeros(size, int) if layer is None else np.array(layer),
        mean=np.array(mean, float),
        variance=np.array(variance, float),
        epsilon=np.full(size, 1e-3),
    )


def moments(mean, variance):
    """Return what three frames make whose channels have these means and variances."""
    return np.tile(mean, (3, 1)), np.tile(np.array(variance) + np.square(mean), (3, 1))


def test_weightings_are_even_first_and_sum_to_one():
    found = weightings(np.arange(5))
    assert found.shape == (DRAWS, 5)
    np.testing.assert_allclose(found[0], 0.2)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert found[1:].std() > 0.05


def test_frames_that_show_the_same_share_one_weight():
    found = weightings(np.array([7, 2, 7, 7]))
    np.testing.assert_allclose(found.sum(axis=1), 1)
    np.testing.assert_allclose(found[0], [1 / 6, 1 / 2, 1 / 6, 1 / 6])
    np.testing.assert_allclose(3 * found[:, 0] + found[:, 1], 1)
    np.testing.assert_array_equal(found[:, 2:], found[:, [0, 0]])


def test_labels_that_every_answer_contradicts_are_as_good_as_guessed():
    sure = np.log(np.array([[0.98, 0.01, 0.01]] * 4))
    flat = np.log(np.full((4, 3), 1 / 3))
    wrong, weights = np.array([1, 2, 1, 2]), weightings(np.arange(4))
    np.testing.assert_allclose(likelihood(sure, wrong, weights), likelihood(flat, wrong, weights))
    assert (likelihood(sure, np.zeros(4, int), weights) > np.log(1 / 3)).all()


def test_the_statistics_of_training_are_no_discrepancy():
    assert discrepancy(stored([1, 2], [3, 4]), *moments([1, 2], [3, 4]), EVEN)[0] == pytest.approx(0, abs=1e-9)


def test_the_discrepancy_is_the_divergence_of_two_gaussians():
    """KL(N(1, 2) || N(0, 1)) = (2 - 1 - ln 2 + 1) / 2; the layer's epsilon stands beside both variances."""
    found = discrepancy(stored([0], [1 - 1e-3]), *moments([1], [2 - 1e-3]), EVEN)
    assert found[0] == pytest.approx((2 - 1 - np.log(2) + 1) / 2)


def test_channels_that_were_always_zero_in_training_do_not_count():
    assert discrepancy(stored([1, 0], [3, 0]), *moments([1, 9], [3, 50]), EVEN)[0] == pytest.approx(0, abs=1e-9)


def test_a_layer_counts_once_however_many_channels_it_has():
    few = discrepancy(stored([0, 0], [1, 1], [0, 1]), *moments([1, 0], [1, 1]), EVEN)
    many = discrepancy(stored([0, 0, 0, 0], [1] * 4, [0, 0, 0, 1]), *moments([1, 1, 1, 0], [1] * 4), EVEN)
    assert few == pytest.approx(many)


def test_moments_that_are_not_finite_are_far():
    assert discrepancy(stored([0], [1]), *moments([np.inf], [1]), EVEN)[0] == FAR


def test_a_network_too_sure_of_itself_is_taken_at_the_temperature_that_suits():
    sure = np.log(np.array([[1 - 1e-6, 1e-6]] * 4))
    found = frame_likelihoods(sure, np.array([0, 0, 0, 1]))
    assert (
        -11 < found.sum() < -3
    )  # as it is, the one mistake would cost ln(1e6) = 13.8; a temperature of 10 has a price
    assert frame_likelihoods(sure, np.zeros(4, int)).sum() == pytest.approx(0, abs=1e-3)


def test_answers_that_are_the_same_but_for_a_scale_are_not_equal():
    """A network without normalization that is fed 255 times too much gives them; trained ones are not so sure."""
    logits = np.array([[2.0, 0.0], [0.0, 1.0], [0.5, 0.0]])
    fed, too_much = (x - np.log(np.exp(x).sum(axis=1, keepdims=True)) for x in (logits, 50 * logits))
    labels = np.array([0, 1, 1])
    assert frame_likelihoods(fed, labels).sum() > 3 + frame_likelihoods(too_much, labels).sum()


def test_an_answer_that_is_not_finite_is_a_guess():
    log_p = np.array([[np.nan, np.nan], [0.0, -20.0]])
    assert frame_likelihoods(log_p, np.array([0, 0]))[0] == pytest.approx(-np.log(2))


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param([0, 1, 2], np.log(3), id="sure of each, and of another each time"),
        pytest.param([1, 1, 1], 0, id="sure of the same always"),
    ],
)
def test_information_is_what_the_answers_say_about_the_frames(answers, expected):
    log_p = np.log(np.eye(3)[answers] + 1e-9)
    assert information(log_p, EVEN)[0] == pytest.approx(expected, abs=1e-6)


def test_mismatch_is_a_root_mean_square():
    assert mismatch(np.array([3.0, 4.0, 5.0]), EVEN)[0] == pytest.approx(np.sqrt(50 / 3))
    assert mismatch(np.array([0.0, np.nan, 0.0]), EVEN)[0] == pytest.approx(FAR / np.sqrt(3))
