import numpy as np
import pytest

from workbench.diagnose.search.space import axes, default_space, standardized, varied
from workbench.errors import InvalidValue, UnknownName
from workbench.recipes import Recipe


def test_recipes_of_one_channel_leave_out_ranges_with_three_means():
    base = Recipe(size=(8, 8), color="gray")
    ranges = {setting["range"] for setting in axes(base, default_space(base)).colorings}
    assert "unit" in ranges
    assert not ranges & {"torch", "caffe", "torch_swapped", "caffe_swapped"}


def test_settings_that_come_to_one_recipe_are_one():
    space = {"fit": ["stretch", "center_crop"], "crop_fraction": [0.875, 1.0]}
    found = axes(Recipe(size=(8, 8)), space).geometries
    assert [(each["fit"], each["crop_fraction"]) for each in found] == [
        ("stretch", 0.875),
        ("center_crop", 0.875),
        ("center_crop", 1.0),
    ]


def test_a_model_of_any_size_has_no_geometry_to_search():
    assert set(default_space(Recipe(size=None))) == {"color", "range"}


def test_the_default_space_holds_thousands_of_recipes():
    base = Recipe(size=(224, 224))
    assert len(axes(base, default_space(base))) > 500


@pytest.mark.parametrize(
    ("space", "error", "match"),
    [
        pytest.param({"colour": ["rgb"]}, UnknownName, "did you mean 'color'", id="unknown slot"),
        pytest.param({"color": ["rbg"]}, UnknownName, "did you mean", id="unknown choice"),
        pytest.param({"color": "rgb"}, InvalidValue, r"space\['color'\] is a list", id="a name for a list"),
        pytest.param({"range": []}, InvalidValue, "is a list of choices", id="nothing to choose from"),
        pytest.param({"color": ["gray"], "range": ["torch"]}, InvalidValue, "one channel", id="no recipe left"),
    ],
)
def test_a_space_that_makes_no_recipes_is_refused(space, error, match):
    with pytest.raises(error, match=match):
        axes(Recipe(size=(8, 8)), space)


def test_searched_slots_are_those_with_more_than_one_choice():
    space = {"color": ["rgb"], "range": ["raw", "unit"], "resize": ["cv2.linear", "cv2.area"]}
    assert axes(Recipe(size=(8, 8)), space).searched == ["range", "resize"]


def test_the_choices_of_the_base_come_first():
    base = Recipe(size=(8, 8), range="unit", resize="pil.bicubic", fit="letterbox", pad=114)
    found = axes(base, default_space(base))
    assert found.recipe(0, 0) == base


def test_varied_names_the_slots_that_differ():
    recipes = [Recipe(), Recipe(color="bgr"), Recipe(color="bgr", range="unit")]
    assert varied(recipes) == {"color": ("rgb", "bgr"), "range": ("raw", "unit")}


@pytest.mark.parametrize(
    ("color", "expected"),
    [
        pytest.param(True, "affine(mean=[10.0, 20.0, 30.0], std=[1.0, 5.0, 1.0])", id="each channel its own"),
        pytest.param(False, "affine(mean=20.0, std=8.7)", id="one for a gray picture"),
    ],
)
def test_the_pictures_own_mean_and_deviation_are_a_range(color, expected):
    """A channel that does not vary is divided by one level."""
    picture = np.zeros((4, 6, 3), np.uint8)
    picture[...] = (10, 20, 30)
    picture[::2, :, 1] += 5
    picture[1::2, :, 1] -= 5
    assert standardized([picture, picture], color) == expected
    base = Recipe(size=(8, 8), color="rgb" if color else "gray")
    assert expected in default_space(base, [picture])["range"]
