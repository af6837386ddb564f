import numpy as np
import pytest

from workbench import open_frames
from workbench.diagnose.search.repeats import repeats


def noisy(picture):
    return np.clip(picture.astype(int) + np.random.default_rng(1).integers(-6, 7, picture.shape), 0, 255).astype(
        "uint8"
    )


PICTURES = np.random.default_rng(0).integers(0, 256, (4, 40, 30, 3), dtype=np.uint8)
GRAYS = np.repeat(np.array([0, 0, 1, 128], np.uint8), 300).reshape(4, 10, 10, 3)


@pytest.mark.parametrize(
    ("pictures", "groups"),
    [
        pytest.param(PICTURES, [0, 1, 2, 3], id="others"),
        pytest.param([PICTURES[0], noisy(PICTURES[0]), PICTURES[1]], [0, 0, 2], id="one with noise"),
        pytest.param([PICTURES[0], np.kron(PICTURES[0], np.ones((2, 2, 1), np.uint8))], [0, 0], id="another size"),
        pytest.param(GRAYS, [0, 0, 0, 3], id="of one colour"),
        pytest.param(PICTURES[:1], [0], id="only one"),
    ],
)
def test_pictures_that_show_the_same_have_one_number(pictures, groups):
    np.testing.assert_array_equal(repeats(pictures), groups)


def test_the_photos_are_all_different_and_a_clip_that_hardly_moves_is_not():
    photos = [frame.image for frame in open_frames("sample:imagenet-20")]
    assert len(set(repeats(photos))) == 20
    assert len(set(repeats([frame.image for frame in open_frames("sample:bikes")[:16]]))) < 8
