"""Every range gives its library's numbers; constants follow the meaning of a channel, not its place."""

import numpy as np
import pytest

from workbench.recipes import Recipe, affine, to_picture
from workbench.recipes.ranges import apply_range

LEVELS = np.stack([np.arange(256, dtype=np.uint8)] * 3, axis=-1)[None]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("raw", lambda x: x, id="raw"),
        pytest.param("unit", lambda x: x / 255, id="unit"),
        pytest.param("symmetric", lambda x: x / 127.5 - 1, id="symmetric"),
        pytest.param("centered", lambda x: (x - 127) / 128, id="centered"),
        pytest.param("unit256", lambda x: x / 256, id="unit256"),
        pytest.param("double_unit", lambda x: x / 255 / 255, id="double_unit"),
        pytest.param("torch", lambda x: (x / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225], id="torch"),
        pytest.param("torch_swapped", lambda x: (x / 255 - [0.406, 0.456, 0.485]) / [0.225, 0.224, 0.229],
                     id="torch_swapped"),
        pytest.param("caffe", lambda x: x - [123.68, 116.779, 103.939], id="caffe"),
        pytest.param("caffe_swapped", lambda x: x - [103.939, 116.779, 123.68], id="caffe_swapped"),
        pytest.param("per_image", lambda x: (x - x.mean()) / x.std(), id="per_image"),
        pytest.param(affine((1, 2, 3), (4, 5, 6)), lambda x: (x - [1, 2, 3]) / [4, 5, 6], id="affine"),
    ],
)  # fmt: skip
def test_a_range_gives_the_numbers_of_its_formula(name, expected):
    values = apply_range(LEVELS, name)
    assert values.dtype == np.float32
    np.testing.assert_allclose(values, expected(LEVELS.astype(np.float64)), rtol=3e-7, atol=1e-5)  # float32 next to 124


def test_constants_follow_the_meaning_of_a_channel():
    rgb = apply_range(LEVELS, "caffe", "rgb")
    np.testing.assert_array_equal(apply_range(LEVELS, "caffe", "bgr"), rgb[..., ::-1])


def test_a_flat_picture_has_a_standard_deviation_of_one_over_root_n():
    flat = np.full((4, 4, 3), 9, np.uint8)
    flat[0, 0, 0] = 10
    values = apply_range(flat, "per_image")
    np.testing.assert_allclose(values.max(), (1 - 1 / 48) * np.sqrt(48), rtol=1e-5)  # std < 1 / sqrt(48)


KERAS_MODES = {"tf": ("symmetric", "rgb"), "torch": ("torch", "rgb"), "caffe": ("caffe", "bgr")}


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(KERAS_MODES))
def test_keras_modes_are_bit_exact(mode):
    from keras.applications import imagenet_utils

    name, color = KERAS_MODES[mode]
    expected = imagenet_utils.preprocess_input(LEVELS.astype(np.float32), mode=mode)
    given = LEVELS[..., ::-1] if color == "bgr" else LEVELS
    np.testing.assert_array_equal(apply_range(given, name, color), expected)


@pytest.mark.slow
def test_per_image_is_tensorflows_within_its_tolerance():
    import tensorflow as tf

    photo = np.random.default_rng(1).integers(0, 256, (61, 47, 3), np.uint8)
    expected = tf.image.per_image_standardization(photo).numpy()
    np.testing.assert_allclose(apply_range(photo, "per_image"), expected, atol=2e-5)


INVERTIBLE = ["raw", "unit", "symmetric", "centered", "torch", "caffe", "caffe_swapped", "double_unit", affine(9, 3)]


@pytest.mark.parametrize("range_", INVERTIBLE)
@pytest.mark.parametrize("color", ["rgb", "bgr"])
@pytest.mark.parametrize("layout", ["nhwc", "nchw"])
def test_a_tensor_goes_back_to_the_picture_it_was_made_of(range_, color, layout):
    picture = np.random.default_rng(2).integers(0, 256, (6, 5, 3), np.uint8)
    recipe = Recipe(size=None, range=range_, color=color, layout=layout)
    np.testing.assert_array_equal(to_picture(recipe(picture), recipe)[0], picture)


def test_another_recipes_tensor_looks_as_the_model_sees_it():
    red = np.full((2, 2, 3), (255, 0, 0), np.uint8)
    expected = Recipe(size=None, range="unit")
    blue = to_picture(expected.replace(color="bgr")(red), expected)
    black = to_picture(expected.replace(range="double_unit")(red), expected)
    assert blue[0, 0, 0].tolist() == [0, 0, 255]
    assert black.max() == 1
