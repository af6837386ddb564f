"""Real clips through real models."""

import numpy as np
import pytest

from workbench import Recipe, load_model, open_frames, predict
from workbench.cluster import threads
from workbench.inference.live import stream
from workbench.models.engines import FastModel
from workbench.models.engines.record import Choice, Trial
from workbench.models.tflite.model import TFLiteModel


@pytest.fixture(scope="module")
def detector():
    """Return a detector as a fast model; its file is LiteRT's already, so that no engine has to be looked for."""
    original = load_model("sample:ssd-mobilenet-oid")
    trial = Trial("litert", difference=0.0, ms=1.0, rows=1, file=original.path.name)
    choice = Choice("key", original.name, "litert", (trial,), original.inputs, original.outputs, None, {}, {})
    return FastModel(
        choice,
        opener=lambda threads=None: TFLiteModel(original.path, threads=threads).predict,
        original=lambda: original,
        name=original.name,
        labels=original.labels,
        path=original.path,
    )


@pytest.mark.slow
def test_boxes_on_a_real_clip_are_those_of_predict_and_their_format_is_found_in_the_first_frames(detector):
    recipe = Recipe(size=(300, 300), range="symmetric")
    with open_frames("sample:bikes") as frames, stream(frames, recipe, detector, policy="block", limit=20) as live:
        results = list(live)
        expected = predict(frames, recipe, detector, limit=20, progress=False)
        np.testing.assert_array_equal(results[19].frame.image, frames[19].image)
    assert [result.frame.index for result in results] == list(range(20))
    assert [result.frame.time_s for result in results] == pytest.approx(expected.times_s)
    assert results[-1].prediction.detections.format == expected.detections.format
    for result, boxes in zip(results, expected.detections, strict=True):
        [found] = result.prediction.detections
        np.testing.assert_allclose(found.xyxy, boxes.xyxy, atol=0.01)
        assert list(found.data["class_name"]) == list(boxes.data["class_name"])
    assert sum(map(len, expected.detections)) > 20
    assert f"{threads()} models of one thread each" in live.stats.plan
    assert "ms of CPU to decode" in live.stats.plan


@pytest.mark.slow
def test_a_keras_model_answers_a_real_clip_in_batches_as_predict_does():
    model, recipe = load_model("sample:cifar10-cnn"), Recipe(size=(32, 32), range="raw")
    with open_frames("sample:bikes") as frames, stream(frames, recipe, model, policy="block", limit=60) as live:
        results = list(live)
        expected = predict(frames, recipe, model, limit=60, progress=False)
    [name] = expected.outputs
    got = np.concatenate([result.prediction.outputs[name] for result in results])
    np.testing.assert_allclose(got, expected.outputs[name], atol=1e-6)
    labels = [result.prediction.classification.label(0) for result in results]
    assert labels == [expected.classification.label(i) for i in range(60)]
    assert "up to 8 frames a call" in live.stats.plan


@pytest.mark.slow
def test_in_real_time_newer_and_newer_frames_are_shown(detector):
    recipe = Recipe(size=(300, 300), range="symmetric")
    with stream("sample:bikes", recipe, detector, policy="latest", limit=15) as live:
        indices = [result.frame.index for result in live]
    assert indices == sorted(set(indices))
    assert live.stats.balanced
