"""OpenCV's log is held back while somebody is inside, and is as before afterwards."""

import threading

import cv2
import pytest

from workbench.frames.opencv_log import quiet_log

LEVELS = cv2.utils.logging


@pytest.fixture
def level():
    before = LEVELS.setLogLevel(LEVELS.LOG_LEVEL_ERROR)
    yield LEVELS.LOG_LEVEL_ERROR
    LEVELS.setLogLevel(before)


def test_the_log_is_quiet_inside_and_as_before_behind_it_also_after_an_error(level):
    with pytest.raises(ZeroDivisionError), quiet_log():
        assert LEVELS.getLogLevel() == LEVELS.LOG_LEVEL_SILENT
        raise ZeroDivisionError
    assert LEVELS.getLogLevel() == level


def test_the_log_is_as_before_when_two_threads_leave_in_the_order_they_came(level):
    inside, leave = threading.Event(), threading.Event()

    def first():
        with quiet_log():
            inside.set()
            leave.wait(60)

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(60)
    with quiet_log():
        leave.set()
        thread.join()
        assert LEVELS.getLogLevel() == LEVELS.LOG_LEVEL_SILENT
    assert LEVELS.getLogLevel() == level
