"""The order OpenCV DNN gives an SSD's boxes is found without knowing the detector, and undone."""

import numpy as np
import pytest

from workbench.diagnose.difference import difference
from workbench.diagnose.feature_maps import divisors

MOBILENET_SSD = ((19, 3), (10, 6), (5, 6), (3, 6), (2, 6), (1, 6))  # cells a side, anchors a cell: 1917 boxes
OTHER = ((8, 2), (4, 4))


def boxes(maps, frames=1):
    rng = np.random.default_rng(3)
    return rng.standard_normal((frames, sum(f * f * k for f, k in maps), 4)).astype(np.float32)


def as_opencv_gives_them(values, maps):
    """The inverse of b.reshape(k, f*f*4).T.reshape(-1, 4), map by map."""
    parts, start = [], 0
    for side, anchors in maps:
        stop = start + side * side * anchors
        part = values[:, start:stop].reshape(len(values), -1, anchors)
        parts.append(part.swapaxes(1, 2).reshape(len(values), -1, 4))
        start = stop
    return np.concatenate(parts, axis=1)


@pytest.mark.parametrize(
    ("maps", "told"),
    [
        pytest.param(MOBILENET_SSD, "19x19x3, 10x10x6, 5x5x6, 3x3x6, 2x2x6, 1x1x6", id="SSD MobileNet"),
        pytest.param(OTHER, "8x8x2, 4x4x4", id="another detector"),
    ],
)
@pytest.mark.parametrize("frames", [1, 2])
def test_the_feature_maps_are_named_and_the_repair_restores_the_boxes(maps, told, frames):
    right = boxes(maps, frames)
    wrong = as_opencv_gives_them(right, maps)
    found = difference(right, wrong)
    assert found.kind == "order"
    assert f"each feature map's boxes transposed ({told})" in found.text
    restored = np.stack([eval(found.repair, {"np": np, "b": frame}) for frame in wrong])
    np.testing.assert_array_equal(restored, right)


def test_an_axis_of_one_around_the_boxes_does_not_hide_them():
    right = boxes(MOBILENET_SSD)[:, None]
    found = difference(right, as_opencv_gives_them(right[:, 0], MOBILENET_SSD)[:, None])
    assert "19x19x3" in found.text


def test_maps_before_which_all_is_in_order_are_told_apart():
    right = boxes(OTHER)
    wrong = right.copy()
    wrong[:, 128:] = as_opencv_gives_them(right[:, 128:], OTHER[1:])
    assert "128 rows in order, 4x4x4" in difference(right, wrong).text


def test_one_other_value_is_another_difference():
    right = boxes(MOBILENET_SSD)
    wrong = as_opencv_gives_them(right, MOBILENET_SSD)
    wrong[0, 700, 2] += 1
    assert difference(right, wrong).kind == "values"


def test_divisors_are_all_there():
    assert divisors(12) == [1, 2, 3, 4, 6, 12]
    assert divisors(16) == [1, 2, 4, 8, 16]
