import numpy as np
import pytest

from workbench.diagnose.search.posterior import Places, nats, posterior
from workbench.diagnose.search.signs import DRAWS, Scores


def places(coloring, family=None, share=None, cast=0.0):
    count = len(coloring)
    return Places(np.array(coloring), np.array(family or coloring), np.array(share or [1.0] * count), cast)


def told(sign, values, *, frames=16, where=None, classes=3):
    """Return the nats of recipes that have one number each, the same in every draw."""
    scores = [Scores(frames, {sign: np.full(DRAWS, float(value))}) for value in values]
    return nats(scores, where or places(range(len(values))), classes)[sign][:, 0]


def probabilities(sign, values, **given):
    scores = [Scores(given.get("frames", 16), {sign: np.full(DRAWS, float(value))}) for value in values]
    where = given.get("where") or places(range(len(values)))
    return posterior(nats(scores, where, 3), np.log(where.share))


def test_the_best_has_no_nats_to_lose():
    for sign, values in (("statistics", [0.01, 0.2]), ("labels", [-0.1, -2]), ("reference", [0, 1])):
        found = told(sign, values)
        assert found[0] == pytest.approx(0)
        assert found[1] < 0


def test_a_wide_gap_in_the_statistics_decides_in_the_networks_own_domain():
    assert probabilities("statistics", [0.01, 0.2, 0.3])[0] > 0.95


def test_a_gap_in_the_statistics_says_little_under_coloured_light():
    usual, tinted = (told("statistics", [0.01, 0.2], where=places([0, 1], [0, 0], cast=cast)) for cast in (0.1, 0.5))
    np.testing.assert_array_equal(usual, told("statistics", [0.01, 0.2], where=places([0, 1], [0, 0])))
    assert usual[1] < -10 < -1 < tinted[1] < 0


def test_the_same_gap_says_less_where_even_the_best_fits_badly():
    near, far = (told("statistics", [best, best + 0.2])[1] for best in (0.01, 0.3))
    assert near < -5 < -1 < far < 0


def test_a_colour_order_needs_less_of_a_gap_than_a_range():
    """Frames of another domain look like another contrast before they look like other colours."""
    one_range = told("statistics", [0.05, 0.1], where=places([0, 1], family=[0, 0]))[1]
    two_ranges = told("statistics", [0.05, 0.1], where=places([0, 1], family=[0, 1]))[1]
    assert one_range < 2 * two_ranges < 0


def test_looking_at_more_geometries_of_a_coloring_makes_it_no_likelier():
    where = places([0, 1, 1, 1], share=[1.0, 0.2, 0.3, 0.5])
    found = probabilities("statistics", [0.02, 0.02, 0.02, 0.02], where=where)
    assert found[0] == pytest.approx(0.5)
    assert found[1:] == pytest.approx([0.1, 0.15, 0.25])


def test_labels_count_by_their_number():
    few, many = (told("labels", [-0.2, -1.0], frames=frames)[1] for frames in (4, 40))
    assert few == pytest.approx(-0.8 * 4 / 1.58)
    assert -0.8 / 0.02 < many < 3 * few


def test_equal_reference_outputs_are_near_proof():
    assert probabilities("reference", [1e-6, 0.02, 0.4], frames=8)[0] > 0.999


def test_a_reference_that_nothing_meets_says_little():
    assert probabilities("reference", [0.5, 0.7], frames=16)[0] < 0.7


def test_confidence_says_less_than_two_nats():
    assert told("confidence", [np.log(3), 0.0])[1] == pytest.approx(-1.5)


def test_a_difference_that_one_draw_makes_is_averaged_out():
    flat = np.zeros(DRAWS)
    odd = flat.copy()
    odd[0] = -50
    scores = [Scores(16, {"labels": flat}), Scores(16, {"labels": odd})]
    found = posterior(nats(scores, places([0, 1]), 3), np.zeros(2))
    assert found[1] == pytest.approx(0.5, abs=0.01)


def test_without_evidence_the_prior_stands():
    assert posterior({}, np.log([0.2, 0.8])) == pytest.approx([0.2, 0.8])
