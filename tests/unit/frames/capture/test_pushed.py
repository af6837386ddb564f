"""Frames that somebody else brings."""

import threading

import numpy as np
import pytest

from workbench.errors import InvalidValue
from workbench.frames.capture import Lost, PushedFrames


def picture(value):
    return np.full((2, 3, 3), value, np.uint8)


def test_pushed_pictures_are_read_with_their_times():
    source = PushedFrames(origin="webcam")
    assert source.state.phase == "opening"
    assert source.push(picture(1), captured_s=100.0)
    assert source.push(picture(2), captured_s=100.5)
    got = [source.read(), source.read()]
    assert [(each.number, each.captured_s, each.time_s) for each in got] == [(0, 100.0, 0.0), (1, 100.5, 0.5)]
    assert source.state.phase == "live"


def test_the_newest_two_are_kept_and_the_rest_is_counted():
    source = PushedFrames()
    for value in range(10):
        source.push(picture(value))
    assert source.read() == Lost("overrun", 8)
    assert [source.read().number, source.read().number] == [8, 9]


def test_a_picture_is_copied():
    source, image = PushedFrames(), picture(1)
    source.push(image)
    image[:] = 9
    assert source.read().image[0, 0, 0] == 1


def test_after_the_end_what_waits_is_still_read():
    source = PushedFrames()
    source.push(picture(1))
    source.end()
    assert not source.push(picture(2))
    assert source.read().number == 0
    assert source.read() is None
    assert source.state.phase == "ended"


@pytest.mark.parametrize("end", ["stop", "close"])
def test_stop_ends_a_waiting_read(end):
    source = PushedFrames()
    threading.Timer(0.05, getattr(source, end)).start()
    assert source.read() is None
    assert not source.push(picture(1))


@pytest.mark.parametrize("image", [np.zeros((2, 3, 3)), "picture", np.zeros((2, 3, 7), np.uint8)])
def test_what_is_no_picture_is_refused(image):
    with pytest.raises(InvalidValue, match="the pushed picture is"):
        PushedFrames().push(image)


def test_a_place_for_no_picture_is_refused():
    with pytest.raises(InvalidValue, match="kept is a whole number"):
        PushedFrames(kept=0)
