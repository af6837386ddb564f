"""Arrays as frames: taken as they are, by a named rule, or refused with the cure."""

import re

import numpy as np
import pytest

from workbench.errors import InvalidValue
from workbench.frames import open_frames

RGB = np.arange(2 * 4 * 5 * 3, dtype=np.uint8).reshape(2, 4, 5, 3)


@pytest.mark.parametrize(
    ("origin", "count"),
    [
        pytest.param(RGB[0], 1, id="one picture"),
        pytest.param(RGB, 2, id="a batch"),
        pytest.param(list(RGB), 2, id="a list"),
        pytest.param(tuple(RGB), 2, id="a tuple"),
        pytest.param([RGB[0], RGB[1, :2]], 2, id="of different sizes"),
        pytest.param(RGB[..., ::-1], 2, id="a view backwards"),
    ],
)
def test_arrays_are_handed_out_as_they_are(origin, count):
    frames = open_frames(origin)
    pictures = list(origin) if count > 1 else [origin]
    assert len(frames) == count
    assert all(np.shares_memory(frames.array(index), picture) for index, picture in enumerate(pictures))
    assert all(np.array_equal(frame.image, picture) for frame, picture in zip(frames, pictures, strict=True))
    assert frames[0].time_s is None


def test_arrays_are_rgb_unless_told_otherwise():
    np.testing.assert_array_equal(open_frames(RGB[0])[0].image, RGB[0])
    bgr = open_frames(RGB[0], order="bgr")
    assert bgr.order == "bgr"
    np.testing.assert_array_equal(bgr.array(0), RGB[0])
    np.testing.assert_array_equal(bgr[0].image, RGB[0][:, :, ::-1])


@pytest.mark.parametrize("gray", [RGB[0, :, :, 0], RGB[0, :, :, :1]], ids=["(H, W)", "(H, W, 1)"])
def test_a_gray_picture_has_its_channel_three_times(gray):
    image = open_frames(gray)[0].image
    assert image.shape == (4, 5, 3)
    assert all(np.array_equal(image[:, :, channel], gray.reshape(4, 5)) for channel in range(3))


@pytest.mark.parametrize(("alpha", "expected"), [("drop", 100), ("white", 193), ("black", 40)])
def test_a_fourth_channel_goes_by_the_rule_for_alpha(alpha, expected):
    picture = np.full((2, 2, 4), (100, 100, 100, 102), np.uint8)
    assert (open_frames(picture, alpha=alpha)[0].image == expected).all()


@pytest.mark.parametrize(
    ("origin", "says"),
    [
        pytest.param(RGB[0] / 255, "np.clip(np.rint(x * 255), 0, 255).astype('uint8')", id="0..1"),
        pytest.param(RGB[0].astype(np.float32), "np.clip(np.rint(x), 0, 255).astype('uint8')", id="0..255 floats"),
        pytest.param(RGB[0].astype(np.uint16), "(x >> 8).astype('uint8') takes the high byte", id="16 bits"),
        pytest.param(RGB[0].astype(np.int64), "np.clip(x, 0, 255).astype('uint8')", id="int64"),
        pytest.param(RGB[0] > 4, "multiply by np.uint8(255)", id="a mask"),
        pytest.param(RGB[0, :, :, :2], "2 channels are no picture", id="two channels"),
        pytest.param(np.zeros((3, 40, 50), np.uint8), "channels come last: np.moveaxis(x, 0, -1)", id="channels first"),
        pytest.param(np.zeros((9, 40, 50), np.uint8), "pass list(x) when these are gray pictures", id="gray pictures"),
        pytest.param(np.zeros((0, 4, 5, 3), np.uint8), "(0, 4, 5, 3) uint8", id="no pictures"),
        pytest.param(np.zeros((1, 2, 4, 5, 3), np.uint8), "(1, 2, 4, 5, 3) uint8", id="five axes"),
        pytest.param(np.zeros(7, np.uint8), "(7,) uint8", id="one axis"),
        pytest.param([RGB[0], None], "array 1 is None, as cv2.imread gives it", id="a gap in a list"),
        pytest.param([RGB[0], RGB[0] / 2], "array 1 is (4, 5, 3) float64", id="one bad picture of two"),
    ],
)
def test_other_arrays_are_refused_with_the_cure(origin, says):
    with pytest.raises(InvalidValue, match=re.escape(says)) as caught:
        open_frames(origin)
    assert "\n" not in str(caught.value)


def test_arrays_are_decoded_already():
    frames = open_frames(RGB)
    assert frames.decoders == ()
    assert frames.decoded_by("pil") is frames
