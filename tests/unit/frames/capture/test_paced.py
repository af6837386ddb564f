"""A clip from a server, played in real time."""

import numpy as np
import pytest

from workbench.frames.capture import Lost
from workbench.frames.capture.feeds import Arrived
from workbench.frames.capture.paced import paced

IMAGE = np.zeros((2, 3, 3), np.uint8)


class Clock:
    """Goes on while somebody sleeps, and while a picture is awaited."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def played(takes, *, speed=1.0, period=0.5):
    """Return when each of some pictures, which take so long to come, counted as captured, and when it was given out."""
    clock = Clock()

    def coming():
        for number, seconds in enumerate(takes):
            clock.now += seconds
            yield Arrived(IMAGE, clock.now, 0.0, seconds, number * period)

    items = paced(coming(), speed, now=clock, sleep=clock.sleep)
    return [(round(item.captured_s - 100, 6), round(clock.now - 100, 6)) for item in items]


@pytest.mark.parametrize(
    ("takes", "speed", "captured", "given_out"),
    [
        pytest.param([0, 0, 0], 1.0, [0, 0.5, 1.0], [0, 0.5, 1.0], id="all there: each when it is due"),
        pytest.param([0, 0, 0], 2.0, [0, 0.25, 0.5], [0, 0.25, 0.5], id="twice as fast"),
        pytest.param([3, 0, 0], 1.0, [3, 3.5, 4.0], [3, 3.5, 4.0], id="the clock starts with the first"),
        pytest.param([0, 0.9, 0], 1.0, [0, 0.5, 1.0], [0, 0.9, 1.0], id="one that is late keeps its moment"),
        pytest.param([0, 4, 0], 1.0, [0, 4, 4.5], [0, 4, 4.5], id="one that is very late holds up the clock"),
    ],
)
def test_each_picture_comes_when_it_is_due(takes, speed, captured, given_out):
    assert played(takes, speed=speed) == list(zip(captured, given_out, strict=True))


def test_what_was_lost_is_passed_on():
    assert list(paced(iter([Lost("broken", 2)]), 1.0)) == [Lost("broken", 2)]
