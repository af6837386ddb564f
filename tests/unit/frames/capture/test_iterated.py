"""Frames from a generator."""

import threading
import time

import numpy as np
import pytest

from workbench.errors import InvalidValue
from workbench.frames import Frame
from workbench.frames.capture import open_capture


def picture(value):
    return np.full((2, 3, 3), value, np.uint8)


def test_arrays_come_in_order_and_the_generator_is_not_run_far_ahead(drained):
    made = []

    def frames():
        for value in range(6):
            made.append(value)
            yield picture(value)

    with open_capture(frames()) as capture:
        assert capture.waits
        assert capture.order == "rgb"
        assert capture.origin == "frames"
        first = capture.read()
        time.sleep(0.05)
        assert made[-1] <= 2
        got, lost = drained(capture)
    assert [int(each.image[0, 0, 0]) for each in [first, *got]] == list(range(6))
    assert lost == []
    assert capture.state.phase == "ended"


def test_a_buffer_that_is_filled_again_and_again_is_copied(drained):
    def frames():
        buffer = picture(0)
        for value in range(4):
            buffer[:] = value
            yield buffer

    with open_capture(frames()) as capture:
        assert [int(each.image[0, 0, 0]) for each in drained(capture)[0]] == [0, 1, 2, 3]


def test_frames_keep_their_time_and_origin():
    with open_capture(iter([Frame(picture(1), 7, 2.5, "tape")])) as capture:
        got = capture.read()
    assert (got.number, got.time_s, got.origin) == (0, 2.5, "tape")


def test_an_exception_comes_out_of_read_after_the_frames_before_it():
    def frames():
        yield picture(1)
        raise KeyError("sensor")

    with open_capture(frames()) as capture:
        capture.read()
        with pytest.raises(KeyError, match="sensor"):
            capture.read()
        assert capture.state.phase == "failed"
        assert capture.read() is None


def test_what_is_no_picture_is_refused():
    with open_capture(iter([np.zeros((2, 3, 3), float)])) as capture, pytest.raises(InvalidValue, match="item 0 of"):
        capture.read()


def test_stop_does_not_wait_for_a_generator_that_hangs():
    hanging, closed = threading.Event(), []

    def frames():
        try:
            yield picture(1)
            hanging.wait()
            yield picture(2)
        finally:
            closed.append(True)

    capture = open_capture(frames())
    capture.read()
    threading.Timer(0.05, capture.stop).start()
    assert capture.read() is None
    capture.close()
    assert closed == []  # it hangs still
    hanging.set()
    for thread in threading.enumerate():
        if thread.name == "workbench-iterate":
            thread.join(60)
    assert closed == [True]


def test_a_capture_and_a_stream_that_are_opened_are_taken_as_they_are(tmp_path):
    with open_capture(iter([picture(1)])) as capture:
        assert open_capture(capture) is capture
