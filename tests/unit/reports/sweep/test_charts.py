"""Small charts show each figure over what was swept, and mark the best run."""

import pytest

from workbench.reports.sweep.charts import charted, draw, layout_of
from workbench.reports.sweep.columns import columns_of
from workbench.reports.sweep.row import Row
from workbench.reports.sweep.scales import exact_scale, round_scale


def many(count):
    return [f"clip{number}" for number in range(count)]


@pytest.mark.parametrize(
    ("swept", "along", "colour"),
    [
        pytest.param({"resize": ["a", "b"]}, "resize", "", id="names alone have a row each"),
        pytest.param({"resize": ["a", "b"], "size": [1, 2, 3]}, "size", "resize", id="numbers lie along x"),
        pytest.param({"resize": many(8), "size": [1, 2, 3]}, "resize", "size", id="unless there are too many names"),
        pytest.param({"clip": many(40), "color": ["rgb", "bgr"]}, "color", "", id="names beyond all rows are a spread"),
        pytest.param({"clip": many(40)}, "", "", id="then there is one row"),
        pytest.param({"seed": [1, 2, 3], "color": ["a", "b"]}, "color", "", id="runs over seeds are repeats"),
        pytest.param({"seed": [1, 2, 3]}, "seed", "", id="a seed alone lies along x"),
        pytest.param({"size": [[1, 1], [2, 2], [3, 3]]}, "size", "", id="lists are names"),
        pytest.param({"size": [5, 5], "color": ["a", "b"]}, "color", "", id="one value is none"),
    ],
)
def test_what_lies_along_the_axis_and_what_is_colour(swept, along, colour):
    layout = layout_of(swept)
    assert (layout.along, layout.colour) == (along, colour)


@pytest.fixture
def chart():
    """Return a function that draws the chart of metric `name` over size 1, 2, 3... of two colours."""

    def drawn(values, name="accuracy", *, size=None, color=None):
        color, size = color or ["rgb"] * len(values), size or list(range(1, len(values) + 1))
        rows = [Row({"size": s, "color": c}, metrics={name: v}) for v, s, c in zip(values, size, color, strict=True)]
        columns = columns_of(rows, swept=["size", "color"])
        return draw(name, columns, layout_of(columns.swept))

    return drawn


@pytest.mark.parametrize(
    ("name", "marks"),
    [
        pytest.param("accuracy", [("best", 1)], id="higher is better"),
        pytest.param("predict_ms", [("best", 2)], id="lower is better"),
        pytest.param("boxes", [("highest", 1), ("lowest", 2)], id="a name that does not tell"),
    ],
)
def test_the_best_run_is_marked(chart, name, marks):
    drawn = chart([3, 9, 1, 9], name)
    assert [(mark.word, mark.row) for mark in drawn.marks] == marks


def test_the_mark_lies_on_its_dot(chart):
    drawn = chart([3, 9, 1])
    [(_, dots)] = drawn.dots
    assert f"M{drawn.marks[0].x:g} {drawn.marks[0].y:g}h0" in dots
    assert drawn.marks[0].y < drawn.height / 2


def test_a_line_joins_the_means_where_runs_repeat(chart):
    drawn = chart([1, 3, 4, 6, 0, 0], size=[1, 1, 2, 2, 3, 3])
    [(_, dots)], [(_, mean)] = drawn.dots, drawn.means
    assert (dots.count("h0"), mean.count("L")) == (6, 2)
    heights = [float(point.split()[1]) for point in mean[1:].split("L")]
    assert heights[2] - heights[0] == pytest.approx((heights[2] - heights[1]) * 2 / 5, abs=0.2)


def test_each_colour_has_its_own_dots(chart):
    drawn = chart([1, 2, 3, 4, 5, 6], size=[1, 2, 3] * 2, color=["rgb"] * 3 + ["bgr"] * 3)
    assert [(series, path.count("h0")) for series, path in drawn.dots] == [(0, 3), (1, 3)]


def test_a_row_has_the_end_of_a_path_and_the_beginning_of_another_name():
    names = ["/clips/of/today/1.mp4", "tf.bilinear_antialiased"]
    columns = columns_of([Row({"clip": name}, metrics={"boxes": len(name)}) for name in names], swept=["clip"])
    drawn = draw("boxes", columns, layout_of(columns.swept))
    assert [text for *_, anchor, text in drawn.words if anchor == "end"] == [
        "…of/today/1.mp4",
        "tf.bilinear_an…",
        "clip",
    ]


def test_runs_without_the_figure_are_left_out(chart):
    assert chart([1, None, 3, 2]).dots[0][1].count("h0") == 3


def test_figures_that_are_the_same_everywhere_or_no_numbers_have_no_chart():
    rows = [
        Row({"n": n}, metrics={"same": 3, "text": str(n), "yes": n > 1, "list": [n], "d": {"b": n}, "a": n})
        for n in range(3)
    ]
    assert list(charted(columns_of(rows, swept=["n"]))) == ["a", "d.b"]


@pytest.mark.parametrize(
    ("values", "log"),
    [
        pytest.param([0.81, 0.97], False, id="shares"),
        pytest.param([1, 3], False, id="counts"),
        pytest.param([2e-7, 0.5], True, id="orders of magnitude"),
        pytest.param([0, 5000], False, id="zero has no logarithm"),
        pytest.param([1, 2**70], True, id="numbers beyond 64 bits"),
    ],
)
def test_a_scale_begins_and_ends_at_round_numbers(values, log):
    scale = round_scale(values, 100, 0)
    assert scale.log == log
    assert scale.ticks[0] <= min(values) and scale.ticks[-1] >= max(values)
    assert (scale(scale.low), scale(scale.high)) == (100, 0)
    assert len(scale.ticks) <= 6


def test_ticks_at_the_values_themselves_keep_their_distance():
    assert exact_scale([32, 64, 128, 140, 1000], 0, 300).ticks == [32, 140, 1000]
