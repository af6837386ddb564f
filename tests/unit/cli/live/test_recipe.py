import pytest

from workbench.cli.live.recipe import recipe_for
from workbench.errors import InvalidValue, UnknownName
from workbench.recipes import Recipe, preset
from workbench.samples import sample_path


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


def test_of_a_file_that_does_not_say_its_range_none_is_guessed():
    path = str(sample_path("ssd-mobilenet-oid"))
    with pytest.raises(InvalidValue, match="does not say which range it was trained with; give --recipe, or find it"):
        recipe_for(path, None)


@pytest.mark.slow
def test_a_range_that_is_only_likely_is_not_fed_unasked():
    path = str(sample_path("efficientnet-lite0-caffe"))  # which takes "caffe"
    with pytest.raises(InvalidValue, match=r"which range .*; a hint too weak to go by: range raw \(70%\)$"):
        recipe_for(path, None)


@pytest.mark.slow
def test_what_a_file_says_of_its_input_is_taken_and_said(tmp_path):
    import keras

    layers = keras.layers
    net = keras.Sequential([keras.Input((96, 128, 3)), layers.Rescaling(1 / 127.5, -1), layers.Conv2D(4, 3)])
    net.save(tmp_path / "net.keras")
    recipe, source = recipe_for(str(tmp_path / "net.keras"), None)
    assert recipe == Recipe(size=(96, 128), range="raw")
    assert source == "what the model says of its input: size (96, 128), range raw"
