"""What models answered comes back from a run's folder as it was, or as near as its size allows."""

import zipfile

import numpy as np
import pytest
import supervision as sv

from workbench.errors import InvalidValue, UnreadableSource
from workbench.reports import predictions, record
from workbench.reports.predictions import kept_predictions
from workbench.reports.recording import FOLDER
from workbench.results import Classification, Prediction

ROWS = np.random.default_rng(3).dirichlet(np.ones(5), size=3).astype(np.float32)


def prediction(**more):
    facts = {"outputs": {}, "classification": None, "indices": np.array([0, 5, 10]), "origins": ("clip.mp4",) * 3}
    return Prediction(
        **{**facts, "times_s": (0.0, None, 0.4), "model": "m", "engine": "keras", "sizes": ((4, 6),) * 3, **more}
    )


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv(FOLDER, str(tmp_path))
    return tmp_path


def test_classes_come_back_bit_for_bit_with_their_frames_and_truth(folder):
    given = prediction(classification=Classification(ROWS, tuple("abcde")))
    record({}, predictions={"x": given}, truth=np.array([0, 1, 2]))
    record({}, predictions={"y": given})
    kept = kept_predictions(folder)
    back, truth = kept["x"]
    assert list(kept) == ["x", "y"]
    assert np.array_equal(back.classification.probabilities, ROWS)
    assert (back.classification.labels, back.origins, back.times_s) == (tuple("abcde"), given.origins, given.times_s)
    assert (back.indices.tolist(), back.sizes) == ([0, 5, 10], given.sizes)
    assert (back.model, back.engine) == ("m", "keras")
    assert truth.tolist() == [0, 1, 2]
    assert kept["y"][1] is None


def test_of_many_numbers_the_most_probable_are_kept_and_the_rest_is_spread(folder, monkeypatch):
    monkeypatch.setattr(predictions, "MOST_NUMBERS", 3)
    monkeypatch.setattr(predictions, "TOP", 2)
    record({}, predictions={"x": prediction(classification=Classification(ROWS, tuple("abcde")))})
    back = kept_predictions(folder)["x"][0].classification
    assert np.array_equal(np.sort(back.probabilities, axis=1)[:, -2:], np.sort(ROWS, axis=1)[:, -2:])
    assert np.allclose(back.probabilities.sum(axis=1), 1)
    assert np.array_equal(back.best, ROWS.argmax(axis=1))


def test_boxes_come_back_from_a_score_on(folder):
    def boxes(count):
        return sv.Detections(
            xyxy=np.array([[0, 0, 2, 2], [1, 1, 3, 3]], np.float32)[:count],
            confidence=np.array([0.9, 0.01], np.float32)[:count],
            class_id=np.array([4, 5])[:count],
            data={"class_name": np.array(["cat", "dog"])[:count]},
        )

    found, none = boxes(2), boxes(0)
    record({}, predictions={"x": prediction(detections=(found, none, found))})
    back = kept_predictions(folder)["x"][0].detections
    assert [len(each) for each in back] == [1, 0, 1]
    assert (back[2].xyxy.tolist(), back[2].data["class_name"].tolist(), back[2].class_id.tolist()) == (
        [[0, 0, 2, 2]], ["cat"], [4])  # fmt: skip


def test_plain_numbers_come_back(folder):
    record({}, predictions={"x": prediction(outputs={"score": np.array([[0.5], [1.0], [np.nan]])})})
    assert kept_predictions(folder)["x"][0].outputs["score"].tolist()[:2] == [[0.5], [1.0]]


@pytest.mark.parametrize(
    ("given", "truth"),
    [
        pytest.param({"x": 3}, None, id="no prediction"),
        pytest.param([1], None, id="no mapping"),
        pytest.param({"": prediction()}, None, id="no name"),
        pytest.param({"x": prediction()}, np.array([1]), id="not one true class a frame"),
    ],
)
def test_what_is_no_prediction_is_refused_with_nothing_written(folder, given, truth):
    with pytest.raises(InvalidValue):
        record({"a": 1}, predictions=given, truth=truth)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("damage", ["cut", "no header", "a pickle"])
def test_a_damaged_file_is_refused_and_runs_nothing(folder, damage):
    record({}, predictions={"x": prediction(classification=Classification(ROWS, tuple("abcde")))})
    path = folder / "predictions.npz"
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:200])
    elif damage == "no header":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("0/indices.npy", b"")
    else:
        np.savez(path, header=np.array([{"format": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(UnreadableSource, match="run it again"):
        kept_predictions(folder)
