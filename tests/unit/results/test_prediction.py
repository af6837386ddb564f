"""A prediction with boxes is told box by box."""

import numpy as np
import pytest

from workbench.recipes import Recipe
from workbench.results import Classification, Prediction, decode

ROWS = np.zeros((3, 5, 6), np.float32)
ROWS[0, 0] = 10, 20, 30, 40, 0.9, 1
ROWS[0, 1] = 50, 20, 40, 40, 0.8, 1  # inverted
ROWS[0, 2] = 50, 20, 60, 40, 0.7, 0
ROWS[2, 0] = 0, 0, 64, 64, 0.6, 0


def prediction(rows=ROWS):
    sizes = ((100, 200),) * len(rows)
    recipe = Recipe(size=(64, 64), fit="letterbox_corner")
    detections = decode(rows, sizes, recipe, labels=("cat", "dog"), format="rows_pixels")
    names = tuple(f"{i}.jpg" for i in range(len(rows)))
    return Prediction({"rows": rows}, None, np.arange(len(rows)), names, (None,) * len(rows),
                      sizes=sizes, detections=detections)  # fmt: skip


def test_the_table_has_one_row_a_box():
    table = prediction().to_frame()
    assert table["origin"].tolist() == ["0.jpg", "0.jpg", "2.jpg"]
    assert table["label"].tolist() == ["dog", "cat", "cat"]
    np.testing.assert_allclose(table.loc[0, ["x0", "y0", "x1", "y1"]].astype(float), [31.25, 62.5, 93.75, 100])
    np.testing.assert_allclose(table["score"], [0.9, 0.7, 0.6], rtol=1e-6)


def test_boxes_and_what_was_dropped_are_counted():
    assert prediction().to_dict()["boxes"] == {
        "count": 3, "frames_with_boxes": 2, "labels": {"cat": 2, "dog": 1}, "format": "rows_pixels",
        "dropped": {"inverted": 1},
    }  # fmt: skip


def test_no_box_at_all_is_an_empty_table_with_its_columns():
    table = prediction(np.zeros((2, 5, 6), np.float32)).to_frame()
    assert len(table) == 0
    assert {"frame", "x0", "y1", "score", "class", "label"} <= set(table.columns)


def test_without_boxes_the_table_has_one_row_a_frame():
    plain = Prediction({"rows": ROWS}, None, np.arange(3), ("x",) * 3, (None,) * 3)
    assert len(plain.to_frame()) == 3
    assert "boxes" not in plain.to_dict()


@pytest.mark.parametrize(
    ("given", "text"),
    [
        pytest.param({}, "Prediction(net on 2 frames: p (2, 3))", id="neither"),
        pytest.param(
            {"classification": Classification(np.eye(2, dtype=np.float32), ("a", "b"))},
            "Prediction(net on 2 frames: 2 classes)", id="classes",
        ),
        pytest.param({"detections": ([1, 2], [])}, "Prediction(net on 2 frames: 2 boxes)", id="boxes"),
    ],
)  # fmt: skip
def test_it_shows_itself_in_a_line(given, text):
    outputs, where = {"p": np.zeros((2, 3))}, {"origins": ("x",) * 2, "times_s": (None,) * 2}
    made = Prediction(outputs, **{"classification": None} | given, indices=np.arange(2), **where, model="net")
    assert repr(made) == text
