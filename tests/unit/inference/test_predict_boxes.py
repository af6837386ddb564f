"""`predict` fills in boxes where the outputs are boxes, says nothing where they are not, and refuses a wrong name."""

import warnings

import numpy as np
import pytest

from workbench.errors import InvalidValue, UnknownName
from workbench.inference import predict
from workbench.models import TensorSpec
from workbench.recipes import Recipe
from workbench.results import box_format

RECIPE = Recipe(size=(64, 64), fit="letterbox")


class Finder:
    """A detector that finds the bright rectangle in a picture; rows of pixels, class 2."""

    name, labels = "finder", ("cat", "dog", "bird")
    inputs = (TensorSpec("image", (None, 64, 64, 3), "float32"),)
    outputs = (TensorSpec("rows", (None, 4, 6), "float32"),)

    def __init__(self):
        self.batches = []

    def predict(self, batch):
        self.batches.append(len(batch))
        rows = np.zeros((len(batch), 4, 6), np.float32)
        for row, picture in zip(rows, batch, strict=True):
            y, x = np.nonzero(picture[:, :, 0] > 127)
            row[0] = x.min(), y.min(), x.max() + 1, y.max() + 1, 0.9, 2
        return {"rows": rows}

    def close(self):
        pass


class Classifier(Finder):
    """A model of class probabilities."""

    outputs = (TensorSpec("p", (None, 3), "float32"),)

    def predict(self, batch):
        self.batches.append(len(batch))
        return {"p": np.full((len(batch), 3), 1 / 3, np.float32)}


def pictures():
    made = []
    for shape, box in (((128, 256), (40, 20, 200, 100)), ((300, 150), (15, 60, 75, 240)), ((64, 64), (8, 8, 40, 56))):
        picture = np.zeros((*shape, 3), np.uint8)
        picture[box[1] : box[3], box[0] : box[2]] = 255
        made.append((picture, box))
    return made


def test_boxes_lie_on_the_object_in_every_source_frame():
    frames, boxes = zip(*pictures(), strict=True)
    prediction = predict(list(frames), RECIPE, Finder(), batch_size=2, progress=False)
    for found, box, frame in zip(prediction.detections, boxes, frames, strict=True):
        tensor_pixel = max(frame.shape) / 64
        assert np.abs(found.xyxy - box).max() <= tensor_pixel  # the finder works in whole tensor pixels
        assert found.data["class_name"].tolist() == ["bird"]
    assert prediction.detections.format == box_format("rows_pixels")


@pytest.mark.parametrize(
    ("model", "boxes"),
    [
        pytest.param(Classifier(), "auto", id="a classifier"),
        pytest.param(Finder(), None, id="not asked for"),
    ],
)
def test_no_boxes_without_a_word(model, boxes):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        prediction = predict([pictures()[0][0]], RECIPE, model, boxes=boxes, progress=False)
    assert prediction.detections is None


def test_a_function_with_boxes_in_its_own_pixels_leaves_them_raw():
    frames = [picture for picture, _ in pictures()][2:]
    prediction = predict(frames, lambda rgb: rgb.astype(np.float32), Finder(), progress=False)
    assert prediction.detections is None
    assert prediction.outputs["rows"][0, 0, 4] > 0


def test_an_unknown_format_is_refused_before_anything_runs():
    model = Finder()
    with pytest.raises(UnknownName, match="did you mean 'rows_pixels'"):
        predict([pictures()[0][0]], RECIPE, model, boxes="rows_pixel", progress=False)
    assert model.batches == []


def test_a_named_format_that_does_not_fit_says_what_it_means():
    with pytest.raises(InvalidValue, match=r"'yolov8' does not fit the outputs rows \(4, 6\)"):
        predict([pictures()[0][0]], RECIPE, Finder(), boxes="yolov8", progress=False)


def test_a_changed_format_is_taken_as_it_is():
    swapped = box_format("rows_pixels").replace(axes="yxyx")
    square = [pictures()[2][0]]
    prediction = predict(square, RECIPE, Finder(), boxes=swapped, progress=False)
    np.testing.assert_allclose(prediction.detections[0].xyxy, [[8, 8, 56, 40]])
