import json
from types import SimpleNamespace

import pytest

from workbench.diagnose.attribute import attribute
from workbench.diagnose.attribute.players import Player
from workbench.diagnose.search import Candidate, SearchResult
from workbench.recipes import Recipe
from workbench.views.diagnosing import changes, explained, found, refusals
from workbench.views.finding import Finding, begin, ended, progressed
from workbench.views.state import ViewerState


def own_function(image):
    return image


def state_of(a, b):
    return ViewerState(10, a, b)


@pytest.mark.parametrize(
    ("a", "b", "refused"),
    [
        pytest.param(Recipe(), Recipe(), set(), id="two recipes"),
        pytest.param(own_function, Recipe(), {"explain", "code"}, id="A a function"),
        pytest.param(Recipe(), own_function, {"explain"}, id="B a function"),
    ],
)
def test_what_a_function_has_no_slots_for_is_refused_with_its_name(model, a, b, refused):
    told = refusals(state_of(a, b), model)
    assert {name for name, why in told.items() if why} == refused
    assert all("own_function" in told[name] for name in refused)


def test_without_a_model_only_code_can_be_had():
    told = refusals(state_of(Recipe(), Recipe()), None)
    assert told["code"] == ""
    assert "FrameViewer(frames, recipes, model)" in told["explain"]
    assert "FrameViewer(frames, recipes, model)" in told["find"]


def test_the_slot_that_costs_most_comes_first_and_has_the_longest_bar(frames, model, recipe):
    state = state_of(recipe, recipe.replace(color="bgr", resize="cv2.area"))
    told = explained(state, attribute(model, frames[:1], training=state.a, serving=state.b, metric="kl"))
    color, resize = told["rows"]
    assert (color["slot"], color["slots"], color["change"]) == ("color", ["color"], "rgb → bgr")
    assert (resize["slot"], resize["change"]) == ("resize", "cv2.linear → cv2.area")
    assert color["width"] == pytest.approx(1 - resize["helps"] * resize["width"])
    assert color["width"] > 0.9 > resize["width"]
    assert told["verdict"]


def test_a_slot_that_gives_something_back_points_the_other_way():
    players = tuple(Player({slot: (0, 1)}, ("0", "1")) for slot in ("rotate", "color"))
    values = {"rotate": -0.5, "color": 1.5}
    given = SimpleNamespace(players=players, values=values, shares={"rotate": -0.5, "color": 1.5}, verdict="told")
    color, rotate = explained(state_of(Recipe(), Recipe(rotate=180, color="bgr")), given)["rows"]
    assert (rotate["helps"], rotate["left"], rotate["width"]) == (True, 0.0, 0.25)
    assert (color["helps"], color["left"], color["width"]) == (False, 0.25, 0.75)
    assert (rotate["value"], rotate["share"]) == ("−0.5", "−50%")


def test_slots_that_change_together_are_one_row_that_resets_them_all(frames, model, recipe):
    state = state_of(recipe, recipe.replace(fit="letterbox", pad=114))
    (row,) = explained(state, attribute(model, frames[:1], training=state.a, serving=state.b, metric="kl"))["rows"]
    assert row["slot"] == "fit"
    assert set(row["slots"]) == {"fit", "pad"}


def test_recipes_that_are_the_same_have_nothing_to_explain(recipe):
    told = explained(state_of(recipe, recipe), None)
    assert told["rows"] == []
    assert "are the same" in told["verdict"]


RIGHT = Recipe(range="unit")
BGR = RIGHT.replace(color="bgr")


@pytest.fixture
def finding():
    ranking = (
        Candidate(RIGHT.replace(range="unit256"), (RIGHT,), 0.6, {"statistics": 0.0, "contract": -0.25}),
        Candidate(BGR, (), 0.3995, {"statistics": -0.4}),
        Candidate(RIGHT.replace(range="raw"), (), 0.0005, {"statistics": -60.0}),
    )
    told = SearchResult("net", ranking, ("color", "range"), frames=4, recipes=4, ran=4, needs="12 labels would tell")
    return ended(begin(Finding(), 4), told)


def test_a_ranking_is_told_as_differences_from_a(finding):
    told = found(finding, state_of(RIGHT, BGR), length=10)
    assert json.loads(json.dumps(told)) == told
    assert [row["change"] for row in told["rows"]] == ["as A", "color rgb → bgr", "range unit → raw"]
    assert [row["text"] for row in told["rows"]] == ["60.0%", "40.0%", "< 0.1%"]
    assert [row["used"] for row in told["rows"]] == [{"a": True, "b": False}, {"a": False, "b": True}, {"a": 0, "b": 0}]
    assert told["rows"][0]["alike"] == "range not told apart (2 recipes)"
    assert told["rows"][0]["evidence"] == "statistics +0.00, contract −0.25"
    assert "cannot decide" in told["verdict"]


def test_ties_are_told_as_ties(finding):
    rows = found(finding, state_of(RIGHT, BGR), length=10)["rows"]
    assert [row["tied"] for row in rows] == [True, True, False]


def test_a_decided_search_has_no_ties():
    told = SearchResult("net", (Candidate(RIGHT, (), 0.96, {}), Candidate(BGR, (), 0.04, {})), (), 4, 2, 2, "")
    rows = found(ended(begin(Finding(), 4), told), state_of(RIGHT, BGR), length=10)["rows"]
    assert [row["tied"] for row in rows] == [False, False]


def test_a_ranking_shows_five_recipes_at_most():
    sizes = [Candidate(Recipe(size=(8, n)), (), 0.125, {}) for n in range(1, 9)]
    told = ended(begin(Finding(), 4), SearchResult("net", tuple(sizes), ("size",), 4, 8, 8, ""))
    assert len(found(told, state_of(RIGHT, BGR), length=10)["rows"]) == 5


def test_a_search_on_its_way_tells_how_far_it_is(finding):
    told = found(progressed(begin(finding, 8), 20, 512, "colour"), state_of(RIGHT, BGR), length=10)
    assert (told["phase"], told["done"], told["total"], told["doing"], told["frames"]) == (
        "running", 20, 512, "colour", 8,
    )  # fmt: skip
    assert len(told["rows"]) == 3, "the last ranking stays until there is a new one"


def test_beside_a_function_a_recipe_is_told_in_full():
    assert "color bgr" in changes(BGR, own_function)
    assert "range unit" in changes(BGR, own_function)
