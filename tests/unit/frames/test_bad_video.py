"""Videos that cannot be read, or not all of it, say so in one line."""

import os
import re
import shutil
import subprocess

import imageio_ffmpeg
import pytest

from workbench.errors import InvalidValue, UnreadableSource, WorkbenchError
from workbench.frames import cv2_video, headers, open_frames
from workbench.frames.containers import missing_bytes

CUT_SHORT = ["mpeg4.avi", "windows.wmv", "b-frames.mkv", "vp9.webm", "fragmented.mp4", "index-first.mp4"]


@pytest.mark.parametrize("name", CUT_SHORT)
def test_half_a_video_is_refused(half, name):
    with pytest.raises(UnreadableSource, match=r"is damaged: .*(missing|incomplete).*allow_damaged=True"):
        open_frames(half(name))


@pytest.mark.parametrize("decode", ["cv2", "pyav"])
@pytest.mark.parametrize("name", CUT_SHORT)
def test_what_is_there_of_half_a_video_can_be_asked_for(half, plain, digest_of, name, decode):
    expected = plain(half(name), decode)
    frames = open_frames(half(name), decode=decode, allow_damaged=True)
    assert "missing" in frames.damaged or "incomplete" in frames.damaged
    assert len(frames) == len(expected) < 60
    assert [digest_of(frames.array(index)) for index in range(len(frames) - 1, -1, -1)] == expected[::-1]


@pytest.mark.parametrize("name", ["b-frames.mp4", *CUT_SHORT, "b-frames.ts", "raw.h264"])
def test_a_whole_video_is_not_called_damaged(clip, name):
    assert missing_bytes(clip(name)) == 0
    assert open_frames(clip(name)).damaged is None


def test_half_an_mp4_without_its_index_cannot_be_opened_at_all(half):
    with pytest.raises(UnreadableSource, match="cut short; get the whole file"):
        open_frames(half("b-frames.mp4"), allow_damaged=True)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", "is empty", id="no bytes"),
        pytest.param(b"ffconcat version 1.0\nfile other.mp4\n", "is no video but text.*ffconcat", id="ffconcat"),
        pytest.param(b"#EXTM3U\nhttp://127.0.0.1:9/a.ts\n", "is no video but text.*EXTM3U", id="playlist"),
        pytest.param(b"\xef\xbb\xbf<!DOCTYPE html><html>404</html>", "is no video but text.*DOCTYPE", id="web page"),
        pytest.param(b"\0\0\0\x20ftypisom" + bytes(100), "cannot be opened as a video", id="nothing after the header"),
        pytest.param(bytes(range(256)) * 20, "cannot be opened as a video", id="noise"),
    ],
)
def test_what_is_no_video_is_refused_whatever_its_name(tmp_path, content, says):
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(UnreadableSource, match=says) as caught:
        open_frames(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_of_sound_has_no_video(tmp_path):
    path = tmp_path / "sound.mp4"
    tone = ["-f", "lavfi", "-i", "sine=duration=0.2"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *tone, str(path)], check=True)
    with pytest.raises(UnreadableSource, match="no video stream"):
        open_frames(path)


def test_a_number_pattern_is_no_file_but_a_glob_is_offered(clip, tmp_path):
    with pytest.raises(UnreadableSource, match=r"use a glob: .*seq_\*\.png"):
        open_frames(tmp_path / "seq_%03d.png")
    path = shutil.copy(clip("b-frames.mp4"), tmp_path / "take_%03d.mp4")  # yet a file may have such a name
    assert len(open_frames(path)) == 60


def test_frames_over_the_pixel_limit_are_refused_before_one_is_decoded(clip, monkeypatch):
    monkeypatch.setenv(headers.PIXELS_VARIABLE, "3000")
    with pytest.raises(InvalidValue, match=r"96x40 pixels, over the limit of 0.003 megapixels"):
        open_frames(clip("b-frames.mp4"))


@pytest.mark.parametrize("before", [None, "rtsp_transport;udp"])
def test_files_are_opened_with_no_way_to_the_network_and_the_environment_is_put_back(monkeypatch, before):
    monkeypatch.delenv(cv2_video.OPTIONS, raising=False)
    if before:
        monkeypatch.setenv(cv2_video.OPTIONS, before)
    with cv2_video.local_files_only():
        assert os.environ[cv2_video.OPTIONS].split("|")[-1] == "protocol_whitelist;file"
        assert os.environ[cv2_video.OPTIONS].startswith(before or "format_whitelist")
    assert os.environ.get(cv2_video.OPTIONS) == before


def test_opencv_without_a_way_to_the_network_does_not_open_an_address(served):
    with cv2_video.local_files_only():
        assert not cv2_video.cv2.VideoCapture(served.url, cv2_video.cv2.CAP_FFMPEG).isOpened()
    assert served.requests == []


@pytest.mark.parametrize("decode", ["pil", "tf"])
def test_a_video_is_not_read_by_a_decoder_of_pictures(clip, decode):
    with pytest.raises(WorkbenchError, match=re.escape("decode='cv2' or 'pyav'")):
        open_frames(clip("b-frames.mp4"), decode=decode)


def test_an_iteration_that_ends_early_is_not_taken_for_whole(clip, monkeypatch):
    frames = open_frames(clip("b-frames.mp4"))
    assert len(frames) == 60
    short = frames._read_through
    monkeypatch.setattr(frames, "_read_through", lambda: (image for image, _ in zip(short(), range(50), strict=False)))
    with pytest.raises(UnreadableSource, match="50 frames decode, its packets promise 60"):
        list(frames.arrays())
