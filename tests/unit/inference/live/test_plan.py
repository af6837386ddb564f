import math

import numpy as np
import pytest

from tests.unit.inference.live.fakes import FakeCapture, FakeModel, as_tensor
from workbench.cluster import threads
from workbench.frames import open_frames
from workbench.frames.capture.played import PlayedFile, ReadFile
from workbench.inference.live import source
from workbench.inference.live.answering import Answerer
from workbench.inference.live.plan import MEASURED, Costs, measured, planned
from workbench.inference.live.source import open_source

PICTURES = np.zeros((10, 8, 8, 3), np.uint8)
HOW = {"decode": "cv2", "exif": "apply", "loop": False, "retry_s": 1.0}


@pytest.mark.parametrize(
    ("decode_ms", "answer_ms", "count", "too_slow"),
    [
        pytest.param(2.7, 10.3, 2, False, id="720p, two cores"),
        pytest.param(5.6, 10.1, 2, False, id="1080p, two cores"),
        pytest.param(5.6, 10.1, 4, True, id="1080p, four cores: three frames are answered while one is decoded"),
        pytest.param(20.0, 10.0, 2, True, id="2160p"),
        pytest.param(20.0, 10.0, 1, False, id="one core: nobody waits for the decoder"),
    ],
)
def test_a_decoder_is_too_slow_where_it_takes_more_than_its_share(decode_ms, answer_ms, count, too_slow):
    assert Costs(decode_ms / 1e3, answer_ms / 1e3).decodes_too_slowly(count) is too_slow


def test_a_few_frames_are_measured_and_all_of_them_answered():
    answered = []
    costs = measured(FakeCapture([0] * 20), lambda frame: answered.append(frame.captured.number))
    assert answered == list(range(MEASURED + 1))
    assert min(costs.decode_s, costs.answer_s) >= 0
    assert "to answer" in str(costs)


def test_without_an_answer_only_decoding_is_told():
    costs = measured(FakeCapture([0] * 20), None)
    assert math.isnan(costs.answer_s)
    assert str(costs).endswith("to decode")


def test_a_source_of_a_few_frames_is_not_measured():
    assert measured(FakeCapture([0] * MEASURED), None) is None


@pytest.mark.parametrize(
    ("decode_ms", "speed", "threads"),
    [
        pytest.param(20.0, 1.0, 1, id="half of the time between two frames"),
        pytest.param(20.0, 2.0, threads(), id="all of it"),
    ],
)
def test_in_real_time_a_decoder_that_would_be_late_gets_more_threads(monkeypatch, decode_ms, speed, threads):
    monkeypatch.setattr(source, "measured", lambda *given: Costs(decode_ms / 1e3, math.nan))
    asked = []
    opened = source.open_capture
    monkeypatch.setattr(
        source, "open_capture", lambda *a, **how: asked.append(how["decoder_threads"]) or opened(*a, **how)
    )
    capture, told = open_source(open_frames(PICTURES), {**HOW, "speed": speed}, Answerer(None), None, boxes="auto")
    with capture:
        assert isinstance(capture, PlayedFile)
    assert asked == [1, threads]  # at 25 frames a second, 40 ms apart
    assert told.startswith(f"; a frame takes {decode_ms:.1f} ms of CPU to decode, so the decoder has {threads} thread")


def test_an_address_is_opened_once_as_it_is_to_be_read(monkeypatch):
    asked = []
    monkeypatch.setattr(source, "open_capture", lambda origin, **how: asked.append(how) or FakeCapture([]))
    open_source("http://host/clip.mp4", {**HOW, "speed": 1.0}, Answerer(None), None, boxes="auto")
    assert asked == [{**HOW, "speed": 1.0}]  # so that a clip on a server is played in real time


def test_nobodys_own_code_is_run_for_a_measurement():
    model = FakeModel()
    capture, told = open_source(open_frames(PICTURES), {**HOW, "speed": None}, Answerer(model), as_tensor, boxes="auto")
    with capture:
        assert isinstance(capture, ReadFile)
        assert capture.read().number == 0
    assert (model.calls, told) == ([], "")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param((2, 2, 1, True), "2 workers with 2 models of one thread each: whoever is free", id="in turn"),
        pytest.param((1, 1, 1, False), "one thread reads the source; 1 worker with one model", id="newest only"),
        pytest.param((2, 1, 8, True), "2 workers with one model: whoever is free decodes", id="one model for two"),
        pytest.param((1, 0, 1, True), "1 worker with no model", id="pictures only"),
    ],
)
def test_the_plan_says_who_does_what(given, says):
    workers, models, rows, shares = given
    plan = planned(workers=workers, models=models, rows=rows, shares_reading=shares)
    assert plan.text.startswith(says)
    assert ("up to 8 frames a call" in plan.text) is (rows == 8)
    assert plan.depth >= rows
    assert plan.most_out >= workers * rows  # everybody can be at work
