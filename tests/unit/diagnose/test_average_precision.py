"""Average precision over weighted frames is COCO's, and a frame that counts twice is two frames."""

import numpy as np
import pytest
import supervision as sv
from supervision.metrics import MeanAveragePrecision

from workbench.diagnose.average_precision import average_precision, by_class, true_and_found


def scene(rng, classes=3):
    """Make the true boxes of one frame, and boxes found near them, with mistakes of every kind."""
    count = int(rng.integers(0, 6))
    corners = rng.uniform(0, 400, (count, 2))
    true = np.hstack([corners, corners + rng.uniform(20, 120, (count, 2))])
    ids = rng.integers(0, classes, count)
    near = np.vstack([true, true[: count // 2]]) + rng.normal(0, rng.choice([1, 8, 30]), (count + count // 2, 4))
    near[:, 2:] = np.maximum(near[:, 2:], near[:, :2] + 1)  # supervision takes a box inside out for no box at all
    found_ids = np.where(rng.random(len(near)) < 0.8, np.concatenate([ids, ids[: count // 2]]), classes)
    keep = rng.random(len(near)) < 0.8
    scores = np.round(rng.random(len(near)), 1)  # ties
    found = sv.Detections(near[keep].astype(np.float32), class_id=found_ids[keep], confidence=scores[keep])
    return found, sv.Detections(true.astype(np.float32), class_id=ids)


def scenes(seed, count=12):
    rng = np.random.default_rng(seed)
    return tuple(zip(*[scene(rng) for _ in range(count)], strict=True))


@pytest.mark.parametrize("seed", range(12))
def test_it_is_what_supervision_computes(seed):
    found, truth = scenes(seed)
    ours = average_precision(true_and_found(found, truth), np.ones((1, len(found))))[0]
    theirs = MeanAveragePrecision().update(list(found), list(truth)).compute().map50_95
    assert ours == pytest.approx(theirs, abs=1e-6)


def test_a_frame_that_counts_twice_is_two_frames():
    found, truth = scenes(3)
    counts = np.random.default_rng(0).integers(0, 4, len(found))
    places = np.repeat(np.arange(len(found)), counts)
    drawn = [found[i] for i in places], [truth[i] for i in places]
    ours = average_precision(true_and_found(found, truth), counts[None])[0]
    theirs = MeanAveragePrecision().update(*drawn).compute().map50_95
    assert ours == pytest.approx(theirs, abs=1e-3)  # the order of equal scores is that of the frames


def test_many_samples_are_worked_on_in_parts(monkeypatch):
    found, truth = scenes(4)
    matches, counts = true_and_found(found, truth), np.random.default_rng(0).integers(0, 3, (50, len(found)))
    whole = average_precision(matches, counts)
    monkeypatch.setattr("workbench.diagnose.average_precision.CELLS", 40)
    np.testing.assert_array_equal(average_precision(matches, counts), whole)


def test_a_class_that_is_never_found_has_none_and_one_that_is_not_there_is_left_out():
    true = sv.Detections(np.array([[0, 0, 9, 9]], np.float32), class_id=np.array([2]))
    matches = true_and_found([sv.Detections.empty(), true], [true, sv.Detections.empty()])
    assert by_class(matches, np.array([[1, 1]]))[2].tolist() == [0.0]
    assert np.isnan(average_precision(matches, np.array([[0, 1]]))).all()
