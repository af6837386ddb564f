"""The ranking of a search as a figure, and what a model sees by each candidate; verdicts as HTML."""

from types import SimpleNamespace

import numpy as np
import pytest

from workbench.diagnose.search import Candidate, SearchResult
from workbench.errors import InvalidValue
from workbench.recipes import Recipe
from workbench.views.notices import notice
from workbench.views.search_figures import candidate_names, figure_candidates, figure_ranking

RIGHT = Recipe(size=(24, 24), range="symmetric")
RANKING = (
    Candidate(RIGHT, (RIGHT.replace(range="centered"),), 0.7, {"contract": 0.0, "statistics": 0.0}),
    Candidate(RIGHT.replace(color="bgr"), (), 0.27, {"contract": -0.5, "statistics": -0.4}),
    Candidate(RIGHT.replace(range="unit"), (), 0.003, {"contract": 0.0, "statistics": -40.0}),
)
FOUND = SearchResult("toy", RANKING, ("color", "range"), frames=8, recipes=30, ran=30, needs="40 labelled ones would")


def texts(figure):
    return [each.get_text() for each in figure.texts]


def test_candidates_are_named_by_the_slots_in_which_they_differ():
    assert candidate_names(RANKING) == ["rgb · symmetric", "bgr · symmetric", "rgb · unit"]
    assert candidate_names(RANKING[:1]) == ["rgb · symmetric"]


def test_a_ranking_shows_probability_signs_and_how_many_are_alike():
    figure = figure_ranking(FOUND)
    shown = texts(figure)
    assert {"70% ×2", "27%", "<1%", "■ contract", "■ statistics", "bgr · symmetric"} <= set(shown)
    assert "■ labels" not in shown
    bold = {each.get_text() for each in figure.texts if each.get_weight() == "bold"}
    assert {"rgb · symmetric", "bgr · symmetric"} <= bold
    assert "rgb · unit" not in bold
    signs = figure.axes[1]
    assert max(bar.get_x() + bar.get_width() for bar in signs.patches) == signs.get_xlim()[1]
    assert figure.spoken == FOUND.verdict


def diagnosis(**parts):
    given = {"training": RIGHT, "search": None, "serving": None}
    return SimpleNamespace(**given | parts)


@pytest.mark.parametrize(
    ("parts", "titles"),
    [
        pytest.param({}, ["original", "training"], id="training alone"),
        pytest.param({"search": FOUND}, ["original", "1. 70%", "2. 27%", "3. <1%"], id="a search"),
        pytest.param(
            {"serving": SimpleNamespace(recipe=RIGHT.replace(color="bgr"))},
            ["original", "training", "served"],
            id="served",
        ),
    ],
)
def test_each_candidate_has_its_picture(parts, titles):
    frame = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    figure = figure_candidates(frame, diagnosis(**parts))
    assert [text for text in texts(figure) if text in titles] == titles
    assert len(figure.axes) == len(titles)


def test_without_any_training_nothing_says_what_a_model_sees():
    with pytest.raises(InvalidValue, match="nothing is known of the training"):
        figure_candidates(np.zeros((8, 8, 3), np.uint8), diagnosis(training=None))


def test_a_verdict_is_escaped_and_large():
    shown = notice(SimpleNamespace(verdict="a <b> is wrong"), more=["cure: c & d", ""])
    assert "a &lt;b&gt; is wrong</p><ul><li>cure: c &amp; d</li></ul>" in shown.html
    assert repr(shown) == "a <b> is wrong\ncure: c & d"
