import pytest

from workbench.errors import InvalidValue, UnknownName
from workbench.recipes import Recipe
from workbench.views import state as transitions
from workbench.views.state import ViewerState, changed_slots, seek, set_slot, step


@pytest.fixture
def state():
    recipe = Recipe(size=(8, 8))
    return ViewerState(10, recipe, recipe, index=4)


def own_function(image):
    return image[None]


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        pytest.param(-3, 0, id="before the first frame"),
        pytest.param(7, 7, id="inside"),
        pytest.param(99, 9, id="past the last frame"),
    ],
)
def test_seek_stays_inside_the_sequence(state, index, expected):
    assert seek(state, index).index == expected


@pytest.mark.parametrize(("by", "expected"), [(1, 5), (-1, 3), (10, 9), (-10, 0)])
def test_step_moves_and_stops_at_either_end(state, by, expected):
    assert step(state, by).index == expected


@pytest.mark.parametrize(("length", "index"), [(0, 0), (3, 3), (3, -1)])
def test_a_state_without_a_frame_to_show_is_refused(length, index):
    with pytest.raises(InvalidValue, match="needs a frame"):
        ViewerState(length, Recipe(), Recipe(), index=index)


def test_playing_moves_a_frame_a_tick_and_stops_at_the_last(state):
    playing = transitions.toggle_play(seek(state, 8))
    assert playing.playing
    last = transitions.advance(playing)
    assert (last.index, last.playing) == (9, False)


def test_a_tick_that_comes_after_a_stop_moves_nothing(state):
    assert transitions.advance(state) == state


def test_playing_again_at_the_end_begins_at_the_first_frame(state):
    again = transitions.toggle_play(seek(state, 9))
    assert (again.index, again.playing) == (0, True)


def test_playing_again_in_the_middle_goes_on_there(state):
    assert transitions.toggle_play(state).index == 4


def test_play_pressed_twice_stands_still(state):
    assert not transitions.toggle_play(transitions.toggle_play(state)).playing


def test_a_single_picture_does_not_play():
    assert not transitions.toggle_play(ViewerState(1, Recipe(), Recipe())).playing


@pytest.mark.parametrize(("side", "changed", "kept"), [("a", "a", "b"), ("b", "b", "a")])
def test_a_slot_is_set_on_one_side_only(state, side, changed, kept):
    after = set_slot(state, side, "color", "bgr")
    assert getattr(after, changed).color == "bgr"
    assert getattr(after, kept).color == "rgb"
    assert state.a.color == state.b.color == "rgb"


@pytest.mark.parametrize(
    ("slot", "text", "value"),
    [
        pytest.param("size", "160, 120", (160, 120), id="height, width"),
        pytest.param("size", "160 x 120", (160, 120), id="with an x"),
        pytest.param("size", "", None, id="empty keeps the picture's own size"),
        pytest.param("crop_fraction", "0.8", 0.8, id="a fraction"),
        pytest.param("pad", "114", 114, id="a level"),
        pytest.param("rotate", "90", 90, id="degrees"),
        pytest.param("range", "affine(127.5, 64)", "affine(mean=127.5, std=64.0)", id="an affine range"),
        pytest.param("pad", 7, 7, id="a number stays one"),
    ],
)
def test_a_form_field_gives_the_slot_its_type(state, slot, text, value):
    assert getattr(set_slot(state, "b", slot, text).b, slot) == value


def test_a_quantization_is_typed_as_scale_and_zero_point(state):
    integers = set_slot(state, "b", "dtype", "uint8")
    assert set_slot(integers, "b", "quantization", "0.0078125, 128").b.quantization == (0.0078125, 128)
    assert set_slot(integers, "b", "quantization", "7.8e-3, -1").b.quantization == (0.0078, -1)


@pytest.mark.parametrize(
    ("side", "slot", "choice", "error", "text"),
    [
        pytest.param("b", "colour", "bgr", UnknownName, "did you mean 'color'", id="no such slot"),
        pytest.param("b", "color", "bgrr", UnknownName, "did you mean 'bgr'", id="no such choice"),
        pytest.param("c", "color", "bgr", UnknownName, "no side named 'c'", id="no such side"),
        pytest.param("b", "size", "big", InvalidValue, "height, width", id="no size"),
        pytest.param("b", "crop_fraction", "2", InvalidValue, "crop_fraction", id="out of range"),
        pytest.param("b", "pad", "a lot", InvalidValue, "pad", id="no number"),
    ],
)
def test_a_wrong_choice_is_refused_with_the_cure(state, side, slot, choice, error, text):
    with pytest.raises(error, match=text):
        set_slot(state, side, slot, choice)


def test_slots_that_differ_are_named_in_the_order_they_are_applied(state):
    after = set_slot(set_slot(state, "b", "range", "unit"), "a", "color", "bgr")
    assert changed_slots(after) == ("color", "range")


def test_slots_that_change_nothing_do_not_count(state):
    assert changed_slots(set_slot(state, "b", "pad", 114)) == ()


def test_reset_gives_b_the_choice_of_a(state):
    after = set_slot(set_slot(state, "b", "range", "unit"), "b", "color", "bgr")
    assert changed_slots(transitions.reset_slots(after, ["color"])) == ("range",)


def test_a_recipe_that_was_found_takes_the_place_of_a_or_b(state):
    found = state.a.replace(range="unit")
    assert transitions.use(state, "b", found).b == found
    assert transitions.use(state, "a", found).a == found
    with pytest.raises(UnknownName, match="no side named 'c'"):
        transitions.use(state, "c", found)


def test_explaining_begins_and_ends_and_changes_nothing_that_is_seen(state):
    after = transitions.toggle_explain(state)
    assert (after.explaining, transitions.toggle_explain(after).explaining) == (True, False)
    assert after.seen == state.seen


def test_copying_a_makes_both_the_same(state):
    after = transitions.copy_a(set_slot(state, "b", "range", "unit"))
    assert after.b == after.a == state.a


def test_a_users_function_has_no_slots_to_set(state):
    mixed = ViewerState(10, state.a, own_function)
    assert changed_slots(mixed) == ()
    with pytest.raises(InvalidValue, match="own_function"):
        set_slot(mixed, "b", "color", "bgr")
