"""Figures of models side by side and of a drift say in words and colours what the numbers say."""

import io

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from tests.unit.views.layout import expect_apart, expect_inside
from workbench.diagnose.cost import Cost
from workbench.diagnose.difference import Difference
from workbench.diagnose.drift_result import Drift, LayerPair, OutputPair
from workbench.diagnose.model_comparison import Contender, ModelComparison
from workbench.errors import InvalidValue
from workbench.results import Classification, Prediction
from workbench.views.drift_figures import figure_drift
from workbench.views.model_figures import (
    DARK,
    LIGHT,
    SHADES,
    WHITE_FROM,
    figure_agreement,
    figure_answers,
    figure_model_costs,
)

LABELS = ("cat $10$", "dog_a^b", "<b>bird</b>")
COUNT = 10


def prediction(*best):
    values = np.full((len(best), 3), 0.1, np.float32)
    values[range(len(best)), best] = 0.8
    return Prediction({"p": values}, Classification(values, LABELS), np.arange(len(best)), ("x",) * len(best), ())


def comparison(names=("keras", "litert int8", "cv2"), costs=True):
    predictions = {name: prediction(*[0] * COUNT) for name in names}
    predictions[names[1]] = prediction(*[0, 1] * (COUNT // 2))
    measured = {name: Cost(4.0 + 2 * i, i + 0.5, 200.0) for i, name in enumerate(names)} if costs else {}
    if costs:
        measured[names[-1]] = Cost(12.0, note="in memory only")
    return ModelComparison(predictions, {n: Contender("net", "keras") for n in names}, measured, {})


def pair(name, kind, relative):
    return LayerPair(
        name, f"model/{name}_1/Relu", (1, 4), (1, 4), Difference(kind, "in words", relative, relative), 1.0
    )


def drift(*layers):
    outputs = (OutputPair("out", "out", (1, 4), "name", Difference("values", "other values", 0.5, 0.5)),)
    names = tuple(tuple(getattr(layer, side) for layer in layers) for side in "ab")
    return Drift("keras", "litert", outputs, layers, *names)


PARTED = drift(
    pair("stem", "same", 2e-7), pair("block_1", "layout", 3e-6), pair("block_2", "scale", 0.4),
    pair("block_3", "order", 1.1), pair("head", "nan", float("nan")),
)  # fmt: skip


@pytest.fixture
def draw(frames):
    figures = {
        "agreement": lambda: figure_agreement(comparison()),
        "many": lambda: figure_agreement(comparison([f"a model of long name, number {i}" for i in range(8)])),
        "costs": lambda: figure_model_costs(comparison()),
        "answers": lambda: figure_answers(frames, comparison()),
        "drift": lambda: figure_drift(PARTED),
    }
    return lambda name: figures[name]()


NAMES = ("agreement", "many", "costs", "answers", "drift")


def words(figure):
    return [text.get_text() for text in figure.texts]


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_shows_itself_with_words_for_who_cannot_see_it(draw, name):
    figure = draw(name)
    data, told = figure._repr_png_()
    assert isinstance(figure, Figure)
    assert Image.open(io.BytesIO(data)).size[0] > 1000
    assert len(told["alt"]) > 20


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_drawn_past_the_edge_and_no_words_lie_over_others(draw, name):
    figure = draw(name)
    figure._repr_png_()
    expect_inside(figure, figure.texts)
    expect_apart(figure)


def luminance(color):
    levels = np.array(to_rgb(color))
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 0.7, 0.8, 0.81, 0.9, 1.0])
def test_every_share_is_readable_on_its_cell(share):
    ink, cell = luminance(LIGHT if share > WHITE_FROM else DARK), luminance(SHADES(share))
    assert (max(ink, cell) + 0.05) / (min(ink, cell) + 0.05) >= 4.5  # WCAG 2.2, 1.4.3


def test_the_heat_map_has_a_cell_for_every_pair(draw):
    figure = draw("agreement")
    assert len(figure.axes[0].patches) == 9
    assert (words(figure).count("50%"), words(figure).count("100%")) == (4, 5)


def test_answers_of_another_kind_get_a_dash():
    both = comparison(("a", "b"))
    raw = Prediction({"p": np.zeros((COUNT, 4, 4))}, None, np.arange(COUNT), ("x",) * COUNT, ())
    mixed = ModelComparison(both.predictions | {"raw": raw}, both.contenders | {"raw": Contender("m", "")}, {}, {})
    assert words(figure_agreement(mixed)).count("–") == 4


def test_costs_are_bars_as_long_as_what_they_measure(draw):
    latency, load, memory = draw("costs").axes
    assert [bar.get_width() for bar in latency.patches][1::2] == [4.0, 6.0, 12.0]
    assert len(load.patches) == len(memory.patches) == 5  # three backgrounds, two bars
    assert words(draw("costs")).count("no file") == 2


def test_another_answer_than_the_first_is_marked(draw):
    said = words(draw("answers"))
    assert sum(line.startswith("litert int8: ≠ dog_a^b") for line in said) == 5
    assert not any("≠" in line for line in said if line.startswith(("keras", "cv2")))


def test_the_drift_marks_the_first_layer_that_parts(draw):
    figure = draw("drift")
    heights = figure.axes[0].collections[-1].get_offsets()[:, 1]
    np.testing.assert_allclose(heights, [2e-7, 3e-6, 0.4, 1.1, 10.0])
    assert figure.axes[0].lines[-1].get_xdata()[0] == 2
    assert any(line.startswith("first: block_2  ↔  model/block_2_1/Relu") for line in words(figure))


@pytest.mark.parametrize(
    ("figure", "message"),
    [
        pytest.param(lambda frames: figure_model_costs(comparison(costs=False)), "measure=True", id="not measured"),
        pytest.param(lambda frames: figure_answers(frames[:3], comparison()), "10; got 3", id="other frames"),
        pytest.param(lambda frames: figure_answers(frames, comparison(), [10]), "0 to 9", id="no such frame"),
        pytest.param(lambda frames: figure_drift(drift()), "no layers to draw", id="no layers"),
    ],
)
def test_figures_of_nothing_are_refused(frames, figure, message):
    with pytest.raises(InvalidValue, match=message):
        figure(frames)
