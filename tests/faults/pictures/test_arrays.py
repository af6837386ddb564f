"""Arrays that are no pictures."""

import re

import numpy as np
import pytest

from workbench.frames import open_frames

RGB = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
WITH_NAN = np.where(RGB == 7, np.nan, RGB / 255)


@pytest.mark.parametrize(
    ("origin", "says"),
    [
        pytest.param(RGB / 255, "np.rint(x * 255)", id="floats from 0 to 1"),
        pytest.param(RGB.astype(np.float32), "np.rint(x)", id="floats from 0 to 255"),
        pytest.param(WITH_NAN, "1 of its values is NaN or infinite", id="floats with a NaN"),
        pytest.param(np.full((4, 5, 3), -np.inf), "60 of its values are NaN or infinite", id="nothing but infinity"),
        pytest.param(RGB * 1j, "complex128", id="complex numbers"),
        pytest.param(RGB.astype(np.uint16), "x >> 8", id="16 bits"),
        pytest.param(RGB.astype(object), "its values are objects", id="objects"),
        pytest.param(np.array(["a", "b"]), "<U1", id="text"),
        pytest.param(np.zeros(4, [("r", np.uint8), ("g", np.uint8)]), "an array of frames is", id="named fields"),
        pytest.param(RGB[:, :, :2], "2 channels are no picture", id="two channels"),
        pytest.param(np.zeros((4, 5, 7), np.uint8), "7 channels are no picture", id="seven channels"),
        pytest.param(np.zeros((3, 40, 50), np.uint8), "np.moveaxis(x, 0, -1)", id="channels first"),
        pytest.param(np.zeros((0, 4, 5, 3), np.uint8), "(0, 4, 5, 3) uint8", id="no pictures in an array"),
        pytest.param(np.zeros((4, 0, 3), np.uint8), "(4, 0, 3) uint8", id="a picture without columns"),
        pytest.param(np.array(7, np.uint8), "() uint8", id="a number"),
        pytest.param([], "the list is empty", id="an empty list"),
        pytest.param([RGB, None], "array 1 is None", id="a None among pictures, as cv2.imread gives it"),
        pytest.param([RGB, RGB / 2], "array 1 is (4, 5, 3) float64", id="one picture of floats among others"),
        pytest.param(np.ma.masked_less(RGB, 9), "np.ma.filled", id="a masked array"),
    ],
)
def test_what_is_no_picture(raised, origin, says):
    raised(lambda: open_frames(origin), message=says)


def test_a_picture_that_is_changed_while_it_is_used(told):
    """What a caller's array holds is what a frame holds: it is not copied, and says nothing of changes."""
    mine = RGB.copy()
    frames = open_frames(mine)
    mine[:] = 9
    assert (frames[0].image == 9).all()
    told("harmless", "frames show what the array holds when they are used; it is never copied, and never written to")


def test_the_cures_work():
    """What an error tells a user to do gives a picture."""
    for given in (RGB / 255, RGB.astype(np.float32), RGB.astype(np.uint16) << 8, RGB > 9, RGB.astype(np.int64)):
        with pytest.raises(ValueError, match="uint8") as caught:
            open_frames(given)
        cure = re.search(r"(\(x >> 8\)|np\.clip\().*", str(caught.value))
        taken = eval(cure[0].split(" takes")[0], {"np": np, "x": given}) if cure else given * np.uint8(255)
        assert len(open_frames(taken)) == 1
