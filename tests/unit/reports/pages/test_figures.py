"""Numbers are written as a reader wants them."""

import pytest

from workbench.reports.pages.figures import better, duration, key_figures, written


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(18, "18", id="int"),
        pytest.param(12000, "12,000", id="thousands"),
        pytest.param(0.8333333, "0.833", id="share"),
        pytest.param(18.0, "18", id="whole float"),
        pytest.param(1234.56, "1,234.6", id="large float"),
        pytest.param(0.0000123, "1.23e-05", id="tiny"),
        pytest.param(True, "yes", id="bool"),
        pytest.param(None, "–", id="NaN as null"),
        pytest.param("bgr", "bgr", id="text"),
    ],
)
def test_values_are_written_for_reading(value, expected):
    assert written(value) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.84, "0.8 s"), (9.94, "9.9 s"), (41.4, "41 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_durations_are_written_in_words(seconds, expected):
    assert duration(seconds) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("top1_accuracy", "higher", id="score"),
        pytest.param("mean_kl", "lower", id="divergence"),
        pytest.param("predict_fps", "higher", id="speed"),
        pytest.param("accuracy_p", "", id="p-value of a score"),
        pytest.param("accuracy_drop", "", id="loss of a score"),
        pytest.param("iou_threshold", "", id="what it is held to"),
        pytest.param("frames", "", id="no name that tells"),
    ],
)
def test_which_value_is_the_better_one_is_told_by_its_name(name, expected):
    assert better(name) == expected


def test_key_figures_are_the_first_short_metrics():
    metrics = {
        "top1_right": 18,
        "table": [1],
        "note": "x" * 41,
        "predict_ms": 21.34,
        "recipe": {},
        "worst": "bgr",
        "b": 2,
    }
    figures = key_figures(metrics, most=3)
    assert [(f.label, f.value, f.unit, f.timing) for f in figures] == [
        ("top1 right", "18", "", False), ("predict", "21.3", "ms", True), ("worst", "bgr", "", False)]  # fmt: skip
