"""Each fit puts the picture where its library does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.recipes import CATALOGUE, Recipe
from workbench.recipes.geometry import Placement, placement


@pytest.mark.parametrize(
    ("fit", "source", "size", "expected"),
    [
        pytest.param("stretch", (427, 640), (224, 224), Placement((0, 0, 427, 640), (224, 224), (0, 0), (224, 224)),
                     id="stretch"),
        # EfficientNet: side 373 = int(0.875 * 427), offsets ((427 - 373) + 1) // 2 and ((640 - 373) + 1) // 2
        pytest.param("center_crop", (427, 640), (224, 224),
                     Placement((27, 134, 373, 373), (224, 224), (0, 0), (224, 224)), id="EfficientNet"),
        # torchvision: Resize(256) gives 256 x 383, CenterCrop(224) takes off round(16.0) and round(79.5) = 80
        pytest.param("resize_crop", (427, 640), (224, 224),
                     Placement((0, 0, 427, 640), (256, 383), (-16, -80), (224, 224)), id="torchvision"),
        # Ultralytics: 640 x 427 at 640 / 640, 106 above: round(106.5 - 0.1)
        pytest.param("letterbox", (427, 640), (640, 640),
                     Placement((0, 0, 427, 640), (427, 640), (106, 0), (640, 640)), id="Ultralytics"),
        pytest.param("letterbox_corner", (640, 427), (320, 320),
                     Placement((0, 0, 640, 427), (320, 214), (0, 0), (320, 320)), id="corner"),
    ],
)  # fmt: skip
def test_a_fit_places_as_its_source_does(fit, source, size, expected):
    assert placement(source, size, fit, 0.875) == expected


side = st.integers(1, 3000)


@settings(deadline=None)
@given(st.sampled_from(sorted(CATALOGUE["fit"])), side, side, side, side, st.floats(0.05, 1))
def test_every_placement_is_inside_and_covers(fit, height, width, out_height, out_width, crop_fraction):
    placed = placement((height, width), (out_height, out_width), fit, crop_fraction)
    top, left, crop_height, crop_width = placed.crop
    assert top >= 0 and left >= 0 and crop_height >= 1 and crop_width >= 1
    assert top + crop_height <= height and left + crop_width <= width
    for offset, resized, size in zip(placed.offset, placed.resized, placed.size, strict=True):
        if offset <= 0 and "letterbox" not in fit:
            assert offset + resized >= size  # no gap
        else:
            assert offset + resized <= size  # nothing lost


def test_padding_has_its_level_in_every_range():
    white = np.full((10, 20, 3), 255, np.uint8)
    letterbox = Recipe(size=(20, 20), fit="letterbox", pad=114)
    assert letterbox(white)[0, 0, 0].tolist() == [114, 114, 114]
    assert letterbox.replace(range="unit", order="range_first")(white)[0, 0, 0, 0] == np.float32(114) / np.float32(255)
    caffe = letterbox.replace(range="caffe", color="bgr", order="range_first")(white)[0, 0, 0]
    np.testing.assert_array_equal(caffe, np.float32(114) - np.float32([103.939, 116.779, 123.68]))


def test_rotation_is_clockwise():
    picture = np.zeros((2, 3, 3), np.uint8)
    picture[0, 0] = 200  # top left
    corner = {90: (0, 1), 180: (1, 2), 270: (2, 0)}  # row, column after turning, in (3, 2), (2, 3), (3, 2)
    for degrees, place in corner.items():
        assert Recipe(size=None, rotate=degrees)(picture)[0][place].tolist() == [200, 200, 200]
