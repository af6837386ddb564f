"""Regions, boxes and drawings of a program, held against what is right."""

import cv2
import numpy as np
import pytest

from workbench.diagnose.diagnosis.drawing import check_drawing
from workbench.diagnose.diagnosis.reading import check_reading
from workbench.diagnose.diagnosis.regions import check_regions
from workbench.errors import InvalidValue
from workbench.recipes import Recipe
from workbench.results import Prediction, box_format, decode
from workbench.samples.mistakes import (
    cut_by_numbers,
    cut_unclipped,
    draw_above,
    read_with_batch_axis,
    read_x_first,
)

SHARES = box_format("detection_api")  # top, left, bottom, right in 0..1
IMAGES = [np.random.default_rng(seed).integers(0, 256, (90, 120, 3), dtype=np.uint8) for seed in (0, 1)]


def clipped(frame, box):
    height, width = frame.shape[:2]
    top, left, bottom, right = np.clip(box, 0, 1) * [height, width, height, width]
    return frame[int(top) : int(bottom), int(left) : int(right)]


def clipped_rgb(frame, box):
    return clipped(frame[..., ::-1], box)


def x_first(frame, box):
    return clipped(frame, np.asarray(box)[[1, 0, 3, 2]])


@pytest.mark.parametrize(
    ("crop", "faults"),
    [
        pytest.param(clipped, [], id="clipped"),
        pytest.param(clipped_rgb, [], id="clipped and made RGB"),
        pytest.param(cut_unclipped, ["crop outside the frame"], id="the tutorial's, scaled"),
        pytest.param(cut_by_numbers, ["regions"], id="the tutorial's, shares taken for pixels"),
        pytest.param(x_first, ["regions"], id="x before y"),
    ],
)
def test_what_is_wrong_with_regions_is_named(crop, faults):
    assert [each.fault for each in check_regions(crop, IMAGES, "bgr", form=SHARES)] == faults


def test_a_crop_that_raises_over_the_edge_is_told():
    def resized(frame, box):
        return cv2.resize(cut_unclipped(frame, box), (90, 90))

    [found] = check_regions(
        lambda f, b: cut_unclipped(f, b) if min(b) >= 0 else resized(f, b), IMAGES, "bgr", form=SHARES
    )
    assert "over the left edge: error" in found.sentence or "over the left edge: " in found.sentence


def pixels_clipped(frame, box):
    x0, y0, x1, y1 = np.clip(box, 0, [frame.shape[1], frame.shape[0]] * 2).astype(int)
    return frame[y0:y1, x0:x1]


def test_boxes_are_pixels_where_no_detector_says_otherwise():
    assert check_regions(pixels_clipped, IMAGES, "bgr") == ()


# --- boxes ------------------------------------------------------------------------------------------------

SIZE = (200, 400)
RECIPE = Recipe(size=(100, 100))


@pytest.fixture
def prediction():
    boxes = np.array([[[0.1, 0.2, 0.5, 0.4], [0.6, 0.5, 0.9, 0.95], [0.0, 0.0, 0.1, 0.1]]], np.float32)
    outputs = {
        "detection_boxes": boxes,
        "detection_scores": np.array([[0.9, 0.8, 0.1]], np.float32),
        "detection_classes": np.array([[1, 1, 1]], np.float32),
        "num_detections": np.array([3], np.float32),
    }
    return Prediction(
        outputs=outputs,
        classification=None,
        indices=np.arange(1),
        origins=("",),
        times_s=(None,),
        model="toy",
        sizes=(SIZE,),
        seconds={},
        detections=decode(outputs, [SIZE], RECIPE, format="detection_api"),
    )


def read_right(outputs, size):
    sure = outputs["detection_scores"][0] > 0.5
    return outputs["detection_boxes"][0][sure][:, [1, 0, 3, 2]] * [size[1], size[0], size[1], size[0]]


def test_boxes_read_right_are_let_be(prediction):
    found = check_reading(read_right, prediction, RECIPE)
    assert (found.findings, found.boxes, found.lost) == ((), 2, 0)


def test_boxes_read_x_first_are_named_as_that(prediction):
    found = check_reading(read_x_first, prediction, RECIPE)
    assert (found.boxes, found.lost) == (2, 2)
    assert "reads left, top, right, bottom where the model gives top, left, bottom, right" in found.findings[0].sentence


def test_a_batch_axis_that_is_not_removed_is_named(prediction):
    found = check_reading(read_with_batch_axis, prediction, RECIPE)
    assert [each.fault for each in found.findings] == ["batch_axis"]
    assert found.lost == found.boxes == 2


@pytest.mark.parametrize(
    ("read", "message"),
    [
        pytest.param(
            lambda outputs, size: outputs["boxes"], "raises KeyError: 'boxes' on the model's", id="no such output"
        ),
        pytest.param(lambda outputs, size: outputs["detection_scores"][0], "gives no boxes (K, 4)", id="scores"),
    ],
)
def test_what_reads_no_boxes_is_told(prediction, read, message):
    assert message in check_reading(read, prediction, RECIPE).findings[0].sentence


# --- drawing ----------------------------------------------------------------------------------------------


def draw_inside(frame, box, label):
    picture = frame.copy()
    left, top, right, bottom = box
    cv2.rectangle(picture, (left, top), (right, bottom), (0, 255, 0), 2)
    cv2.putText(picture, label, (left, max(top - 10, 20)), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 255, 0), 1)
    return picture


def test_a_label_that_stays_in_the_frame_is_let_be():
    assert check_drawing(draw_inside) == ()


def test_a_label_above_the_frame_and_a_changed_frame_are_named():
    assert {each.fault for each in check_drawing(draw_above)} == {"mutates_input", "label outside the frame"}


def test_a_drawing_function_that_raises_is_told_in_one_line():
    with pytest.raises(InvalidValue, match="the drawing function 'fails' raises KeyError"):

        def fails(frame, box, label):
            return {}[label]

        check_drawing(fails)
