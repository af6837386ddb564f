import base64

import cv2
import numpy as np
import pytest

from workbench.errors import InvalidValue
from workbench.views.encode import MOVING_HEIGHT, data_uri, encode_all, jpeg, png


def decoded(data):
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def test_png_keeps_every_pixel_and_the_channel_order(picture):
    assert (decoded(png(picture)) == picture).all()


def test_jpeg_stays_near_the_picture_in_the_right_colours():
    red = np.zeros((32, 32, 3), np.uint8)
    red[..., 0] = 220
    assert np.abs(decoded(jpeg(red)).astype(int) - red).max() <= 3


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(np.zeros((4, 4, 3), np.float32), id="floats, which OpenCV would write as black"),
        pytest.param(np.zeros((4, 4), np.uint8), id="gray"),
        pytest.param(np.zeros((4, 4, 4), np.uint8), id="alpha"),
    ],
)
def test_what_is_no_rgb_picture_is_refused(image):
    with pytest.raises(InvalidValue, match="uint8 RGB"):
        png(image)


def test_exact_pictures_are_png_of_full_size():
    tall = np.zeros((MOVING_HEIGHT * 2, 30, 3), np.uint8)
    encoded, kind = encode_all([tall], exact=True)
    assert kind == "image/png"
    assert decoded(encoded[0]).shape == tall.shape


def test_moving_pictures_are_jpeg_no_higher_than_a_pane_shows():
    tall, low = np.zeros((MOVING_HEIGHT * 2, 30, 3), np.uint8), np.zeros((9, 7, 3), np.uint8)
    encoded, kind = encode_all([tall, low], exact=False)
    assert kind == "image/jpeg"
    assert [decoded(data).shape for data in encoded] == [(MOVING_HEIGHT, 15, 3), low.shape]


def test_a_data_uri_holds_the_bytes(picture):
    head, _, text = data_uri(png(picture), "png").partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(text) == png(picture)
