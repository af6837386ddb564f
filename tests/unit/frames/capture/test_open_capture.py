"""What is a live source, and what is refused."""

import numpy as np
import pytest

from workbench.errors import InvalidValue, UnknownName, UnreadableSource
from workbench.frames import open_frames
from workbench.frames.capture import open_capture
from workbench.frames.capture.open import expect_source
from workbench.frames.frame import FrameStream


@pytest.mark.parametrize(
    ("origin", "options", "error", "says"),
    [
        pytest.param("nowhere.mp4", {}, UnreadableSource, "nowhere.mp4 does not exist", id="no such file"),
        pytest.param("ftp://host/clip", {}, UnreadableSource, "ftp:// is not read", id="another scheme"),
        pytest.param(b"bytes", {}, InvalidValue, "got a bytes", id="bytes"),
        pytest.param(True, {}, InvalidValue, "got a bool", id="a truth value is no camera"),
        pytest.param(0, {"decode": "pyav"}, InvalidValue, "a camera is read by 'cv2'", id="camera with pyav"),
        pytest.param("camera:0", {"decode": "pil"}, UnknownName, "no decoder of live", id="camera with pil"),
        pytest.param("rtsp://h/x", {"exif": "turn"}, UnknownName, "no exif policy named 'turn'", id="exif policy"),
        pytest.param("http://h/x.mp4", {"speed": 0}, InvalidValue, "speed is a factor", id="a clip that stands still"),
        pytest.param("rtsp://h/x", {"read_timeout_s": 0}, InvalidValue, "seconds above 0", id="no time at all"),
    ],
)
def test_what_is_no_source_says_so_in_one_line(origin, options, error, says):
    with pytest.raises(error, match=says) as caught:
        open_capture(origin, **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("origin", "says"),
    [
        pytest.param("nowhere.mp4", "nowhere.mp4 does not exist", id="no such file"),
        pytest.param("nowhere/*.png", "no file matches", id="a glob of nothing"),
        pytest.param("watch:nowhere", "nowhere is no folder", id="no folder to watch"),
        pytest.param("ftp://host/clip", "ftp:// is not read", id="another scheme"),
        pytest.param("rtsp://", "rtsp:// names no host", id="an address of nothing"),
        pytest.param("rtsp:/camera/1", "if an address is meant, write all of it", id="half of an address"),
        pytest.param("camera:100", "camera:100 is no camera", id="a camera's number that is none"),
        pytest.param("camera:one", "camera:one is no camera", id="no number of a camera"),
        pytest.param("", "the path is empty", id="nothing"),
    ],
)
def test_a_name_that_is_no_source_is_refused_before_anything_is_opened(origin, says):
    with pytest.raises(UnreadableSource, match=says):
        expect_source(origin)


@pytest.mark.parametrize("origin", [0, "camera:3", "rtsp://nobody.invalid/1", "udp://@:1234", "sample:bikes", [1]])
def test_what_may_be_a_source_is_not_asked_for_more_than_its_name(origin):
    expect_source(origin)


def test_a_file_and_a_folder_may_be_sources_whatever_is_in_them(tmp_path):
    (tmp_path / "clip.mp4").write_text("no clip")
    expect_source(tmp_path / "clip.mp4")
    expect_source(tmp_path)
    expect_source(f"watch:{tmp_path}")


class Tape(FrameStream):
    """A stream somebody has opened already."""

    origin, order, closed = "tape", "bgr", 0

    def arrays(self):
        yield np.full((2, 2, 3), 5, np.uint8)

    def __iter__(self):
        raise NotImplementedError

    def close(self):
        self.closed += 1


def test_an_opened_stream_is_read_in_its_channel_order_and_left_to_its_owner(drained):
    tape = Tape()
    with open_capture(tape) as capture:
        got, _ = drained(capture)
        assert (capture.origin, capture.order, len(got)) == ("tape", "bgr", 1)
    assert not tape.closed


def test_an_opened_sequence_keeps_its_decoder(clip, drained):
    frames = open_frames(clip("b-frames.mp4"), decode="pyav")[10:20]
    with open_capture(frames) as capture:
        got, _ = drained(capture)
        assert capture.order == "rgb"
    assert len(got) == 10
    assert np.array_equal(got[3].image, frames.array(3))
