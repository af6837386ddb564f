"""A sequence as fast as it is read, and in real time."""

import threading
import time

import cv2
import numpy as np
import pytest

from workbench.errors import InvalidValue
from workbench.frames import open_frames
from workbench.frames.capture import Captured, Lost, open_capture
from workbench.frames.capture.played import AHEAD, PlayedFile


@pytest.fixture
def unhurried(monkeypatch):
    """Let no picture hold up the clock, however long this process is held up itself."""
    monkeypatch.setattr("workbench.frames.capture.real_time.PATIENCE_S", 1e6)


def numbered(count):
    return open_frames([np.full((2, 3, 3), value, np.uint8) for value in range(count)])


def test_a_file_as_fast_as_it_goes_gives_cv2s_own_pixels_and_waits_for_its_reader(clip, drained):
    path = clip("b-frames.mp4")
    plain = cv2.VideoCapture(str(path))
    with open_capture(path) as capture:
        got, lost = drained(capture)
        assert capture.waits
        assert capture.state.phase == "ended"
    assert lost == []
    assert [each.number for each in got] == list(range(60))
    assert all(np.array_equal(each.image, plain.read()[1]) for each in got)


def test_the_age_of_a_picture_that_is_read_counts_its_decoding(clip):
    with open_capture(clip("b-frames.mp4")) as capture:
        before = time.monotonic()
        first = capture.read()
        assert before <= first.captured_s <= time.monotonic() - first.decode_s
        assert first.decode_s > 0


def test_samples_are_sources():
    with open_capture("sample:bikes") as capture:
        assert capture.read().image.shape == (272, 640, 3)
        assert capture.origin == "sample:bikes"


def test_a_loop_has_no_end_and_its_numbers_and_times_go_on():
    with open_capture(numbered(3), loop=True) as capture:
        got = [capture.read() for _ in range(8)]
    assert [int(each.image[0, 0, 0]) for each in got] == [0, 1, 2, 0, 1, 2, 0, 1]
    assert [each.number for each in got] == list(range(8))
    assert np.all(np.diff([each.time_s for each in got]) > 0)


@pytest.mark.usefixtures("unhurried")
def test_in_real_time_each_frame_comes_when_it_is_due(drained):
    with open_capture(numbered(26), speed=5.0) as capture:
        assert not capture.waits
        got, lost = drained(capture)
        elapsed = time.monotonic() - got[0].captured_s
    due = np.array([each.captured_s for each in got])
    assert len(got) + sum(each.count for each in lost) == 26
    assert due - due[0] == pytest.approx([each.time_s / 5 for each in got])
    assert elapsed >= 25 / 25 / 5 - 1e-6  # the first is due when it is asked for, and so is never lost


def test_no_frame_is_given_out_before_it_is_due():
    with open_capture(numbered(20), speed=4.0) as capture:
        while (item := capture.read()) is not None:
            assert isinstance(item, Lost) or item.captured_s <= time.monotonic()


@pytest.mark.usefixtures("unhurried")
def test_a_late_reader_gets_frames_in_order_and_is_told_of_the_rest(drained, eventually):
    with open_capture(numbered(60), speed=10.0) as capture:
        first = capture.read()
        eventually(lambda: not playing())  # all are decoded, and all but the last are due
        got, lost = drained(capture)
    assert lost == [Lost("overrun", 59 - AHEAD)]
    assert [each.number for each in (first, *got)] == [0, *range(60 - AHEAD, 60)]


def playing():
    """Return the threads that decode ahead."""
    return [thread for thread in threading.enumerate() if thread.name == "workbench-play"]


class SlowToDecode:
    """A clock that only decoding moves: two seconds a frame."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_a_decoder_that_is_too_slow_holds_up_the_clock_and_the_state_says_so():
    clock, frames = SlowToDecode(), numbered(6)
    arrays = frames.arrays

    def slowly():
        for image in arrays():
            clock.now += 2.0
            yield image
            step.acquire()

    step = threading.Semaphore(0)
    frames.arrays = slowly
    with PlayedFile(frames, now=clock) as capture:
        got = []
        for _ in range(6):
            got.append(capture.read())
            step.release()
        assert "decoding is slower than 1 times real time; played 9.8 s late so far" in capture.state.detail
    assert [each.number for each in got] == list(range(6))
    assert [each.captured_s for each in got] == [2, 4, 6, 8, 10, 12]


@pytest.mark.parametrize("speed", [0, -1.0, float("inf"), float("nan")])
def test_a_speed_that_is_none_is_refused(speed):
    with pytest.raises(InvalidValue, match="speed is a factor of real time above 0"):
        open_capture(numbered(1), speed=speed)


def test_an_error_while_decoding_reaches_the_reader_after_the_frames_before_it():
    frames = numbered(3)

    def failing():
        yield frames.array(0)
        raise OSError("the disk is gone")

    frames.arrays = failing
    with open_capture(frames, speed=1.0) as capture:
        assert isinstance(capture.read(), Captured)
        with pytest.raises(OSError, match="the disk is gone"):
            capture.read()
        assert capture.state.phase == "failed"


def test_stop_ends_a_waiting_read_at_once(eventually):
    capture = open_capture(numbered(9), speed=1e-5)  # a frame every hour
    capture.read()
    threading.Timer(0.05, capture.stop).start()
    assert capture.read() is None
    assert capture.state.phase == "stopped"
    capture.close()
    capture.close()
    eventually(lambda: not playing())
