"""Frames in order, with a clock that rises."""

from itertools import islice

import numpy as np
import pytest

from workbench.frames import open_frames
from workbench.frames.capture.reel import PERIOD_S, Rising, reel


@pytest.mark.parametrize(
    ("stamps", "times"),
    [
        pytest.param([0, 0.04, 0.08], [0, 0.04, 0.08], id="as they are"),
        pytest.param([7, 7.04, 7.08], [0, 0.04, 0.08], id="a clip that starts late"),
        pytest.param([0, 2.5, 2.6], [0, 2.5, 2.6], id="a pause is kept"),
        pytest.param([None, None, None], [0, 0.1, 0.2], id="pictures without times"),
        pytest.param([0, float("nan"), 0.25], [0, 0.1, 0.25], id="one that is missing"),
        pytest.param([0.2, 0.0, 0.1, 0.5], [0, 0.1, 0.2, 0.3], id="stamps that go back"),
    ],
)
def test_times_start_at_zero_and_rise(stamps, times):
    clock = Rising(period=0.1)
    assert [clock.at(stamp) for stamp in stamps] == pytest.approx(times)


def test_the_seam_of_a_loop_is_one_period():
    clock = Rising(period=0.1)
    first = [clock.at(stamp) for stamp in (3.0, 3.5)]
    clock.restart()
    assert [*first, clock.at(3.0), clock.at(3.5)] == pytest.approx([0, 0.5, 0.6, 1.1])


@pytest.mark.parametrize("name", ["b-frames.mp4", "uneven.mp4", "paused.mp4", "b-frames.ts"])
@pytest.mark.parametrize("decode", ["cv2", "pyav"])
def test_a_clip_comes_off_the_reel_as_its_sequence_says(clip, name, decode):
    frames = open_frames(clip(name), decode=decode)
    shots = list(reel(frames, threads=1))
    assert [shot.time_s for shot in shots] == pytest.approx([frames.time_s(i) for i in range(len(frames))], abs=1e-4)
    assert all(np.array_equal(shot.image, image) for shot, image in zip(shots, frames.arrays(), strict=True))


def test_pictures_in_memory_loop_at_25_a_second():
    images = [np.full((2, 3, 3), value, np.uint8) for value in range(3)]
    shots = list(islice(reel(open_frames(images), loop=True), 7))
    assert [int(shot.image[0, 0, 0]) for shot in shots] == [0, 1, 2, 0, 1, 2, 0]
    assert [shot.time_s for shot in shots] == pytest.approx([PERIOD_S * i for i in range(7)])


def test_a_folder_tells_each_pictures_file(tmp_path):
    import cv2

    for name in ("a.png", "b.png"):
        cv2.imwrite(str(tmp_path / name), np.zeros((4, 4, 3), np.uint8))
    assert [shot.origin for shot in reel(open_frames(tmp_path))] == [str(tmp_path / "a.png"), str(tmp_path / "b.png")]
