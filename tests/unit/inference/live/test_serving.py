import numpy as np
import pytest

from tests.unit.inference.live.fakes import FakeModel, as_tensor
from workbench import Recipe
from workbench.errors import InputMismatch, InvalidValue, UnknownName
from workbench.inference.live.serving import SAMPLES, BoxReader, serving

RECIPE = Recipe(size=(100, 100), range="raw")
PIXELS = [20.0, 30.0, 60.0, 90.0, 0.9, 1.0]  # x0, y0, x1, y1, score, class


def outputs(*rows):
    """Return what a detector gives for one frame: rows of boxes, filled up with empty ones."""
    table = np.zeros((1, 8, 6), np.float32)
    for place, row in enumerate(rows):
        table[0, place] = row
    return {"detections": table}


def read(reader, *frames, size=(200, 400)):
    return [reader(frame, size, classified=False) for frame in frames]


def test_the_format_is_found_in_the_first_frame_with_boxes_and_kept():
    reader = BoxReader("auto", RECIPE, None)
    found = read(reader, *[outputs(PIXELS)] * (SAMPLES + 3))
    assert {boxes.format.name for boxes in found} == {"rows_pixels"}
    np.testing.assert_allclose(found[-1][0].xyxy, [[80, 60, 240, 180]])  # in source pixels


@pytest.mark.parametrize("empty", [1, SAMPLES - 1, SAMPLES, SAMPLES + 2, 5 * SAMPLES])
def test_frames_without_boxes_at_first_mislead_nobody(empty):
    reader = BoxReader("auto", RECIPE, None)
    before = read(reader, *[outputs()] * empty)  # zeros look like boxes in 0..1
    assert [len(boxes[0]) for boxes in before if boxes] == [0] * empty
    found = read(reader, *[outputs(PIXELS)] * 3 * SAMPLES)
    assert {boxes.format.name for boxes in found} == {"rows_pixels"}


def test_a_format_that_turns_out_not_to_fit_is_looked_for_anew():
    reader = BoxReader("auto", RECIPE, None)
    small = [0.2, 0.3, 0.6, 0.9, 0.9, 1.0]
    read(reader, *[outputs(small)] * 2 * SAMPLES)
    [boxes] = read(reader, outputs(PIXELS))
    assert boxes.format.name == "rows_pixels"


def test_what_holds_no_boxes_gives_none_and_is_looked_at_rarely(monkeypatch):
    looks = []
    monkeypatch.setattr("workbench.inference.live.serving.found_format", lambda *given, **named: looks.append(given))
    found = read(BoxReader("auto", RECIPE, None), *[{"map": np.zeros((1, 7, 5, 3), np.float32)}] * 10 * SAMPLES)
    assert set(found) == {None}
    assert len(looks) < 20


@pytest.mark.parametrize("boxes", [None, "auto"])
def test_a_classification_has_no_boxes(boxes):
    assert BoxReader(boxes, RECIPE, None)(outputs(PIXELS), (200, 400), classified=True) is None


def test_no_boxes_are_looked_for_where_none_are_wanted():
    assert BoxReader(None, RECIPE, None)(outputs(PIXELS), (200, 400), classified=False) is None


def test_a_named_format_is_used_from_the_first_frame_and_refuses_what_it_does_not_fit():
    reader = BoxReader("rows_pixels", RECIPE, None)
    [first] = reader(outputs(PIXELS), (100, 100), classified=False)
    np.testing.assert_allclose(first.xyxy, [PIXELS[:4]])
    with pytest.raises(InvalidValue, match="does not fit"):
        reader({"map": np.zeros((1, 7, 5, 3), np.float32)}, (100, 100), classified=False)


def test_outputs_of_changing_length_are_looked_at_alone():
    reader = BoxReader("auto", RECIPE, None)
    short = {"detections": np.float32([[PIXELS]])}
    found = read(reader, short, outputs(PIXELS), short, outputs(PIXELS))
    assert all(boxes is not None for boxes in found)


@pytest.mark.parametrize(
    ("recipe", "boxes", "error"),
    [
        pytest.param(Recipe(size=(5, 5), range="raw"), "auto", InputMismatch, id="does not fit"),
        pytest.param("a text", "auto", InvalidValue, id="no recipe"),
        pytest.param(as_tensor, "circles", UnknownName, id="no such boxes"),
    ],
)
def test_a_recipe_that_cannot_serve_is_refused(recipe, boxes, error):
    with pytest.raises(error):
        serving(recipe, FakeModel(), "rgb", boxes)
