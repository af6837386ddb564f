import numpy as np
import pytest

from workbench.errors import InvalidValue
from workbench.views.reliability import figure_reliability, reliability


def test_answers_are_sorted_by_what_they_stated():
    found = reliability([0.1, 0.5, 0.96, 0.99, 1.0], [True, False, True, False, True])
    assert [(each.count, each.hits) for each in found] == [(1, 1), (0, 0), (1, 0), (0, 0), (0, 0), (3, 2)]
    assert found[-1].stated == pytest.approx((0.96 + 0.99 + 1) / 3)
    assert found[-1].share == pytest.approx(2 / 3)
    assert found[-1].interval == pytest.approx((0.208, 0.939), abs=1e-3)  # Wilson, 2 of 3


def test_a_probability_on_an_edge_belongs_to_the_bin_above_it():
    assert [each.count for each in reliability([0.95], [True])] == [0, 0, 0, 0, 0, 1]


def test_an_empty_bin_has_no_share():
    first = reliability([1.0], [True])[0]
    assert np.isnan(first.share)
    assert np.isnan(first.stated)
    assert np.isnan(first.interval).all()


@pytest.mark.parametrize(
    ("stated", "right"),
    [
        pytest.param([0.5], [True, False], id="not one of each"),
        pytest.param([1.5], [True], id="above 1"),
        pytest.param([np.nan], [True], id="no number"),
    ],
)
def test_what_is_no_probability_is_refused(stated, right):
    with pytest.raises(InvalidValue):
        reliability(stated, right)


def test_the_figure_says_its_counts_and_shows_a_dot_for_every_bin_with_answers():
    figure = figure_reliability([0.1, 0.97, 0.99], [False, True, True], title="Kept")
    assert figure.spoken == "Kept. stated 10%: 0 of 1 right; stated 98%: 2 of 2 right"
    axes = figure.axes[0]
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in dots] == [(0.1, 0.0), (0.98, 1.0)]
    assert [text.get_text() for text in axes.texts] == ["0/1", "2/2"]


def test_no_answer_makes_no_figure():
    with pytest.raises(InvalidValue, match="at least one answer"):
        figure_reliability([], [])
