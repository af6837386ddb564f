"""The arithmetic by which `benchmarks/stream.py` holds `stream` against the other designs."""

import time
from itertools import pairwise

import pytest

from benchmarks.streaming.camera import CameraSource
from benchmarks.streaming.outcome import Outcome
from benchmarks.streaming.ratios import agreeing, allowed_age, best_of, bounds, by_minute, ratio, slope
from benchmarks.streaming.readers import OwnFileReader
from workbench.samples import sample_path


@pytest.fixture
def small():
    """Return a clip of 120 frames."""
    return str(sample_path("bikes").parent / "carphone_pristine.mp4")


def ran(fps):
    """Return a run of three frames at a rate."""
    return Outcome(times=[5.0, 5.0 + 1 / fps, 5.0 + 2 / fps])


def test_a_ratio_is_taken_within_its_round():
    assert ratio([10, 30, 40], [1, 2, 5]) == 10  # 10, 15, 8: a slow round slows both


def test_the_best_reader_is_the_quickest_of_each_round():
    outcomes = {"a": [ran(10), ran(30)], "b": [ran(20), ran(25)], "other": [ran(99), ran(99)]}
    assert best_of(outcomes, ["a", "b"]) == [pytest.approx(20), pytest.approx(30)]


def test_the_bound_is_every_core_at_work_on_what_a_frame_costs():
    assert bounds([Outcome(more={"decode_s": 0.003, "answer_s": 0.007})], cores=2) == [pytest.approx(200)]


def test_answers_are_compared_on_the_frames_that_both_have_shown():
    one = Outcome(frames=[0, 2, 4, 6], answers=[1, 1, 1, 1])
    assert agreeing(one, Outcome(frames=[2, 3, 4], answers=[1, 9, 7])) == 0.5


def test_the_slope_leaves_out_the_warm_up_and_counts_by_a_hundred_thousand():
    warming = [(0, 10.0), (1_000, 90.0)]
    assert slope([*warming, *((n, 100 + n * 2e-5) for n in range(2_000, 20_001, 500))]) == pytest.approx(2.0)


def test_an_outcome_comes_back_from_its_line():
    outcome = Outcome(1.5, 0.5, frames=[0, 2], times=[0.5, 1.0], ages=[0.1, 0.3], captured=3, dropped={"overtaken": 1})
    back = Outcome.from_json(outcome.to_json())
    assert (back.fps, back.lost, back.age(50)) == (2.0, pytest.approx(1 / 3), pytest.approx(200))
    assert back == outcome


def test_endurance_is_allowed_one_median_inference_and_two_frame_intervals():
    outcome = Outcome(frames=[0, 1799, 1800], ages=[0.11, 0.12, 0.15], more={"infer_p50": 0.1})
    assert allowed_age(outcome, 30) == pytest.approx(100 + 2000 / 30)
    assert by_minute(outcome, 30) == {1: [110, 120], 2: [150]}


def test_a_clip_played_as_a_camera_says_of_each_picture_when_it_was_due(small, monkeypatch):
    monkeypatch.setattr("workbench.frames.capture.played.AHEAD", 300)  # none is given up, nor is the clock held up,
    monkeypatch.setattr("workbench.frames.capture.real_time.PATIENCE_S", 1e6)  # however late this reads
    camera = CameraSource(small, 6, fps=25)
    seen, began = [], time.monotonic()
    while (read := camera.read())[0]:
        seen.append(camera.when(read[1]))
    numbers, due = zip(*seen, strict=True)
    assert numbers == tuple(range(6))
    periods = [later - sooner for sooner, later in pairwise(due)]
    assert periods == pytest.approx([1 / 25] * 5, abs=0.002)  # whole milliseconds
    assert began < due[0]
    assert due[-1] <= time.monotonic()
    assert (camera.captured, camera.overrun, camera.isOpened()) == (6, 0, False)


def test_our_own_reader_reads_a_whole_file_and_ends_its_thread(small):
    reader = OwnFileReader(small).start()
    count = 0
    while reader.read() is not None:
        count += 1
    assert count == 120
    reader.stop()
    assert not reader._thread.is_alive()


def test_our_own_reader_can_be_stopped_while_it_waits_for_room():
    reader = OwnFileReader(str(sample_path("bikes"))).start()  # 250 frames, for a queue of 128
    assert reader.read() is not None
    reader.stop()
    assert not reader._thread.is_alive()
