"""Paths that lead to no video, and names that a video library would take for something else."""

import os

import pytest


def test_a_path_that_is_not_there(refused):
    refused("stream", "nowhere.mp4", message="nowhere.mp4 does not exist")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("clpi.mp4", id="a path with two letters exchanged"),
        pytest.param("concat:clip.mp4|clip.mp4", id="FFmpeg's concat: for a path"),
        pytest.param("subfile,,start,0,end,99,,:clip.mp4", id="FFmpeg's subfile: for a path"),
        pytest.param("file:clip.mp4", id="file: for a path"),
        pytest.param("file:///clip.mp4", id="a file:// address"),
        pytest.param("ftp://127.0.0.1/clip.mp4", id="an ftp:// address"),
        pytest.param("async:file:clip.mp4", id="FFmpeg's async: for a path"),
        pytest.param("pipe:0", id="FFmpeg's pipe: for a path"),
        pytest.param("data:video/mp4;base64," + "AAAAIGZ0eXA=", id="a data: address"),
        pytest.param("clip.mp4/clip.mp4", id="a path through a file"),
        pytest.param("", id="an empty path"),
        pytest.param("clip.mp4\0.txt", id="a NUL in a path"),
        pytest.param("c" * 300 + ".mp4", id="a video's name of 300 letters"),
        pytest.param("seq_%03d.png", id="a number pattern for pictures"),
        pytest.param("/dev/zero", id="a device for a path"),
        pytest.param("/dev/video63", id="a camera's device that is not there"),
        pytest.param("fifo.mp4", id="a pipe under a video's name"),
        pytest.param("loop.mp4", id="a link that leads to itself"),
        pytest.param("gone.mp4", id="a link that leads nowhere"),
        pytest.param("folder.mp4", id="a folder under a video's name"),
        pytest.param("camera:63", id="a camera that is not there"),
        pytest.param("camera:-1", id="a camera below 0"),
        pytest.param("camera:" + "9" * 30, id="a camera number of 30 digits"),
        pytest.param("camera:1900", id="a camera number that means a backend to OpenCV"),
        pytest.param("camera:front", id="a camera by a name"),
        pytest.param("sample:biks", id="a sample with a letter missing"),
    ],
)
def test_a_path_that_is_no_video(refused, folder, clip_of, name):
    (folder / "clip.mp4").write_bytes(clip_of("clip.mp4"))
    (folder / "seq_001.png").write_bytes(b"")
    os.mkfifo(folder / "fifo.mp4")
    (folder / "loop.mp4").symlink_to("loop.mp4")
    (folder / "gone.mp4").symlink_to("nowhere.mp4")
    (folder / "folder.mp4").mkdir()
    refused("stream", name)
