"""Any frame of a video, in any order, is the frame of a plain sequential read."""

import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import cv2
import numpy as np
import psutil
import pytest

from workbench.errors import UnreadableSource
from workbench.frames import open_frames, video

CLIPS = [
    "b-frames.mp4",
    "b-frames.ts",
    "b-frames.mkv",
    "b-frames.avi",
    "fragmented.mp4",
    "raw.h264",
    "open-gop.mp4",
    "open-gop.ts",
    "copied.mp4",
    "copied.ts",
    "cut.ts",
    "refreshed.ts",
    "paused.mp4",
    "uneven.mp4",
    "uneven.ts",
    "uneven.mkv",
    "mpeg4.avi",
    "mpeg4-b.avi",
    "mpeg2.mpg",
    "motion-jpeg.avi",
    "vp9.webm",
    "one-frame.mp4",
]
DECODERS = ["cv2", "pyav"]


@pytest.fixture(params=["read through", "packets"])
def indexing(request, monkeypatch):
    """Index short clips as they are, and as if they were long."""
    if request.param == "packets":
        monkeypatch.setattr(video, "READ_THROUGH_PIXELS", 0)


def without_cache(frames):
    frames._cache.limit = 0
    return frames


def wrong_frames(frames, order, expected, digest_of):
    return [index for index in order if digest_of(frames.array(index)) != expected[index]]


@pytest.mark.parametrize("decode", DECODERS)
@pytest.mark.parametrize("name", CLIPS)
@pytest.mark.usefixtures("indexing")
def test_any_frame_in_any_order_is_that_of_a_plain_read(clip, plain, digest_of, name, decode):
    expected = plain(clip(name), decode)
    frames = without_cache(open_frames(clip(name), decode=decode))
    count = len(expected)
    dice = random.Random(name)
    order = [count - 1, 0, *(dice.randrange(count) for _ in range(12)), *range(count - 1, max(-1, count - 6), -1)]
    assert len(frames) == count
    assert wrong_frames(frames, order, expected, digest_of) == []


@pytest.mark.slow
@pytest.mark.parametrize("decode", DECODERS)
@pytest.mark.parametrize("name", CLIPS)
def test_every_frame_from_every_side_is_that_of_a_plain_read(clip, plain, digest_of, name, decode, monkeypatch):
    monkeypatch.setattr(video, "READ_THROUGH_PIXELS", 0)
    expected = plain(clip(name), decode)
    frames = without_cache(open_frames(clip(name), decode=decode))
    everything = list(range(len(expected)))
    shuffled = random.Random(1).sample(everything, len(everything))
    assert wrong_frames(frames, shuffled, expected, digest_of) == []
    assert wrong_frames(frames, everything[:-26:-1], expected, digest_of) == []  # two groups of pictures
    assert wrong_frames(frames, everything[::7] + everything[3::7], expected, digest_of) == []
    frames = open_frames(clip(name), decode=decode)  # and with what the cache keeps on the way back
    assert wrong_frames(frames, everything[::-1] + shuffled, expected, digest_of) == []


@pytest.mark.slow
@pytest.mark.parametrize("decode", DECODERS)
@pytest.mark.parametrize("name", ["bikes", "bikes/bigbuckbunny.mp4", "bikes/carphone_pristine.mp4"])
def test_the_sample_clips_are_read_exactly_at_random_and_backwards(plain, digest_of, name, decode):
    frames = without_cache(open_frames(f"sample:{name}", decode=decode))
    expected = plain(frames.path, decode)
    count = len(expected)
    dice = random.Random(2)
    assert len(frames) == count
    order = [*(dice.randrange(count) for _ in range(2)), *range(count - 1, count - 4, -1)]
    assert wrong_frames(frames, order, expected, digest_of) == []


@pytest.mark.parametrize("decode", DECODERS)
@pytest.mark.parametrize("name", ["b-frames.ts", "uneven.mp4", "copied.mp4", "raw.h264"])
def test_iterating_gives_every_frame_and_so_does_a_slice(clip, plain, digest_of, name, decode):
    expected = plain(clip(name), decode)
    frames = open_frames(clip(name), decode=decode)
    assert [digest_of(image) for image in frames.arrays()] == expected
    assert [digest_of(image) for image in frames[::-4].arrays()] == expected[::-4]
    assert [frame.index for frame in frames[2:9:3]] == list(range(len(expected)))[2:9:3]


def test_a_frame_of_opencv_is_handed_out_in_bgr_and_as_a_frame_in_rgb(clip):
    frames = open_frames(clip("b-frames.mp4"))
    capture = cv2.VideoCapture(str(clip("b-frames.mp4")))
    read = [capture.read()[1] for _ in range(4)]
    assert frames.order == "bgr"
    np.testing.assert_array_equal(frames.array(3), read[3])
    np.testing.assert_array_equal(frames[3].image, cv2.cvtColor(read[3], cv2.COLOR_BGR2RGB))


def test_a_random_access_does_not_disturb_an_iteration(clip, plain, digest_of):
    expected = plain(clip("b-frames.mp4"), "cv2")
    frames = open_frames(clip("b-frames.mp4"))
    seen = []
    for number, image in enumerate(frames.arrays()):
        seen.append(digest_of(image))
        assert digest_of(frames.array(-1 - number)) == expected[-1 - number]
    assert seen == expected


@pytest.mark.parametrize("decode", DECODERS)
def test_threads_share_one_video(clip, plain, digest_of, decode):
    expected = plain(clip("b-frames.ts"), decode)
    frames = without_cache(open_frames(clip("b-frames.ts"), decode=decode))
    order = random.Random(3).choices(range(len(expected)), k=40)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda index: digest_of(frames.array(index)), order))
    assert found == [expected[index] for index in order]


@pytest.mark.parametrize("decode", DECODERS)
@pytest.mark.parametrize("name", ["uneven.mp4", "uneven.ts", "uneven.mkv", "paused.mp4", "copied.mp4", "cut.ts"])
@pytest.mark.usefixtures("indexing")
def test_times_are_those_of_the_file_and_start_at_nought(clip, name, decode):
    with av.open(str(clip(name))) as container:
        shown = [float(frame.time) for frame in container.decode(video=0)]
    frames = open_frames(clip(name), decode=decode)
    times = [frames.time_s(index) for index in range(len(frames))]
    np.testing.assert_allclose(times, np.array(shown) - shown[0], atol=1e-6)
    assert frames[5].time_s == times[5]


def test_uneven_frames_are_not_taken_for_even_ones(clip):
    frames = open_frames(clip("uneven.mp4"))
    steps = np.diff([frames.time_s(index) for index in range(len(frames))])
    assert steps.max() > 1.9 * steps.min()


@pytest.mark.parametrize("name", ["b-frames.avi", "raw.h264"])
def test_frames_without_times_of_their_own_are_a_frame_period_apart(clip, name):
    frames = open_frames(clip(name))
    assert frames.timeline.stamps is None
    assert frames.time_s(10) == pytest.approx(10 / 25)


def test_stepping_back_decodes_once_for_many_frames(clip):
    frames = open_frames(clip("b-frames.mp4"))
    frames.array(50)
    frames.array(49)
    held = [frames._cache.get(index) is not None for index in range(38, 49)]
    assert held == [True] * 11


def test_frames_kept_are_bounded_in_megabytes_and_read_only(clip):
    frames = open_frames(clip("b-frames.mp4"))
    frames._cache.limit = 5 * frames.array(0).nbytes
    for index in range(59, -1, -1):
        with pytest.raises(ValueError, match="read-only"):
            frames.array(index)[:] = 0
    assert frames._cache.held <= frames._cache.limit


def open_files(path):
    return [file.path for file in psutil.Process().open_files() if file.path == str(path)]


@pytest.mark.parametrize("decode", DECODERS)
def test_the_file_is_released_at_the_end_of_each_use(clip, decode, tmp_path):
    path = Path(shutil.copy(clip("b-frames.mp4"), tmp_path)).resolve()
    frames = open_frames(path, decode=decode)
    iteration = frames.arrays()
    next(iteration)
    assert open_files(path)
    iteration.close()
    assert not open_files(path)
    frames.array(20)
    frames.close()
    frames.close()
    assert not open_files(path)
    assert frames.array(3).shape == frames.array(20).shape  # and opens again when asked
    assert open_files(path)
    del frames
    assert not open_files(path)


def test_the_same_file_by_the_other_decoder(clip):
    frames = open_frames(clip("b-frames.mp4"))
    other = frames.decoded_by("pyav")
    assert frames.decoded_by("cv2") is frames
    assert frames.decoders == ("cv2", "pyav")
    assert (other.decode, other.order, len(other)) == ("pyav", "rgb", len(frames))
    assert other.time_s(9) == frames.time_s(9)


@pytest.mark.parametrize("decode", DECODERS)
def test_a_rotation_tag_is_obeyed_unless_it_is_to_be_ignored(clip, plain, digest_of, decode):
    upright = open_frames(clip("rotated.mp4"), decode=decode)[0].image
    stored = open_frames(clip("rotated.mp4"), decode=decode, exif="ignore")[0].image
    np.testing.assert_array_equal(upright, np.rot90(stored))
    bgr = cv2.cvtColor(upright, cv2.COLOR_RGB2BGR)
    if decode == "cv2":  # what production sees
        assert digest_of(bgr) == plain(clip("rotated.mp4"), "cv2")[0]


def test_interlaced_frames_that_opencv_turns_to_garbage_are_refused_and_pyav_reads_them(clip):
    with pytest.raises(UnreadableSource, match=r"interlaced.*decode='pyav'"):
        open_frames(clip("interlaced.ts"))
    assert len(open_frames(clip("interlaced.ts"), decode="pyav")) == 60


@pytest.mark.parametrize("place", [-1, 60, -61, 1000])
def test_only_frames_of_the_video_are_to_be_had(clip, place):
    frames = open_frames(clip("b-frames.mp4"))
    if place == -1:
        assert frames[place].index == 59
    else:
        with pytest.raises(IndexError):
            frames[place]


def test_a_video_names_itself(clip):
    assert repr(open_frames(clip("b-frames.mp4"))).endswith("b-frames.mp4: 60 frames, 96x40 h264>")
