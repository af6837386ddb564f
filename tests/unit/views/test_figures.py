import io
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from tests.unit.views.layout import expect_apart, expect_inside
from workbench.errors import InvalidValue
from workbench.results import Classification, Prediction
from workbench.views.charts import figure_costs, figure_strip, figure_topk
from workbench.views.figures import figure_compare, figure_seen

LABELS = ("cat $10$", "dog_a^b", "<b>bird</b>", "日本")
COUNT = 10


def classes(*best):
    probabilities = np.full((len(best), len(LABELS)), 0.1, np.float32)
    probabilities[range(len(best)), best] = 0.7
    return Classification(probabilities, LABELS)


def prediction(*best):
    given = classes(*best)
    return Prediction(
        {"out": given.probabilities}, given, np.arange(len(best)), ("a",) * len(best), (None,) * len(best)
    )


@pytest.fixture
def draw(frames, recipe, model):
    """A function that draws the figure of a name."""
    swapped = recipe.replace(color="bgr")
    same, other = prediction(*[0] * COUNT), prediction(*[0, 1] * (COUNT // 2))
    figures = {
        "seen": lambda: figure_seen(frames[0], {"own": recipe, "bgr": swapped}, expected=recipe),
        "compare": lambda: figure_compare(frames[0], (recipe, swapped), model),
        "pictures only": lambda: figure_compare(frames[0], (recipe, recipe)),
        "topk": lambda: figure_topk({"own": same, "bgr": other}),
        "strip": lambda: figure_strip(frames, {"own": same, "bgr": other}),
        "costs": lambda: figure_costs({"own": 0.95, "unit": 0.1}, count=20),
    }
    return lambda name: figures[name]()


NAMES = ("seen", "compare", "pictures only", "topk", "strip", "costs")


def words(figure):
    return [text.get_text() for text in figure.texts]


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_shows_itself_with_a_size_and_words_for_who_cannot_see_it(shown, name):
    figure, data, told = shown(name)
    width, height = Image.open(io.BytesIO(data)).size
    assert isinstance(figure, Figure)
    assert width / told["width"] == pytest.approx(1.5, abs=0.02)
    assert height / told["height"] == pytest.approx(1.5, abs=0.02)
    assert len(told["alt"]) > 20


@pytest.mark.parametrize("name", NAMES)
def test_the_paper_is_transparent_and_the_ink_reads_on_light_and_dark(shown, name):
    figure, data, _ = shown(name)
    assert pixels(data)[-1, -1, 3] == 0
    for text in figure.texts:
        levels = np.array([int(text.get_color()[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        luminance = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4) @ (
            0.2126,
            0.7152,
            0.0722,
        )
        on_white, on_dark = 1.05 / (luminance + 0.05), (luminance + 0.05) / 0.0556  # JupyterLab's #111111
        assert min(on_white, on_dark) > 3, text.get_text()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_drawn_past_the_edge_of_the_paper(shown, name):
    figure, *_ = shown(name)
    expect_inside(figure, figure.texts)


@pytest.mark.parametrize("name", NAMES)
def test_no_words_lie_over_others(shown, name):
    figure, *_ = shown(name)
    expect_apart(figure)


def test_labels_are_never_read_as_mathematics(draw):
    assert "cat $10$" in words(draw("topk"))
    assert not any(text.get_parse_math() for text in draw("topk").texts)


@pytest.mark.slow
def test_figures_leave_pyplot_alone():
    code = (
        "import sys; from workbench.views.charts import figure_costs; figure_costs({'a': 1.0})._repr_png_();"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_seen_names_each_recipe_and_what_differs_from_the_expected_one(draw):
    assert [w for w in words(draw("seen")) if w in ("original", "own", "bgr", "as trained", "color bgr")] == [
        "original", "own", "as trained", "bgr", "color bgr",
    ]  # fmt: skip


def test_seen_shows_what_the_expected_model_takes_the_pixels_for(draw):
    original, own, swapped = (axes.images[0].get_array() for axes in draw("seen").axes)
    assert (swapped == own[..., ::-1]).all()
    assert original.shape == (12, 20, 3)


def test_seen_takes_a_file_an_array_or_a_frame(tmp_path, picture, frames, recipe):
    Image.fromarray(picture).save(tmp_path / "p.png")
    shown = [figure_seen(each, {"own": recipe}).axes[1] for each in (str(tmp_path / "p.png"), picture, frames[0])]
    assert all((axes.images[0].get_array() == shown[0].images[0].get_array()).all() for axes in shown)


def test_seen_without_a_recipe_to_read_a_function_by_is_refused(frames):
    with pytest.raises(InvalidValue, match="give expected"):
        figure_seen(frames[0], {"mine": lambda image: image})


def test_compare_says_what_differs_and_what_the_model_answers(draw):
    said = words(draw("compare"))
    assert "A → B: color rgb → bgr" in said
    assert {"A predicts", "B predicts", "red", "blue"} <= set(said)


def test_compare_without_a_model_has_no_bars(draw):
    assert "A → B: the same recipe twice" in words(draw("pictures only"))
    assert not any(axes.patches for axes in draw("pictures only").axes)


def test_topk_bars_are_as_long_as_the_probabilities(draw):
    widths = [bar.get_width() for bar in draw("topk").axes[0].patches]
    assert max(w for w in widths if w < 1) == pytest.approx(0.7)


def test_topk_of_nan_says_so():
    broken = Classification(np.full((1, 4), np.nan, np.float32), LABELS)
    assert any("NaN" in each for each in words(figure_topk({"own": broken})))


def test_the_strip_marks_and_counts_the_flips(draw):
    said = words(draw("strip"))
    assert any("bgr: 5 of 10 answers flip" in each for each in said)
    assert any(each.startswith("≠ dog_a^b") for each in said)


@pytest.mark.parametrize("count", [1, 2, 45])
def test_the_strip_takes_any_number_of_frames(picture, count):
    from workbench.frames import open_frames

    figure = figure_strip(open_frames([picture] * count), {"own": prediction(*[0] * count)})
    assert pixels(figure._repr_png_()[0]).shape[2] == 4


def test_the_strip_refuses_answers_of_other_frames(frames):
    with pytest.raises(InvalidValue, match="10 frames, answers: own 3"):
        figure_strip(frames, {"own": prediction(0, 0, 0)})


def test_costs_are_told_as_counts_shares_and_points_lost(draw):
    assert {"19/20 · 95%", "2/20 · 10%  (−85)"} <= set(words(draw("costs")))


@pytest.mark.parametrize("figure", [figure_topk, figure_costs, partial(figure_seen, np.zeros((4, 4, 3), np.uint8))])
def test_figures_of_nothing_are_refused(figure):
    with pytest.raises(InvalidValue, match="at least one"):
        figure({})
