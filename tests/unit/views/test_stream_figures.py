"""The figure of a stream says over time, and in total, what its stats say."""

import io
import math
from functools import cache

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from tests.unit.views.layout import expect_apart, expect_inside
from tests.unit.views.live_runs import CALM, FAULTY, NOTHING, gone, moment, stats
from workbench.errors import InvalidValue
from workbench.frames.capture import CaptureState
from workbench.views.paper import A_COLOR, B_COLOR, INK
from workbench.views.stream_figures import PHASES, figure_stream, headline, stretches
from workbench.views.time_charts import duration, time_unit

RATES, AGES, DROPS, QUEUE, MEMORY = 1, 2, 3, 4, 5  # places of the charts in the figure; the strip is before them
ERROR = {"ValueError: shapes (1,224,224,3) and (3,) do not match, and so on and on": 4}
STREAMS = {
    "calm": stats(),
    "faulty": stats(FAULTY, errors=ERROR, state=CaptureState("live", 0.0, reconnects=1)),
    "nothing shown": stats(
        (gone(1), gone(2)), in_flight=0, age=NOTHING, captured=0, dropped={}, stages={}, cpu=math.nan
    ),
    "an hour": stats(tuple(moment(4 * second) for second in range(1, 901))),
}
EVERY = pytest.mark.parametrize("name", STREAMS)


@cache
def drawn(name):
    """Return the figure of a stream, drawn once."""
    figure = figure_stream(STREAMS[name])
    figure.png, figure.told = figure._repr_png_()
    return figure


def numbers(figure):
    """Return the numbers that stand beside the axes."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = axis.get_view_interval()
            for tick in axis.get_major_ticks():
                if low <= tick.get_loc() <= high and tick.label1.get_visible():
                    yield tick.label1


def words(figure):
    return [text.get_text() for text in figure.texts]


@EVERY
def test_it_shows_itself_with_words_for_who_cannot_see_it(name):
    assert Image.open(io.BytesIO(drawn(name).png)).size[0] > 1000
    assert drawn(name).told["alt"].startswith("A live stream over ")


@EVERY
def test_what_is_not_known_is_not_told(name):
    assert not [text for text in words(drawn(name)) if "nan" in text]


@EVERY
def test_nothing_is_drawn_past_the_edge_and_no_words_lie_over_others(name):
    figure = drawn(name)
    expect_inside(figure, [*figure.texts, *numbers(figure)])
    expect_apart(figure)


def test_rates_are_a_second_however_long_a_moment_is():
    captured, shown = figure_stream(stats((moment(1), moment(1.5, shown=14, dropped=1)))).axes[RATES].patches
    np.testing.assert_allclose(captured.get_data().values, [30, 30])
    np.testing.assert_allclose(shown.get_data().values, [29, 28])


def test_ages_are_on_a_logarithmic_axis_that_holds_the_oldest():
    axes = drawn("faulty").axes[AGES]
    assert axes.get_yscale() == "log"
    assert axes.get_ylim()[0] < 0.013
    assert axes.get_ylim()[1] > 1.8
    assert {"10 ms", "100 ms", "1 s"} <= {tick.get_text() for tick in axes.get_yticklabels()}


def test_while_the_source_is_gone_every_chart_is_shaded_and_no_age_is_drawn():
    figure = drawn("faulty")
    for place in (RATES, AGES, DROPS, QUEUE, MEMORY):
        [shade] = [patch for patch in figure.axes[place].patches if patch.get_alpha() == 0.12]
        assert (shade.get_x(), shade.get_width()) == (4.0, 2.0)
        assert to_rgb(shade.get_facecolor()) == to_rgb(B_COLOR)
    [line] = figure.axes[AGES].lines
    assert np.isnan(line.get_ydata()[8:12]).all()


def test_a_moment_with_frames_before_the_end_was_live():
    assert not any("stopped" in text for text in words(drawn("faulty")))
    assert "■ ended" in words(figure_stream(stats((*CALM, gone(11, "ended")))))


def test_every_fate_of_a_frame_is_a_bar_with_its_count():
    said = words(drawn("calm"))
    assert said[said.index("301 frames captured") :][:9] == [
        "301 frames captured", "shown", "290", "overtaken", "7", "broken", "2", "failed", "1",
    ]  # fmt: skip
    assert "full" not in said


def test_counts_that_do_not_add_up_are_not_passed_over():
    assert any(text.endswith("the counts do not add up") for text in words(figure_stream(stats(captured=999))))


def test_stages_have_their_median_and_a_mark_at_the_95th_percentile():
    axes = drawn("calm").axes[-1]
    assert [bar.get_width() for bar in axes.patches][1::2] == pytest.approx([5.0, 6.0])
    assert [line.get_xdata()[0] for line in axes.lines] == pytest.approx([7.0, 30.0])


def test_what_the_model_raised_and_that_the_source_came_back_are_said():
    said = words(drawn("faulty"))
    assert "the source came back once" in said
    assert any(text.startswith("4 × ValueError: shapes") and text.endswith("…") for text in said)
    assert "1.42 cores busy, memory +13 MB" in said


def test_a_stream_without_a_timeline_is_refused():
    with pytest.raises(InvalidValue, match="let it run for a second"):
        figure_stream(stats(()))


def test_the_headline_has_rates_losses_and_ages():
    assert headline(STREAMS["calm"]) == (
        "30.1 fps in, 29.0 fps shown, 3.3% dropped; 13 ms old at the median, 95% under 120 ms, the oldest 200 ms"
    )
    assert headline(STREAMS["nothing shown"]).endswith("; no frame was shown")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0004, "0.4 ms"),
        (0.0082, "8.2 ms"),
        (0.0994, "99 ms"),
        (0.12, "120 ms"),
        (0.9994, "999 ms"),
        (1.26, "1.3 s"),
        (120.0, "120 s"),
        (math.nan, "–"),
    ],
)
def test_a_duration_is_written_as_a_person_does(seconds, said):
    assert duration(seconds) == said


@pytest.mark.parametrize(("seconds", "unit"), [(12, "seconds"), (600, "minutes"), (20_000, "hours")])
def test_time_has_the_unit_of_its_length(seconds, unit):
    assert time_unit(seconds)[0] == unit


def test_equal_neighbours_are_one_stretch():
    edges = np.arange(6.0)
    assert stretches(list("aabca"), edges) == [("a", 0, 2), ("b", 2, 3), ("c", 3, 4), ("a", 4, 5)]


def luminance(color):
    levels = np.array(to_rgb(color))
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722)


@pytest.mark.parametrize("color", [*PHASES.values(), INK, A_COLOR])
def test_colours_stand_out_on_white_and_on_black(color):
    assert min(1.05 / (luminance(color) + 0.05), (luminance(color) + 0.05) / 0.05) >= 3  # WCAG 2.2, 1.4.11
