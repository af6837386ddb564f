import re

import av
import cv2
import numpy as np
import pytest

from workbench.errors import UnreadableSource
from workbench.frames import open_frames
from workbench.recording.video_file import LOSSLESS, VIEWABLE, VideoFile, trim

UNEVEN = np.cumsum([0.0, *np.tile([0.033, 0.001, 0.4, 0.016], 15)])[:60]


def written(path, coding, images, times_s):
    video = VideoFile(path, coding, images[0].shape[:2])
    for image, time_s in zip(images, times_s, strict=False):
        video.write(image, time_s)
    video.close()
    return path


@pytest.mark.parametrize("decode", ["cv2", "pyav"])
@pytest.mark.parametrize(
    ("height", "width"),
    [pytest.param(54, 96, id="even"), pytest.param(53, 95, id="odd"), pytest.param(5, 7, id="tiny")],
)
def test_every_decoder_gives_back_every_pixel(tmp_path, images, height, width, decode):
    cut = [np.ascontiguousarray(image[:height, :width]) for image in images]
    with open_frames(written(tmp_path / "a.mkv", LOSSLESS, cut, UNEVEN), decode=decode) as frames:
        assert len(frames) == len(cut)
        assert all(np.array_equal(frame.image, image) for frame, image in zip(frames, cut, strict=True))
        assert all(np.array_equal(frames[i].image, cut[i]) for i in (41, 3, 59, 0))


def test_noise_comes_back_too(tmp_path, noise):
    picture = noise(40, 64)
    with open_frames(written(tmp_path / "a.mkv", LOSSLESS, [picture, 255 - picture], [0, 0.04])) as frames:
        assert np.array_equal(frames[0].image, picture)
        assert np.array_equal(frames[1].image, 255 - picture)


@pytest.mark.parametrize("coding", [LOSSLESS, VIEWABLE], ids=["lossless", "viewable"])
def test_a_frame_is_shown_when_it_was_captured(tmp_path, images, coding):
    with open_frames(written(tmp_path / f"a{coding.suffix}", coding, images, UNEVEN)) as frames:
        shown = [frames.time_s(i) for i in range(len(frames))]
    assert shown == pytest.approx(UNEVEN, abs=float(coding.tick))


def test_frames_of_one_instant_keep_their_order(tmp_path, images):
    with open_frames(written(tmp_path / "a.mkv", LOSSLESS, images, [0.0] * 60)) as frames:
        assert np.array_equal(frames[59].image, images[59])


@pytest.mark.parametrize("coding", [LOSSLESS, VIEWABLE], ids=["lossless", "viewable"])
def test_a_piece_that_stands_alone_begins_at_least_every_second(tmp_path, images, coding):
    path = written(tmp_path / f"a{coding.suffix}", coding, images, np.arange(60) / 12)
    with av.open(str(path)) as container:
        keys = [float(packet.pts * packet.time_base) for packet in container.demux(video=0) if packet.is_keyframe]
    assert len(keys) >= 5
    assert np.diff(keys).max() <= 1.01


@pytest.mark.parametrize("share", [0.3, 0.55, 0.83, 0.97], ids=str)
@pytest.mark.parametrize("coding", [LOSSLESS, VIEWABLE], ids=["lossless", "viewable"])
def test_a_file_cut_off_anywhere_gives_the_frames_that_are_there(tmp_path, images, coding, share):
    whole = written(tmp_path / f"a{coding.suffix}", coding, images, np.arange(60) / 12)
    torn = tmp_path / f"torn{coding.suffix}"
    torn.write_bytes(whole.read_bytes()[: int(share * whole.stat().st_size)])
    if coding is VIEWABLE:
        trim(torn)
    with open_frames(whole) as all_of_it, open_frames(torn, allow_damaged=True) as some:
        assert 12 <= len(some) < 60
        assert all(np.array_equal(one.image, other.image) for one, other in zip(some, all_of_it, strict=False))


def test_an_mp4_that_ends_in_the_head_of_a_piece_is_trimmed_to_what_can_be_read(tmp_path, images):
    whole = written(tmp_path / "a.mp4", VIEWABLE, images, np.arange(60) / 12).read_bytes()
    torn = tmp_path / "torn.mp4"
    third = [place.start() for place in re.finditer(b"moof", whole)][2]
    torn.write_bytes(whole[: third + 110])
    with pytest.raises(UnreadableSource):
        open_frames(torn, allow_damaged=True)
    trim(torn)
    assert len(open_frames(torn)) == 24


@pytest.mark.parametrize(("height", "width"), [(54, 96), (53, 95)], ids=["even", "odd"])
def test_a_viewable_video_has_the_colours_of_its_frames(tmp_path, images, height, width):
    cut = [cv2.GaussianBlur(image[:height, :width], (0, 0), 3) for image in images]
    with open_frames(written(tmp_path / "a.mp4", VIEWABLE, cut, np.arange(60) / 25)) as frames:
        apart = [frame.image[:height, :width].astype(int) - image for frame, image in zip(frames, cut, strict=True)]
    assert np.abs(apart).mean() < 4
    assert np.abs(np.mean(apart, axis=(0, 1, 2))).max() < 2  # no channel is shifted


def test_a_video_can_be_closed_twice(tmp_path, images):
    video = VideoFile(tmp_path / "a.mkv", LOSSLESS, (54, 96))
    video.write(images[0], 0)
    video.close()
    video.close()
    assert len(open_frames(video.path)) == 1
