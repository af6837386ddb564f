"""Real clips through real models."""

import os

import numpy as np
import pytest

from workbench import Recipe, load_model, open_frames, predict
from workbench.inference.live import stream

LITE = Recipe(size=(224, 224), range="centered")


@pytest.fixture(scope="module")
def model():
    return load_model("sample:efficientnet-lite0", engine="fast")


@pytest.mark.slow
def test_answers_about_a_real_clip_are_those_of_predict(model):
    with open_frames("sample:bikes") as frames, stream("sample:bikes", LITE, model, policy="block", limit=60) as live:
        results = list(live)
        expected = predict(frames, LITE, model, limit=60, progress=False)
        np.testing.assert_array_equal(results[59].frame.image, frames[59].image)
    assert [result.frame.index for result in results] == list(range(60))
    assert [result.frame.time_s for result in results] == pytest.approx(expected.times_s)
    [name] = expected.outputs
    got = np.concatenate([result.prediction.outputs[name] for result in results])
    np.testing.assert_allclose(got, expected.outputs[name], atol=1e-6)
    tops = [result.prediction.classification.label(0) for result in results]
    assert tops == [expected.classification.label(i) for i in range(60)]
    assert f"{os.cpu_count()} models of one thread each" in live.stats.plan
    assert "ms of CPU to decode" in live.stats.plan
    assert live.stats.dropped == {}


@pytest.mark.slow
def test_boxes_on_a_real_clip_are_those_of_predict_their_format_found_in_the_first_frames():
    detector = load_model("sample:ssd-hands", engine="fast")
    recipe = Recipe(size=None, range="raw", dtype="uint8")
    with (
        open_frames("sample:bikes") as frames,
        stream("sample:bikes", recipe, detector, policy="block", limit=20) as live,
    ):
        results = list(live)
        expected = predict(frames, recipe, detector, limit=20, progress=False)
    assert expected.detections.format == results[-1].prediction.detections.format
    for result, boxes in zip(results, expected.detections, strict=True):
        [found] = result.prediction.detections
        np.testing.assert_allclose(found.xyxy, boxes.xyxy, atol=0.01)


@pytest.mark.slow
def test_in_real_time_the_newest_is_shown_while_it_is_fresh(model):
    with stream("sample:bikes", LITE, model, policy="latest", limit=25) as live:
        indices = [result.frame.index for result in live]
    assert indices == sorted(set(indices))
    assert live.stats.balanced
    assert live.stats.age.p50 < 0.2  # seconds; a loaded machine is no reason to be stale
