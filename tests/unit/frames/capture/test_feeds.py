"""What the reading process makes of a decoder's answers."""

import cv2
import numpy as np
import pytest

from workbench.frames.capture import Lost
from workbench.frames.capture.feeds import Arrived, Cv2Feed, ending, without_backlog


class FakeCamera:
    """Grabs and fails as told, as a `VideoCapture` does, then fails for ever."""

    def __init__(self, grabs, frames=-1.0):
        self.grabs, self.frames = list(grabs), frames

    def get(self, what):
        assert what == cv2.CAP_PROP_FRAME_COUNT
        return self.frames

    def grab(self):
        return self.grabs.pop(0) if self.grabs else False

    def retrieve(self):
        return True, np.zeros((2, 3, 3), np.uint8)


PICTURE = "picture"


@pytest.mark.parametrize(
    ("grabs", "expected"),
    [
        pytest.param([1, 1], [PICTURE, PICTURE], id="pictures"),
        pytest.param([1, 0, 1], [PICTURE, Lost("broken", 1), PICTURE], id="one is broken"),
        pytest.param([0, 0, 1], [Lost("broken", 2), PICTURE], id="two in a row"),
        pytest.param([1, 0, 0, 0, 1], [PICTURE], id="three in a row are the end"),
        pytest.param([], [], id="nothing at all"),
    ],
)
def test_a_grab_that_fails_alone_is_a_broken_picture(grabs, expected):
    found = list(Cv2Feed(FakeCamera(grabs)).pictures())
    assert [each if isinstance(each, Lost) else PICTURE for each in found] == expected


@pytest.mark.parametrize(("said", "promised"), [(-1.0, 0), (-9.2e18, 0), (0.0, 0), (250.0, 250)])
def test_only_a_clip_promises_frames(said, promised):
    assert Cv2Feed(FakeCamera([], said)).promised == promised


@pytest.mark.parametrize(
    ("delivered", "promised", "problem"),
    [
        pytest.param(60, 60, None, id="a whole clip"),
        pytest.param(57, 60, None, id="an estimate that is a little off"),
        pytest.param(30, 60, "only 30 of about 60 frames of the clip came", id="half a clip"),
        pytest.param(900, 0, "the connection was closed", id="a stream without an end"),
    ],
)
def test_a_clip_that_is_over_is_told_from_a_lost_connection(delivered, promised, problem):
    assert ending(delivered, promised) == problem


def arrived(captured_s, waited_s):
    return Arrived(np.zeros((2, 3, 3), np.uint8), captured_s, 0.001, waited_s)


@pytest.mark.parametrize(
    ("pictures", "passed_on", "given_up"),
    [
        pytest.param([(0, 0), (0.04, 0.03), (0.08, 0)], 3, 0, id="a stream without a backlog"),
        pytest.param([(0, 0), (0.01, 0), (0.02, 0), (0.06, 0.03), (0.1, 0)], 3, 2, id="two lay ready"),
        pytest.param([(0, 0), (0.4, 0), (0.8, 0), (1.2, 0), (1.6, 0)], 3, 2, id="a decoder that is too slow"),
        pytest.param([(0, 5.0)], 1, 0, id="one picture"),
    ],
)
def test_pictures_that_lay_ready_when_a_stream_was_opened_are_given_up(pictures, passed_on, given_up):
    found = list(without_backlog(iter([arrived(*each) for each in pictures])))
    assert sum(isinstance(each, Arrived) for each in found) == passed_on
    assert [each for each in found if isinstance(each, Lost)] == [Lost("overrun")] * given_up
    assert isinstance(found[0], Arrived)


class Busy(FakeCamera):
    """Waits for a picture and then decodes it, both inside `grab`, as FFmpeg does; stands for `time`, too."""

    def __init__(self, waits_s, decodes_s):
        super().__init__([1])
        self.waits_s, self.decodes_s, self.now, self.spent = waits_s, decodes_s, 100.0, 7.0

    def grab(self):
        self.now += max(self.waits_s + self.decodes_s, 0.0)
        self.spent += self.decodes_s
        return super().grab()

    def monotonic(self):
        return self.now

    def thread_time(self):
        return self.spent


@pytest.mark.parametrize(
    ("waits_s", "captured_s"),
    [
        pytest.param(0.03, 100.03, id="it is awaited, and its age counts its decoding"),
        pytest.param(-0.01, 100.0, id="never before it was asked for, where the clock of the processor goes faster"),
    ],
)
def test_a_picture_arrives_before_it_is_decoded(monkeypatch, waits_s, captured_s):
    camera = Busy(waits_s, decodes_s=0.02)
    monkeypatch.setattr("workbench.frames.capture.feeds.time", camera)
    [found] = Cv2Feed(camera).pictures()
    assert (found.captured_s, found.decode_s) == pytest.approx((captured_s, 0.02))
    assert found.waited_s == pytest.approx(captured_s - 100)
