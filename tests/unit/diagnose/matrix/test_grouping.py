import numpy as np
import pytest

from workbench.diagnose.matrix.grouping import alike_answers, alike_profiles

SURE, OTHER, EVEN, NAN = [1, 0], [0, 1], [0.5, 0.5], [np.nan, np.nan]


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [
        pytest.param(SURE, SURE, 0, id="the same"),
        pytest.param(SURE, OTHER, 1, id="nothing in common"),
        pytest.param(SURE, EVEN, np.sqrt(1.5 - 0.75 * np.log2(3)), id="by hand: H(3/4, 1/4) - H(1/2, 1/2) / 2"),
        pytest.param(NAN, SURE, 1, id="no answer is as far as can be"),
        pytest.param(NAN, NAN, 0, id="no answer on either side"),
    ],
)
def test_the_distance_of_recipes_is_that_of_the_answers(a, b, distance):
    answers = np.array([a, b], dtype=np.float32)[:, None]
    assert alike_answers([answers], {"a": {}, "b": {}}).distances[0, 1] == pytest.approx(distance, abs=1e-6)


def test_the_distance_is_over_all_models_and_frames():
    same, apart = np.array([[SURE, SURE], [SURE, SURE]]), np.array([[SURE, SURE], [SURE, OTHER]])
    assert alike_answers([same, apart], {"a": {}, "b": {}}).distances[0, 1] == pytest.approx(np.sqrt(1 / 4))


def test_rows_that_break_alike_are_one_group_and_neighbours():
    profiles = np.array([[0.0, 0.9, 0.1], [0.8, 0.0, 0.0], [0.0, 0.85, 0.12]])
    found = alike_profiles(profiles, {"a": {}, "b": {}, "c": {}})
    assert {frozenset(each) for each in found.groups.values()} == {frozenset({0, 2}), frozenset({1})}
    assert found.order in ((1, 0, 2), (1, 2, 0), (0, 2, 1), (2, 0, 1))
    assert found.distances[0, 2] == pytest.approx(np.sqrt((0.05**2 + 0.02**2) / 3))


@pytest.mark.parametrize("count", [pytest.param(0, id="none"), pytest.param(1, id="one")])
def test_what_has_no_other_is_a_tree_without_merges(count):
    found = alike_profiles(np.zeros((count, 4)), {name: {} for name in "a"[:count]})
    assert (len(found.linkage), found.order, list(found.groups)) == (0, tuple(range(count)), ["a"][:count])
