import pytest

from workbench.cli.live.recipe import recipe_for
from workbench.errors import UnknownName
from workbench.recipes import preset


def test_a_recipe_that_is_given_is_taken():
    recipe, source = recipe_for("sample:cifar10-cnn", "keras.mobilenet_v2")
    assert (recipe, source) == (preset("keras.mobilenet_v2"), "keras.mobilenet_v2")


@pytest.mark.parametrize(
    ("model", "own"),
    [
        pytest.param("sample:cifar10-cnn", "sample:cifar10-cnn", id="a sample"),
        pytest.param("keras-applications:MobileNetV2", "keras.MobileNetV2", id="an application"),
    ],
)
def test_without_one_a_model_known_by_name_gets_its_own_and_is_not_loaded_for_it(model, own):
    recipe, source = recipe_for(model, None)
    assert (recipe, source) == (preset(own), f"the preset {own}")


def test_a_misspelt_preset_is_refused():
    with pytest.raises(UnknownName, match="did you mean 'keras.mobilenet_v2'"):
        recipe_for("sample:cifar10-cnn", "keras.mobilenetv2")
