"""The figure of the designs shows every frame's age on one scale, and the figures beside it are those of the runs."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from tests.unit.views.layout import expect_apart, expect_inside
from tests.unit.views.live_runs import comparison
from workbench.errors import InvalidValue
from workbench.inference.designs import DesignComparison
from workbench.views.design_figures import COLUMNS, figure_designs
from workbench.views.paper import A_COLOR

PANELS = 1 + len(COLUMNS)  # axes of one engine: the ages, then the columns of bars


@pytest.fixture(scope="module")
def figure():
    made = figure_designs(comparison())
    made._repr_png_()
    return made


def words(figure):
    return [text.get_text() for text in figure.texts]


def test_nothing_is_drawn_past_the_edge_and_no_words_lie_over_others(figure):
    expect_inside(figure, figure.texts)
    expect_apart(figure)


def test_all_engines_share_one_logarithmic_axis_of_ages(figure):
    first, second = figure.axes[0], figure.axes[PANELS]
    assert first.get_yscale() == second.get_yscale() == "log"
    assert first.get_ylim() == second.get_ylim()
    assert first.get_xlim() == second.get_xlim()


def test_every_design_is_a_line_and_the_camera_s_interval_a_dashed_one(figure):
    lines = figure.axes[0].lines
    assert [len(line.get_xdata()) for line in lines] == [40] * 5 + [2]
    assert lines[-1].get_ydata()[0] == pytest.approx(comparison().frame_s)
    assert to_rgb(lines[-2].get_color()) == to_rgb(A_COLOR)  # ours lies on top
    assert len({line.get_color() for line in lines}) == 6


def test_bars_are_as_long_as_what_they_measure(figure):
    widths = [bar.get_width() for bar in figure.axes[1].patches]
    np.testing.assert_allclose(widths[1::2], [0.34, 1.2, 0.33, 0.1, 0.1])
    assert set(widths[::2]) == {1.2}
    assert {"340 ms", "1.2 s", "330 ms", "100 ms"} <= set(words(figure))


def test_engines_and_blocked_loops_are_named_in_words(figure):
    said = words(figure)
    assert "Keras' model.predict for every frame" in said
    assert "the same model in LiteRT" in said
    assert said.count("asyncio queue: its loop was blocked 97% of the time, up to 210 ms") == 2
    assert figure.spoken == comparison().verdict


def test_no_design_is_refused():
    with pytest.raises(InvalidValue, match="no design to draw"):
        figure_designs(DesignComparison((), "clip.mp4", "net"))
