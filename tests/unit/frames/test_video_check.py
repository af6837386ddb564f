"""Strict decoding finds what is broken, and nothing in what is whole."""

import os

import pytest

from workbench.frames import open_frames, video_check
from workbench.frames.video_check import check_frames
from workbench.frames.whole import expect_whole

WHOLE = [
    "b-frames.mp4",
    "b-frames.ts",
    "b-frames.avi",
    "fragmented.mp4",
    "raw.h264",
    "open-gop.ts",
    "refreshed.ts",
    "interlaced.ts",
    "mpeg4-b.avi",
    "mpeg2.mpg",
    "motion-jpeg.avi",
    "vp9.webm",
    "uneven.mkv",
    "copied.mp4",
    "copied.ts",
    "cut.ts",
]


@pytest.mark.parametrize("name", WHOLE)
def test_nothing_is_broken_in_a_whole_clip_also_one_that_starts_in_the_middle(clip, name):
    checked = check_frames(clip(name))
    assert checked.frames > 0
    assert checked.broken == 0
    assert checked.to_the_end
    assert checked.sizes == ((0, 96, 40),)
    expect_whole(clip(name))


def changed(data):
    damaged = bytearray(data)
    for place in range(len(data) // 3, 2 * len(data) // 3, 301):
        damaged[place] ^= 0x5A
    return bytes(damaged)


@pytest.mark.parametrize("name", ["b-frames.mp4", "b-frames.mkv", "mpeg4.avi", "motion-jpeg.avi", "mpeg2.mpg"])
@pytest.mark.parametrize("decode", ["cv2", "pyav"])
def test_changed_bytes_are_counted_in_frames_and_what_is_left_can_be_read(clip, tmp_path, name, decode):
    path = tmp_path / name
    path.write_bytes(changed(clip(name).read_bytes()))
    checked = check_frames(path)
    assert 0 < checked.broken < checked.frames == 60
    with pytest.warns(UserWarning, match=f"{checked.broken} of 60 frames"):
        frames = open_frames(path, decode=decode, allow_damaged=True)
    assert frames.damaged.endswith(f"{decode} hands out {len(list(frames.arrays()))} frames")


def test_only_the_beginning_of_a_long_clip_is_decoded(clip, tmp_path, monkeypatch):
    path = tmp_path / "clip.avi"
    path.write_bytes(clip("mpeg4.avi").read_bytes())
    monkeypatch.setattr(video_check, "BUDGET_PIXELS", 20 * 96 * 40)
    checked = check_frames(path)
    assert checked.frames == 20
    assert not checked.to_the_end


def test_a_file_is_looked_at_again_when_it_has_changed(clip, tmp_path):
    path = tmp_path / "clip.avi"
    path.write_bytes(clip("mpeg4.avi").read_bytes())
    assert check_frames(path).broken == 0
    assert check_frames(path) is check_frames(path)
    path.write_bytes(changed(path.read_bytes()))
    os.utime(path, (3600, 3600))  # the clock of a file system may stand still for so long as this takes
    assert check_frames(path).broken > 0
