"""Every resizer against its own library, on real photos and odd sizes."""

import cv2
import numpy as np
import pytest
from PIL import Image

from workbench.recipes import CATALOGUE, Recipe
from workbench.samples import sample_path

SIZES = [(224, 224), (97, 131), (33, 640), (601, 777)]  # down, odd, one axis up and one down, up
CV2 = {
    name: getattr(cv2, f"INTER_{name.removeprefix('cv2.').upper()}") for name in CATALOGUE["resize"] if "cv2" in name
}
PIL = {
    name: getattr(Image.Resampling, name.removeprefix("pil.").upper()) for name in CATALOGUE["resize"] if "pil" in name
}
TF = [name for name in CATALOGUE["resize"] if name.startswith("tf.")]


@pytest.fixture(scope="module", params=["astronaut.png", "chelsea.png", "coffee.png"])
def photo(request):
    return np.asarray(Image.open(sample_path("skimage") / request.param).convert("RGB"))


def resized(photo, size, resize, rounding="uint8"):
    return Recipe(size=size, resize=resize, rounding=rounding)(photo)[0]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", list(CV2))
def test_opencv_is_bit_exact(photo, size, name):
    expected = cv2.resize(photo, size[::-1], interpolation=CV2[name])
    np.testing.assert_array_equal(resized(photo, size, name), expected.astype(np.float32))
    floats = cv2.resize(photo.astype(np.float32), size[::-1], interpolation=CV2[name])
    np.testing.assert_array_equal(resized(photo, size, name, "float"), floats)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", list(PIL))
def test_pillow_is_bit_exact(photo, size, name):
    expected = np.asarray(Image.fromarray(photo).resize(size[::-1], PIL[name]))
    np.testing.assert_array_equal(resized(photo, size, name), expected.astype(np.float32))
    red = Image.fromarray(photo[..., 0].astype(np.float32)).resize(size[::-1], PIL[name])
    np.testing.assert_array_equal(resized(photo, size, name, "float")[..., 0], np.asarray(red))


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", TF)
def test_tensorflow_is_bit_exact(photo, size, name):
    import tensorflow as tf

    method = name.removeprefix("tf.")
    expected = tf.image.resize(photo, size, method=method.removesuffix("_aa"), antialias=method.endswith("_aa")).numpy()
    np.testing.assert_array_equal(resized(photo, size, name, "float"), expected)
    np.testing.assert_array_equal(resized(photo, size, name), np.clip(np.rint(expected), 0, 255))


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("corners", [False, True])
def test_tensorflow_1_is_bit_exact(photo, size, corners):
    import tensorflow as tf

    expected = tf.compat.v1.image.resize_bilinear(photo[None], size, align_corners=corners).numpy()[0]
    name = "tf1.bilinear_corners" if corners else "tf1.bilinear"
    np.testing.assert_array_equal(resized(photo, size, name, "float"), expected)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("one", "other", "levels"),
    [
        pytest.param("cv2.linear", "tf.bilinear", 1, id="no antialias: OpenCV and TensorFlow"),
        pytest.param("pil.bilinear", "tf.bilinear_aa", 1, id="antialias: Pillow and TensorFlow"),
    ],
)
def test_the_families_agree_within_themselves(photo, one, other, levels):
    size = (224, 224)
    assert np.abs(resized(photo, size, one) - resized(photo, size, other)).max() <= levels


def test_nearest_exact_is_pillows_nearest(photo):
    """Where a centre falls on the line between two pixels (512 to 224: every 7th), OpenCV 4 takes the one before it."""
    one, other = (resized(photo, (224, 224), name) for name in ("cv2.nearest_exact", "pil.nearest"))
    differs = (one != other).any(axis=-1)
    if cv2.__version__.startswith("4."):
        on_a_line = [(np.arange(224) + 0.5) * length / 224 % 1 == 0 for length in photo.shape[:2]]
        differs = differs[~on_a_line[0]][:, ~on_a_line[1]]
    assert not differs.any()


def test_the_two_families_of_bilinear_are_far_apart(photo):
    size = (97, 97)
    difference = np.abs(resized(photo, size, "cv2.linear") - resized(photo, size, "pil.bilinear"))
    assert difference.max() > 30
