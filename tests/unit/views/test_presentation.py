import json

import pytest

from workbench.frames import open_frames
from workbench.recipes import SLOTS, Recipe, choices
from workbench.views.answers import Answer
from workbench.views.panes import PaneMaker
from workbench.views.presentation import answered, captions, describe, schema, summary, where
from workbench.views.state import ViewerState, seek, set_slot


@pytest.fixture
def state(frames, recipe):
    return ViewerState(len(frames), recipe, recipe.replace(color="bgr", range="unit"))


def own_function(image):
    return image


def test_every_slot_is_offered_with_its_meaning_and_its_choices_with_their_definition():
    offered = {entry["slot"]: entry for entry in schema((), [])}
    assert tuple(offered) == SLOTS
    assert all(entry["meaning"] for entry in offered.values())
    for slot in SLOTS:
        given = {choice["name"]: choice["definition"] for choice in offered[slot]["choices"]}
        assert given.items() >= choices(slot).items()


@pytest.mark.parametrize(
    ("decoders", "recipes", "expected"),
    [
        pytest.param(("cv2", "pyav"), [Recipe()], {"cv2", "pyav"}, id="those that read the frames"),
        pytest.param(("cv2",), [Recipe(decode="pil")], {"cv2", "pil"}, id="and those a recipe names"),
        pytest.param(("cv2",), [own_function], {"cv2"}, id="a function names none"),
        pytest.param((), [Recipe()], set(choices("decode")), id="all, for pixels that come decoded"),
    ],
)
def test_only_decoders_that_make_sense_are_offered(decoders, recipes, expected):
    (entry,) = (entry for entry in schema(decoders, recipes) if entry["slot"] == "decode")
    assert {choice["name"] for choice in entry["choices"]} == expected


def test_an_affine_range_starts_from_one_that_the_recipe_takes(state):
    (entry,) = (entry for entry in schema((), []) if entry["slot"] == "range")
    start = entry["choices"][-1]["value"]
    assert set_slot(state, "b", "range", start).b.range == start


def test_a_state_is_described_in_plain_values(state, frames):
    told = describe(seek(state, 3), frames)
    assert json.loads(json.dumps(told)) == told
    assert (told["index"], told["length"], told["playing"]) == (3, 10, False)
    assert (told["a"]["color"], told["b"]["color"], told["a"]["size"]) == ("rgb", "bgr", "8, 8")
    assert told["changed"] == ["color", "range"]


def test_every_field_takes_back_the_text_it_shows(state, frames):
    for slot, shown in describe(state, frames)["a"].items():
        assert set_slot(state, "a", slot, shown) == state


def test_pairs_of_numbers_in_the_summary_are_no_list(state):
    assert summary(set_slot(state, "b", "size", "4, 6")).endswith("size 8 × 8 → 4 × 6, range raw → unit")
    assert summary(set_slot(state, "b", "size", "")).endswith("size 8 × 8 → none, range raw → unit")


def test_slots_without_effect_are_named(state, frames):
    idle = describe(state, frames)["idle"]["b"]
    assert {"pad", "crop_fraction", "quantization", "decode", "exif"} == set(idle)


def test_a_function_is_named_and_all_its_slots_are_idle(frames, recipe):
    told = describe(ViewerState(len(frames), recipe, own_function), frames)
    assert told["b"] == {"function": "own_function"}
    assert told["idle"]["b"] == list(SLOTS)
    assert told["summary"] == ""


def test_the_summary_says_what_became_of_each_slot(state):
    assert summary(state) == "color rgb → bgr, range raw → unit"


def test_photos_stand_a_second_while_playing(state, frames):
    assert describe(state, frames)["pause_s"] == 1.0
    assert describe(seek(state, 9), frames)["pause_s"] == 1.0


class Film:
    """A fake clip: only what tells a frame's place and time."""

    origin = "clip.mp4"
    times = (0.0, 0.04, 0.14)

    def time_s(self, index):
        return self.times[index]

    def index_of(self, index):
        return 5 * index

    def origin_of(self, index):
        return self.origin


def test_a_frame_of_a_clip_is_told_by_its_number_there_and_its_time():
    assert where(Film(), 1) == "frame 5 · 0.040 s"


def test_a_photo_is_told_by_its_file(tmp_path, picture):
    from PIL import Image

    Image.fromarray(picture).save(tmp_path / "cat.png")
    assert where(open_frames(str(tmp_path)), 0) == "frame 0 · cat.png"


def test_captions_tell_sizes_and_the_scale_of_the_difference(state, frames):
    panes = PaneMaker(frames)(state)
    original, a, b, apart = captions(panes)
    assert [each["size"] for each in (original, a, b)] == ["20 × 12", "8 × 8", "8 × 8"]
    assert apart["scale"] == f"{panes.difference.scale:g}"
    assert f"max {panes.difference.max:.0f}" in apart["detail"]
    assert all(each["spoken"] for each in (original, a, b, apart))


@pytest.mark.parametrize(
    ("a", "b", "flipped", "note"),
    [
        pytest.param("cat", "cat", False, "same answer as A", id="same"),
        pytest.param("cat", "dog", True, "another answer than A", id="flipped"),
    ],
)
def test_a_flip_is_said(a, b, flipped, note):
    told = answered(3, (Answer(rows=((a, 0.9),)), Answer(rows=((b, 0.5),))))
    assert (told["index"], told["flipped"], told["note"]) == (3, flipped, note)
    assert told["a"]["rows"] == [{"label": a, "share": 0.9, "text": "90.0%"}]


def test_no_flip_is_said_where_one_side_has_no_answer():
    told = answered(0, (Answer(rows=(("cat", 0.9),)), Answer(note="NaN")))
    assert (told["flipped"], told["note"], told["b"]["note"]) == (False, "", "NaN")
