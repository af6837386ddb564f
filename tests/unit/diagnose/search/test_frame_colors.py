import numpy as np
import pytest

from workbench import open_frames
from workbench.diagnose.search.frame_colors import cast


def of_levels(*levels):
    return np.full((4, 5, 3), levels, np.uint8)


@pytest.mark.parametrize(
    ("pictures", "expected"),
    [
        pytest.param([of_levels(90, 90, 90)], 0, id="gray"),
        pytest.param([of_levels(0, 0, 0)], 0, id="black"),
        pytest.param([of_levels(200, 0, 0), of_levels(0, 200, 0), of_levels(0, 0, 200)], 0, id="that even out"),
        pytest.param([of_levels(200, 100, 100)], np.log(2) * np.sqrt(2) / 3, id="red"),
    ],
)
def test_the_cast_is_the_spread_of_the_logarithms_of_the_means(pictures, expected):
    assert cast(pictures) == pytest.approx(expected)


def test_photos_of_many_things_have_next_to_no_cast():
    photos = [frame.image for frame in open_frames("sample:imagenet-20")]
    assert cast(photos) < 0.1
    assert cast([picture * np.array([1, 0.5, 0.25]) for picture in photos]) > 0.4
