"""A figure is followed over the runs that asked the same, and what changed between the last two is named."""

import pytest

from workbench.reports.overview.history import Past
from workbench.reports.overview.trends import since, trend


def past(value=0.0, *, name="accuracy", given=None, state="ok", run_id="a", notebook="n", **versions):
    return Past(run_id, state, "2026-11-21T14:03:00+00:00", 1.0, notebook, given or {}, {name: value}, versions)


@pytest.mark.parametrize(
    ("name", "values", "change", "verdict"),
    [
        pytest.param("accuracy", [0.8, 0.9], "+0.1", "good", id="more is better"),
        pytest.param("accuracy", [0.9, 0.8], "−0.1", "bad", id="less is worse"),
        pytest.param("flips", [2, 5], "+3", "bad", id="less is better"),
        pytest.param("boxes", [2, 5], "+3", "", id="a name that does not tell"),
        pytest.param("predict_ms", [20.0, 21.0], "+5%", "", id="a time within the noise"),
        pytest.param("predict_ms", [20.0, 30.0], "+50%", "bad", id="a time beyond the noise"),
        pytest.param("predict_ms", [20.0, 20.01], "±0%", "", id="the same time, nearly"),
        pytest.param("predict_fps", [20.0, 30.0], "+50%", "good", id="a rate"),
        pytest.param("accuracy", [0.7, 0.9, 0.9], "unchanged", "", id="as the last time"),
    ],
)
def test_the_last_change_is_told_and_judged(name, values, change, verdict):
    found = trend(name, [past(value, name=name) for value in values], {})
    assert (found.change, found.verdict) == (change, verdict)


def test_runs_with_other_parameters_are_dots_beside_the_line():
    history = [past(0.1), past(0.9, given={"size": 3}), past(0.2), past(0.5, state="failed"), past(0.3)]
    found = trend("accuracy", history, {})
    assert found.line.count("L") == 2
    assert found.dots.count("h0") == 1
    assert found.change == "+0.1"
    assert found.last == (116, 19)  # the right edge, a quarter of the way from the lowest to the highest


@pytest.mark.parametrize(
    "history",
    [
        pytest.param([past(1)], id="one run"),
        pytest.param([past(1), past(1)], id="never another value"),
        pytest.param([past(1, given={"a": 1}), past(2, given={"a": 1})], id="none with these parameters"),
        pytest.param([past(1, name="other"), past(2, name="other")], id="another figure"),
    ],
)
def test_there_is_no_trend_of(history):
    assert trend("accuracy", history, {}) is None


@pytest.mark.parametrize(
    ("last", "changed"),
    [
        pytest.param(past(keras="3"), [], id="nothing"),
        pytest.param(past(keras="4", numpy="2"), ["keras 3 → 4", "numpy none → 2"], id="packages"),
        pytest.param(past(keras="3", notebook="m", run_id="b"), ["the notebook"], id="the notebook"),
        pytest.param(past(keras="3", run_id="b"), ["the inputs"], id="the inputs"),
    ],
)
def test_what_changed_since_the_run_before_is_named(last, changed):
    assert since([past(keras="3"), last])[1] == changed


def test_one_run_has_none_before_it():
    assert since([past()]) is None
