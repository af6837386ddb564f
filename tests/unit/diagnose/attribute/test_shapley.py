"""Shapley values and interactions of games whose answer is known, and what holds for every game."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workbench.diagnose.attribute.shapley import interactions, shapley

WORTHS = st.floats(-1e3, 1e3, allow_subnormal=False)


@st.composite
def games(draw, most=6):
    """Draw the 2^n worths of a game of 0 to `most` players, the empty coalition's too."""
    return draw(arrays(np.float64, 2 ** draw(st.integers(0, most)), elements=WORTHS))


def by_orders(worths):
    """Return the mean over all orders of what each player adds: the definition."""
    n = len(worths).bit_length() - 1
    orders = list(permutations(range(n)))
    values = np.zeros(n)
    for order in orders:
        there = 0
        for player in order:
            values[player] += worths[there | 1 << player] - worths[there]
            there |= 1 << player
    return values / len(orders)


@settings(deadline=None)
@given(games(most=10))
def test_values_sum_to_the_whole(worths):
    assert shapley(worths).sum() == pytest.approx(worths[-1] - worths[0], abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(games(most=5))
def test_values_are_the_mean_over_all_orders(worths):
    np.testing.assert_allclose(shapley(worths), by_orders(worths), atol=1e-7)


@settings(deadline=None, max_examples=40)
@given(games(most=5), st.integers(0, 5))
def test_a_player_who_adds_nothing_gets_nothing_and_changes_no_other(worths, place):
    n = len(worths).bit_length() - 1
    place = min(place, n)
    masks = np.arange(2 ** (n + 1))
    without = masks >> (place + 1) << place | masks & ((1 << place) - 1)  # the coalition, that bit taken out
    values = shapley(worths[without])
    assert values[place] == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(np.delete(values, place), shapley(worths), atol=1e-7)


@settings(deadline=None, max_examples=40)
@given(games(most=5), st.permutations(range(5)))
def test_the_order_of_the_players_does_not_matter(worths, order):
    n = len(worths).bit_length() - 1
    order = [place for place in order if place < n]  # new place -> old place
    renamed = np.array(
        [sum(1 << old for new, old in enumerate(order) if mask >> new & 1) for mask in range(2**n)], dtype=int
    )
    np.testing.assert_allclose(shapley(worths[renamed]), shapley(worths)[order], atol=1e-9)
    np.testing.assert_allclose(interactions(worths[renamed]), interactions(worths)[np.ix_(order, order)], atol=1e-9)


@pytest.mark.parametrize(
    ("worths", "values", "pair"),
    [
        pytest.param([0, 1, 2, 3], [1, 2], 0, id="what adds up does not interact"),
        pytest.param([0, 1, 1, 1], [0.5, 0.5], -1, id="one hides the other"),
        pytest.param([0, 0, 0, 1], [0.5, 0.5], 1, id="they need each other"),
        pytest.param([0, 1, -1, 0], [1, -1], 0, id="one mends the other"),
    ],
)
def test_two_players_by_hand(worths, values, pair):
    np.testing.assert_allclose(shapley(np.array(worths)), values)
    assert interactions(np.array(worths))[0, 1] == pytest.approx(pair)


def test_the_glove_game():
    # Two own a left glove, one a right one; a pair is worth 1. Known: 1/6, 1/6, 2/3.
    pair = [float(mask & 4 > 0 and mask & 3 > 0) for mask in range(8)]
    np.testing.assert_allclose(shapley(np.array(pair)), [1 / 6, 1 / 6, 2 / 3])


def test_many_games_go_through_at_once():
    worths = np.random.default_rng(0).normal(size=(16, 7))
    np.testing.assert_allclose(shapley(worths)[:, 3], shapley(worths[:, 3]))
    np.testing.assert_allclose(interactions(worths)[:, :, 3], interactions(worths[:, 3]))
