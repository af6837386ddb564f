import pytest

from workbench.errors import InvalidValue
from workbench.recipes import Recipe
from workbench.views import live_state as transitions
from workbench.views.live_state import LiveState
from workbench.views.state import ViewerState

RECIPE = Recipe(size=(8, 8))


@pytest.fixture
def state():
    return LiveState("camera:0", "latest", ViewerState(1, RECIPE, RECIPE))


def test_a_source_is_opened_then_on_then_off(state):
    begun = transitions.begin(state, " clip.mp4 ", "block", view="one")
    assert (begun.source, begun.policy, begun.run, begun.camera) == ("clip.mp4", "block", "opening", "one")
    assert transitions.opened(begun).run == "on"
    assert transitions.stop(transitions.opened(begun)).run == "off"


def test_what_was_stopped_while_it_opened_stays_off(state):
    assert transitions.opened(transitions.stop(transitions.begin(state, "a", "latest"))).run == "off"


@pytest.mark.parametrize("source", [pytest.param("", id="empty"), pytest.param("  ", id="blank")])
def test_no_source_is_refused(state, source):
    with pytest.raises(InvalidValue, match="no source to open"):
        transitions.begin(state, source, "latest")


def test_a_start_lets_the_picture_move_again(state):
    assert not transitions.begin(transitions.freeze(state, True), "a", "latest").frozen


def test_a_webcam_is_wanted_once_the_stream_is_ready_and_the_first_view_gives_it(state):
    begun = transitions.begin(state, "webcam", "latest")
    assert not begun.wants_camera
    ready = transitions.opened(begun)
    assert ready.wants_camera
    assert transitions.lend(transitions.lend(ready, "one"), "two").camera == "one"
    assert transitions.stop(transitions.lend(ready, "one")).camera == ""
    assert transitions.lend(state, "one").camera == ""


def test_slots_change_in_the_recipe_that_runs_only(state):
    changed = transitions.set_slot(state, "size", "4, 6")
    assert changed.recipe == RECIPE.replace(size=(4, 6))
    assert changed.recipes.a == RECIPE
    assert transitions.reset_slots(changed, ["size"]) == state
    assert transitions.reset(changed) == state


def test_without_a_recipe_there_is_nothing_to_change():
    with pytest.raises(InvalidValue, match="no recipe to change"):
        transitions.set_slot(LiveState("a", "latest", None), "color", "bgr")
