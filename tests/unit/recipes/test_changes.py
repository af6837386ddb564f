"""Recipes as a person types them: lists, one-slot changes, presets."""

import pytest

from workbench.errors import InvalidValue, UnknownName
from workbench.recipes import Recipe, preset
from workbench.recipes.changes import is_change, read_change, read_recipe, split_names

OWN = Recipe(size=(32, 32), range="symmetric")


def test_a_list_is_cut_at_commas_outside_brackets():
    given = ["color=bgr, range=affine(127.5, 128)", "size=[64, 48]+rotate=90,color=bgr", ""]
    assert split_names(given) == ("color=bgr", "range=affine(127.5, 128)", "size=[64, 48]+rotate=90", "color=bgr")


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        pytest.param("color=bgr", {"color": "bgr"}, id="a word"),
        pytest.param("rotate=90", {"rotate": 90}, id="a number"),
        pytest.param("size=[64, 48]+resize=pil.box", {"size": [64, 48], "resize": "pil.box"}, id="two slots"),
        pytest.param("range=affine(1e+2, 128)", {"range": "affine(1e+2, 128)"}, id="a plus inside brackets"),
        pytest.param("size=null", {"size": None}, id="nothing"),
        pytest.param("own", {}, id="no change"),
        pytest.param("pil.bilinear", {"resize": "pil.bilinear"}, id="a choice alone"),
        pytest.param("bgr + unit+rotate=90", {"color": "bgr", "range": "unit", "rotate": 90}, id="choices alone"),
    ],
)
def test_a_change_gives_each_slot_its_choice_in_its_type(text, slots):
    assert is_change(text)
    assert read_change(text) == slots
    assert read_recipe(text, OWN) == OWN.replace(**slots)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        pytest.param("colour=bgr", UnknownName, "did you mean 'color'", id="misspelt slot"),
        pytest.param("resize=pil.bilinaer", UnknownName, "did you mean 'pil.bilinear'", id="misspelt choice"),
        pytest.param("color=", InvalidValue, "write slot=choice", id="no choice"),
        pytest.param("color=bgr+uint8", InvalidValue, "write slot=choice", id="a choice of two slots"),
        pytest.param("color=rgb+bgr", InvalidValue, "sets color twice", id="a slot twice, once by its choice"),
        pytest.param("cv2.liner", UnknownName, "no preset or choice.*did you mean 'cv2.linear'", id="misspelt, alone"),
        pytest.param("color=bgr+color=rgb", InvalidValue, "sets color twice", id="a slot twice"),
        pytest.param("pad=300", InvalidValue, "0 to 255", id="a number outside its range"),
        pytest.param("keras.mobilenetv2", UnknownName, "did you mean 'keras.mobilenet_v2'", id="misspelt preset"),
    ],
)
def test_what_is_no_recipe_is_refused_by_name(text, error, message):
    with pytest.raises(error, match=message):
        read_recipe(text, OWN)


def test_a_preset_stands_for_itself_whatever_it_would_change():
    assert read_recipe("keras.mobilenet_v2", OWN) == preset("keras.mobilenet_v2")
