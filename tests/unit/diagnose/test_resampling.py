"""Intervals: known ones by hand, and that they hold what they say."""

import numpy as np
import pytest

from workbench.diagnose import resampling


@pytest.mark.parametrize(
    ("hits", "count", "expected"),
    [
        pytest.param(0, 20, (0.0, 0.161), id="none is not surely none"),
        pytest.param(20, 20, (0.839, 1.0), id="all is not surely all"),
        pytest.param(5, 10, (0.237, 0.763), id="half"),
    ],
)
def test_the_interval_of_a_share_is_wilsons(hits, count, expected):
    assert resampling.of_share(hits, count) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("only_a", "only_b", "p"),
    [
        pytest.param(0, 0, 1.0, id="nothing differs"),
        pytest.param(6, 0, 2 / 64, id="six to none"),
        pytest.param(3, 3, 1.0, id="even"),
        pytest.param(8, 2, 2 * (1 + 10 + 45) / 1024, id="eight to two"),
    ],
)
def test_mcnemar_by_hand(only_a, only_b, p):
    assert resampling.mcnemar(only_a, only_b) == pytest.approx(p)


def test_a_bootstrap_interval_holds_the_true_mean_about_as_often_as_it_says():
    rng = np.random.default_rng(1)
    held = [low <= 0.5 <= high for low, high in (resampling.of_mean(rng.random(40)) for _ in range(300))]
    assert 0.9 <= np.mean(held) <= 0.98


def test_the_same_frames_give_the_same_interval():
    values = np.random.default_rng(2).random(30)
    assert resampling.of_mean(values) == resampling.of_mean(values.copy())


def test_nan_is_left_out_of_a_mean_and_alone_gives_none():
    values = np.array([0.2, np.nan, 0.2])
    assert resampling.of_mean(values) == pytest.approx((0.2, 0.2))
    assert np.isnan(resampling.of_mean(np.full(3, np.nan))).all()
    assert np.isnan(resampling.of_mean(np.zeros(0))).all()
    assert np.isnan(resampling.of_mean(np.array([0.3, np.nan]))).all()


def test_many_frames_take_fewer_samples():
    assert resampling.weights(100).shape == (2000, 100)
    assert resampling.weights(20_000).shape == (250, 20_000)
    np.testing.assert_allclose(resampling.weights(100).sum(axis=1), 1)
