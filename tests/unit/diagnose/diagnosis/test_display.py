"""What a window would show, and what is wrong with it."""

import cv2
import numpy as np
import pytest

from workbench.diagnose.diagnosis.display import check_display
from workbench.errors import InvalidValue
from workbench.samples.mistakes import show_input


def photo():
    """A picture with red on the left and blue below, all channels different."""
    rows, columns = np.mgrid[0:60, 0:80]
    return np.stack([columns * 3, (rows + columns), rows * 4], axis=-1).astype(np.uint8)


IMAGES = [photo(), photo()[:, ::-1]]


@pytest.mark.parametrize(
    ("show", "faults"),
    [
        pytest.param(lambda frame: frame, [], id="the frame itself"),
        pytest.param(lambda frame: frame / 255.0, [], id="floats in 0..1, blue first"),
        pytest.param(lambda frame: cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), [], id="gray"),
        pytest.param(show_input, ["display color"], id="the tutorial's float RGB"),
        pytest.param(lambda frame: frame[..., ::-1], ["display color"], id="uint8 RGB"),
        pytest.param(lambda frame: frame.astype(float), ["display levels"], id="floats in 0..255"),
        pytest.param(lambda frame: frame / 127.5 - 1, ["display levels"], id="floats in -1..1"),
        pytest.param(lambda frame: (frame / 255).astype(np.uint8), ["display levels"], id="0..1 cast to uint8"),
        pytest.param(lambda frame: frame[None], ["display shape"], id="a batch axis"),
        pytest.param(lambda frame: None, ["display shape"], id="nothing"),
    ],
)
def test_what_is_wrong_on_the_screen_is_named(show, faults):
    assert [each.fault for each in check_display(show, IMAGES, "bgr")] == faults


def test_pictures_without_colour_accuse_nobody():
    gray = np.repeat(photo()[..., :1], 3, axis=2)
    assert check_display(lambda frame: frame[..., ::-1], [gray], "bgr") == ()


def test_a_function_that_raises_is_told_in_one_line():
    with pytest.raises(InvalidValue, match=r"the display function '<lambda>' raises ZeroDivisionError"):
        check_display(lambda frame: 1 / 0, IMAGES, "bgr")
