"""A Recipe is a value: compared by the slots that matter, changed, described, and brought through text whole."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import InvalidValue, UnknownName
from workbench.recipes import CATALOGUE, SLOTS, Recipe, affine, choices

AFFINE = affine((123.5, 116.25, 103.0), (58.4, 57.1, 57.4))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param({}, {}, {}, id="the same"),
        pytest.param({}, {"color": "bgr"}, {"color": ("rgb", "bgr")}, id="one slot"),
        pytest.param({"pad": 0}, {"pad": 114}, {}, id="pad without a letterbox"),
        pytest.param(
            {"fit": "letterbox"}, {"fit": "letterbox", "pad": 114}, {"pad": (0, 114)}, id="pad of a letterbox"
        ),
        pytest.param({"crop_fraction": 0.5}, {}, {}, id="crop fraction of a stretch"),
        pytest.param({"size": None, "resize": "cv2.area"}, {"size": None}, {}, id="resize without a size"),
        pytest.param(
            {"order": "range_first", "rounding": "float"}, {"order": "range_first"}, {}, id="rounding after the range"
        ),
        pytest.param(
            {"color": "bgr", "range": "caffe"},
            {"range": "caffe_swapped"},
            {"color": ("bgr", "rgb"), "range": ("caffe", "caffe_swapped")},
            id="the tutorial's mean centring",
        ),
    ],
)
def test_the_difference_is_the_set_of_slots_that_matter(one, other, expected):
    a, b = Recipe(**one), Recipe(**other)
    assert a - b == expected
    assert (a == b) == (not expected)
    assert (a.id == b.id) == (not expected)


@pytest.mark.parametrize(
    "text",
    ["affine(127.5, 127.5)", "affine(mean=127.5,std=127.5)", "affine(std=127.5, mean=[127.5])", affine(127.5, 127.5)],
)
def test_an_affine_range_has_one_spelling(text):
    recipe = Recipe(range=text)
    assert recipe == Recipe(range=affine(np.float32(127.5), 127.5))
    assert recipe.range == "affine(mean=127.5, std=127.5)"
    assert Recipe(range="affine(mean=9)").range == "affine(mean=9.0, std=1.0)"


def test_names_out_of_an_array_are_plain_text():
    recipe = Recipe(color=np.str_("bgr"))
    assert Recipe.from_yaml(recipe.to_yaml()) == recipe


def test_replace_leaves_the_original():
    recipe = Recipe()
    assert recipe.replace(color="bgr").color == "bgr"
    assert recipe.color == "rgb"


ENUMERATED = [slot for slot in SLOTS if slot in CATALOGUE and slot != "range"]


@given(
    st.fixed_dictionaries({slot: st.sampled_from(sorted(CATALOGUE[slot])) for slot in ENUMERATED}),
    st.sampled_from(["raw", "unit", "per_image", affine(127.5, 127.5)]),
    st.one_of(st.none(), st.tuples(st.integers(1, 999), st.integers(1, 999))),
    st.integers(0, 255),
    st.floats(0.01, 1),
)
@settings(max_examples=200, deadline=None)
def test_text_and_dictionaries_bring_a_recipe_back_whole(named, range_, size, pad, crop_fraction):
    recipe = Recipe(**named, range=range_, size=size, pad=pad, crop_fraction=crop_fraction)
    assert Recipe.from_yaml(recipe.to_yaml()) == recipe
    assert Recipe.from_dict(recipe.to_dict()) == recipe
    assert Recipe.from_yaml(recipe.to_yaml()).id == recipe.id


@pytest.mark.parametrize(
    "slots",
    [
        pytest.param({"range": AFFINE}, id="affine by channel"),
        pytest.param({"dtype": "int8", "quantization": (0.0078125, -1)}, id="quantized"),
        pytest.param({"rotate": 270}, id="rotate"),
    ],
)
def test_values_that_are_no_names_come_back_from_yaml(slots):
    recipe = Recipe(**slots)
    assert Recipe.from_yaml(recipe.to_yaml()) == recipe


@pytest.mark.parametrize(
    ("slots", "error", "message"),
    [
        pytest.param({"colour": "rgb"}, UnknownName, "no slot named 'colour'; did you mean 'color'", id="slot"),
        pytest.param({"color": "brg"}, UnknownName, "no choice of color named 'brg'; did you mean", id="choice"),
        pytest.param({"resize": "cv2.liner"}, UnknownName, "did you mean 'cv2.linear'", id="resize"),
        pytest.param({"rotate": 45}, UnknownName, "no choice of rotate named '45'", id="angle"),
        pytest.param({"range": "units"}, UnknownName, "did you mean 'unit'", id="range"),
        pytest.param({"range": "affine(mean=1, std=0)"}, InvalidValue, "std is 0", id="division by zero"),
        pytest.param({"range": "affine(mean=[1, 2], std=1)"}, InvalidValue, "one for each of red", id="two means"),
        pytest.param({"range": "affine(mean=x, std=1)"}, InvalidValue, "give one number", id="no number"),
        pytest.param({"range": "affine(mean=1, std=1e-50)"}, InvalidValue, "std is 0", id="zero in float32"),
        pytest.param({"range": "affine"}, InvalidValue, "such as affine", id="affine of nothing"),
        pytest.param({"range": None}, InvalidValue, "range is a name", id="no name"),
        pytest.param({"size": "22"}, InvalidValue, "height, width", id="text for a size"),
        pytest.param({"size": [224.5, 224]}, InvalidValue, "height, width", id="half pixels"),
        pytest.param({"pad": 114.7}, InvalidValue, "whole level", id="half a level"),
        pytest.param({"dtype": "int8", "quantization": (float("nan"), 1)}, InvalidValue, "above 0", id="NaN scale"),
        pytest.param({"size": 224}, InvalidValue, "height, width", id="one number for a size"),
        pytest.param({"size": (0, 224)}, InvalidValue, "height, width", id="no height"),
        pytest.param({"pad": 300}, InvalidValue, "pad is a number from 0 to 255", id="pad over 255"),
        pytest.param({"crop_fraction": 0}, InvalidValue, "crop_fraction", id="nothing left"),
        pytest.param({"color": "gray", "range": "torch"}, InvalidValue, "color='gray3'", id="three means for gray"),
        pytest.param({"quantization": (0.1, 3)}, InvalidValue, "uint8 or int8 input", id="quantized floats"),
    ],
)
def test_what_a_slot_does_not_take_is_refused(slots, error, message):
    with pytest.raises(error, match=message):
        Recipe.from_dict(slots)


@pytest.mark.parametrize("text", ["just words", "[1, 2]", "size: [1", ""])
def test_what_is_no_mapping_is_refused(text):
    with pytest.raises(InvalidValue):
        Recipe.from_yaml(text)


def test_it_says_in_words_what_happens():
    recipe = Recipe(fit="letterbox", pad=114, size=(320, 640), range="caffe", color="bgr", layout="nchw")
    text = recipe.describe()
    for words in ("Blue, green, red", "letterbox, pad 114", "320 x 640 (height x width)", "123.68", "NCHW"):
        assert words in text


def test_every_choice_has_a_definition_and_a_source():
    for slot, entries in CATALOGUE.items():
        for name, entry in entries.items():
            assert entry.definition.endswith("."), (slot, name)
            assert entry.source
            assert choices(slot)[name] == entry.definition


def test_a_call_has_a_batch_axis_and_leaves_the_picture():
    picture = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
    kept = picture.copy()
    assert Recipe(size=(4, 6), range="unit")(picture).shape == (1, 4, 6, 3)
    np.testing.assert_array_equal(picture, kept)
