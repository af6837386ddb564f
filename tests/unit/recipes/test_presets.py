"""Presets are what Keras itself does, family by family."""

import numpy as np
import pytest

from workbench.errors import UnknownName
from workbench.recipes import preset, presets
from workbench.recipes.presets import CONSTRUCTORS, FAMILIES
from workbench.recipes.ranges import apply_range


@pytest.mark.slow
@pytest.mark.parametrize("family", list(FAMILIES))
def test_a_family_preset_is_its_own_preprocess_input(family):
    import keras

    levels = np.random.default_rng(0).integers(0, 256, (1, 8, 8, 3)).astype(np.float32)
    expected = getattr(keras.applications, family).preprocess_input(levels.copy())
    recipe = preset(f"keras.{family}")
    given = levels[..., ::-1] if recipe.color == "bgr" else levels
    np.testing.assert_array_equal(apply_range(given, recipe.range, recipe.color), expected)


@pytest.mark.slow
def test_every_constructor_of_keras_has_a_preset():
    import keras

    constructors = {name for name in dir(keras.applications) if name[0].isupper()}
    assert constructors == {name for family in CONSTRUCTORS.values() for name in family}


SIZED = [name for family in CONSTRUCTORS.values() for name in family if not name.startswith("MobileNetV3")]


@pytest.mark.slow
@pytest.mark.parametrize("name", SIZED)
def test_a_presets_size_is_the_constructors_default(name):
    """Keras names it where its weights are wanted for a picture of another size, before it builds or fetches anything.

    MobileNetV3's weights are for any size.
    """
    import keras

    height, width = preset(f"keras.{name}").size
    with pytest.raises(ValueError, match=rf"`input_shape` should be \({height}, {width}, 3\)"):
        getattr(keras.applications, name)(weights="imagenet", input_shape=(40, 40, 3))


def test_the_closest_preset_is_named():
    with pytest.raises(UnknownName, match="did you mean 'keras.mobilenet_v2'"):
        preset("keras.mobilenetv2")
    assert "sample:efficientnet-lite0" in presets()
