"""Cameras and network streams."""

import cv2
import numpy as np
import pytest

from workbench.errors import UnreadableSource
from workbench.frames import FrameSequence, open_frames
from workbench.frames.live import LiveStream


class FakeCamera:
    """Hands out three pictures, as a `VideoCapture` does, then ends."""

    def __init__(self):
        self.left, self.released = [np.full((4, 6, 3), (255, 0, value), np.uint8) for value in (1, 2, 3)], 0

    def read(self):
        return (True, self.left.pop(0)) if self.left else (False, None)

    def release(self):
        self.left, self.released = [], self.released + 1


def test_a_stream_gives_frames_in_rgb_with_rising_times_and_ends():
    frames = list(LiveStream(FakeCamera(), origin="camera:0"))
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert frames[1].image[0, 0].tolist() == [2, 0, 255]
    assert frames[0].time_s == 0 <= frames[1].time_s <= frames[2].time_s
    assert frames[0].origin == "camera:0"


def test_arrays_of_a_stream_are_uncopied_bgr():
    camera = FakeCamera()
    first = camera.left[0]
    stream = LiveStream(camera, origin="camera:0")
    assert stream.order == "bgr"
    assert next(stream.arrays()) is first


def test_leaving_the_block_releases_the_camera_and_ends_the_iteration():
    camera = FakeCamera()
    with LiveStream(camera, origin="camera:0") as stream:
        iteration = stream.arrays()
        next(iteration)
    stream.close()
    assert camera.released == 2
    assert list(iteration) == []


def test_a_clip_from_a_web_server_is_a_stream(served, clip):
    with open_frames(served.url) as stream:
        assert not isinstance(stream, FrameSequence)
        received = list(stream.arrays())
    capture = cv2.VideoCapture(str(clip("b-frames.ts")))
    expected = [capture.read()[1] for _ in range(60)]
    assert served.requests
    assert len(received) == 60
    assert all(np.array_equal(one, other) for one, other in zip(received, expected, strict=True))


@pytest.mark.parametrize("origin", [87, "camera:87", np.int64(87)])
def test_a_camera_that_is_not_there_says_so(origin):
    with pytest.raises(UnreadableSource, match=r"camera 87 cannot be opened; is it plugged in.*'sample:bikes'"):
        open_frames(origin)


@pytest.mark.parametrize("origin", [-1, 100, 1900, "camera:100", "camera:-1", "camera:front"])
def test_what_is_no_number_of_a_camera_opens_no_backend(origin):
    with pytest.raises(UnreadableSource, match=r"^camera:\S+ is no camera; they have numbers from 0 to 99"):
        open_frames(origin)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        pytest.param("http://127.0.0.1:9/clip.mp4", "cannot be opened as a stream", id="nobody there"),
        pytest.param(
            "ftp://127.0.0.1/clip.mp4", "ftp:// is not read; give a path, or one of http", id="another scheme"
        ),
        pytest.param("file:///etc/hostname", "file:// is not read; give a path", id="a file as an address"),
    ],
)
def test_an_address_that_cannot_be_read_says_so(url, says):
    with pytest.raises(UnreadableSource, match=says):
        open_frames(url)


def test_the_password_of_a_stream_is_not_shown():
    with pytest.raises(UnreadableSource, match="cannot be opened") as caught:
        open_frames("http://user:secret@127.0.0.1:9/live")
    assert "secret" not in str(caught.value)
