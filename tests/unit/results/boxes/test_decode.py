"""The same objects, put out in every box format, come back to the same source pixels."""

import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import InvalidValue, UnknownName
from workbench.recipes import CATALOGUE, Recipe
from workbench.recipes.box_map import box_map
from workbench.results import BoxFormat, box_format, box_formats, decode
from workbench.results.boxes import found_format
from workbench.results.boxes.anchors import ssd_anchors
from workbench.results.boxes.format import AXES, NAMED
from workbench.results.boxes.yolo import cells

SOURCE = (480, 640)
RECIPE = Recipe(size=(320, 320), fit="letterbox")
SSD = Recipe(size=(300, 300))
OBJECTS = np.array([[20, 30, 220, 230], [300, 100, 620, 470], [400, 10, 440, 60]], np.float64)
SCORES, CLASSES = np.array([0.9, 0.8, 0.7]), np.array([0, 2, 1])
LABELS = ("cat", "dog", "bird")


def tensor_boxes(recipe=RECIPE):
    return box_map(recipe, SOURCE).to_tensor(OBJECTS)


def unit_boxes(recipe=RECIPE):
    return tensor_boxes(recipe) / np.tile(box_map(recipe, SOURCE).tensor[::-1], 2)


def y_first(boxes):
    return boxes[:, [1, 0, 3, 2]]


def centres(boxes):
    return np.hstack([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]])


def padded(array, length=10):
    return np.concatenate([array, np.zeros((length - len(array), *array.shape[1:]))])[None].astype(np.float32)


def as_rows(boxes):
    return padded(np.column_stack([boxes, SCORES, CLASSES]))


def as_lists(boxes, first=0):
    return [padded(boxes), padded(SCORES), padded(CLASSES + first)]


def api():
    boxes, scores, classes = as_lists(y_first(unit_boxes()), first=1)
    boxes[0, 3:], scores[0, 3:], classes[0, 3:] = 0.5, 0.99, 1  # beyond num_detections: to be ignored
    raw = {"raw_detection_boxes": np.zeros((1, 99, 4)), "detection_multiclass_scores": np.zeros((1, 10, 4))}
    return {"detection_boxes": boxes, "detection_scores": scores, "detection_classes": classes,
            "num_detections": np.array([3.0], np.float32)} | raw  # fmt: skip


def tflite():
    names = ("", ":2", ":1")
    lists = as_lists(y_first(unit_boxes()))
    made = {f"TFLite_Detection_PostProcess{name}": array for name, array in zip(names, lists, strict=True)}
    return made | {"TFLite_Detection_PostProcess:3": np.array([3.0], np.float32)}


def one_hot(background=0):
    return np.eye(3 + background)[CLASSES + background] * SCORES[:, None]


def yolo(boxes, *, objectness):
    count = cells((320, 320))
    rows = np.zeros((3 * count if objectness else count, 4 + objectness + 3), np.float32)
    sure = np.full((3, 1), 0.95)  # objectness, which the class scores are multiplied by
    rows[5:8] = np.hstack([centres(boxes), *([sure, one_hot() / sure] if objectness else [one_hot()])])
    return rows[None] if objectness else rows.T[None]


def ssd(background=0):
    """Encode each object against the anchor nearest to it; logits of the sigmoid."""
    anchors = ssd_anchors((300, 300)).astype(np.float64)
    wanted = centres(unit_boxes(SSD))[:, [1, 0, 3, 2]]
    picks = [int(np.abs(anchors - box).sum(axis=1).argmin()) for box in wanted]
    encodings, logits = np.zeros((1917, 4)), np.full((1917, 3 + background), -9.0)
    logits[:, :background] = 9.0
    encodings[picks, :2] = (wanted[:, :2] - anchors[picks, :2]) / anchors[picks, 2:] * 10
    encodings[picks, 2:] = np.log(wanted[:, 2:] / anchors[picks, 2:]) * 5
    for pick, score, number in zip(picks, SCORES, CLASSES, strict=True):
        logits[pick, number + background] = np.log(score / (1 - score))
    named = {"raw_outputs/class_predictions": logits, "raw_outputs/box_encodings": encodings}
    return {name: array[None].astype(np.float32) for name, array in named.items()}


def detection_output():
    rows = np.column_stack([np.zeros(3), CLASSES + 1, SCORES, unit_boxes()])
    return padded(rows)[None]


def before_nms():
    """Every object twice, the second time less sure: what the Object Detection API has before its own NMS."""
    boxes = y_first(unit_boxes())
    scores = np.hstack([np.full((3, 1), 0.05), one_hot()])
    return {
        "raw_detection_boxes": padded(np.concatenate([boxes, boxes + 0.001])),
        "raw_detection_scores": padded(np.concatenate([scores, scores / 2])),
    }


EXAMPLES = {
    "raw_detection_api": before_nms,
    "rows": lambda: as_rows(unit_boxes()),
    "rows_pixels": lambda: as_rows(tensor_boxes()),
    "center_rows": lambda: as_rows(centres(unit_boxes())),
    "center_rows_pixels": lambda: as_rows(centres(tensor_boxes())),
    "boxes_scores_classes": lambda: as_lists(y_first(unit_boxes())),
    "boxes_scores_classes_pixels": lambda: as_lists(y_first(tensor_boxes())),
    "detection_api": api,
    "detection_api_pixels": lambda: api() | {"detection_boxes": padded(y_first(tensor_boxes()))},
    "tflite_postprocess": tflite,
    "detection_output": detection_output,
    "ssd": ssd,
    "ssd_background": lambda: ssd(background=1),
    "yolov8": lambda: yolo(tensor_boxes(), objectness=False),
    "yolov8_normalised": lambda: yolo(unit_boxes(), objectness=False),
    "yolov5": lambda: yolo(tensor_boxes(), objectness=True),
    "yolov5_normalised": lambda: yolo(unit_boxes(), objectness=True),
}


def test_every_named_format_has_an_example_and_a_definition():
    assert set(EXAMPLES) == set(NAMED) == set(box_formats())
    assert all(text.endswith(".") and "\n" not in text for text in box_formats().values())


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("asked", ["auto", "by name"])
def test_objects_come_back_to_their_source_pixels(name, asked):
    recipe = SSD if name.startswith("ssd") else RECIPE
    found = decode(EXAMPLES[name](), [SOURCE], recipe, format="auto" if asked == "auto" else name, labels=LABELS)
    assert found.format == NAMED[name]
    [detections] = found
    np.testing.assert_allclose(detections.xyxy, OBJECTS, atol=0.05)
    np.testing.assert_allclose(detections.confidence, SCORES, atol=1e-5)
    assert detections.xyxy.dtype == detections.confidence.dtype == np.float32
    assert detections.class_id.tolist() == CLASSES.tolist()
    assert detections.data["class_name"].tolist() == ["cat", "bird", "dog"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_numbers_alone_decide_without_class_names(name):
    recipe = SSD if name.startswith("ssd") else RECIPE
    assert found_format(_named(EXAMPLES[name]()), [SOURCE], recipe) == NAMED[name]


def _named(outputs):
    listed = [outputs] if isinstance(outputs, np.ndarray) else outputs
    return listed if isinstance(listed, dict) else {f"output_{i}": array for i, array in enumerate(listed)}


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(CATALOGUE["fit"])), st.sampled_from([0, 90, 180, 270]), st.integers(40, 2000),
       st.integers(40, 2000), st.sampled_from(sorted(AXES)), st.booleans(), st.data())  # fmt: skip
def test_any_frame_through_any_fit_is_undone_within_half_a_pixel(fit, rotate, height, width, axes, pixels, data):
    x0, y0 = (data.draw(st.integers(0, n - 20)) for n in (width, height))
    box = np.array([[x0, y0, data.draw(st.integers(x0 + 10, width)), data.draw(st.integers(y0 + 10, height))]])
    recipe = Recipe(size=(300, 416), fit=fit, rotate=rotate)
    numbers = box_map(recipe, (height, width)).to_tensor(box)
    if not pixels:
        numbers = numbers / [416, 300, 416, 300]
    rows = np.column_stack([_in_axes(numbers, axes), [[0.9]], [[4]]])[None].astype(np.float32)
    form = BoxFormat(layout="rows", axes=axes, unit="pixels" if pixels else "normalised")
    try:
        [detections] = decode(rows, [(height, width)], recipe, format=form)
    except InvalidValue as error:  # a crop can leave a box so far outside that no unit can be meant
        assert "set unit=" in str(error) and fit in ("center_crop", "resize_crop")
        return
    assert np.abs(detections.xyxy - box).max() < 0.5


def _in_axes(boxes, axes):
    if axes.startswith("c") or axes == "xywh":
        boxes = np.hstack([centres(boxes)[:, :2] if axes.startswith("c") else boxes[:, :2], centres(boxes)[:, 2:]])
    return y_first(boxes) if axes in ("yxyx", "cycxhw") else boxes


def test_many_frames_keep_their_own_size_and_boxes():
    sizes = [(480, 640), (640, 480), (100, 100)]
    recipe = Recipe(size=(320, 320), fit="letterbox")
    boxes = [np.array([[10.0 * i, 5, 80, 90]]) for i in range(3)]
    rows = [np.column_stack([box_map(recipe, s).to_tensor(b), [[0.5]], [[i]]]) for i, (s, b) in enumerate(zip(sizes, boxes, strict=True))]  # fmt: skip # noqa: E501
    found = decode(np.stack(rows).astype(np.float32), sizes, recipe)
    for detections, box in zip(found, boxes, strict=True):
        np.testing.assert_allclose(detections.xyxy, box, atol=1e-3)


def test_a_missing_batch_axis_of_one_frame_is_accepted_and_said():
    boxes, scores, classes = (array[0] for array in as_lists(y_first(unit_boxes())))
    with pytest.warns(UserWarning, match="have no batch axis; they are taken as those of one frame"):
        [detections] = decode([boxes, scores, classes], [SOURCE], RECIPE)
    np.testing.assert_allclose(detections.xyxy, OBJECTS, atol=0.01)
    with pytest.raises(InvalidValue, match="one row for each of 2 frames; keep the batch axis"):
        decode([boxes, scores, classes], [SOURCE, SOURCE], RECIPE)


def test_rows_that_number_their_picture_are_given_to_it():
    rows = np.column_stack([[0, 1, 1], CLASSES + 1, SCORES, unit_boxes()])[None, None].astype(np.float32)
    found = decode(rows, [SOURCE, SOURCE], RECIPE, format="detection_output")
    assert [len(each) for each in found] == [1, 2]
    np.testing.assert_allclose(found[1].xyxy, OBJECTS[1:], atol=0.01)


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        pytest.param({"b": 0, "a": 2, "c": 1}, "content", id="classes before scores"),
        pytest.param({"boxes": 0, "class_ids": 2, "confidence": 1}, "names", id="by name"),
        pytest.param({"StatefulPartitionedCall:3": 0, "StatefulPartitionedCall:2": 2, "StatefulPartitionedCall:1": 1},
                     "TFLite", id="TensorFlow Lite export"),
    ],
)  # fmt: skip
def test_lists_are_told_apart_by_name_or_content(lists, expected):
    made = as_lists(y_first(unit_boxes()))
    outputs = {name: made[i] for name, i in lists.items()}
    if expected == "TFLite":
        outputs["StatefulPartitionedCall:0"] = np.array([3.0], np.float32)
    [detections] = decode(outputs, [SOURCE], RECIPE)
    np.testing.assert_allclose(detections.confidence, SCORES, atol=1e-5)
    assert detections.class_id.tolist() == CLASSES.tolist()


def test_an_export_that_lost_its_names_is_read_by_their_order():
    outputs = api() | {"detection_anchor_indices": np.zeros((1, 10)), "raw_detection_scores": np.zeros((1, 99, 4))}
    lost = {f"Identity_{i}" if i else "Identity": outputs[name] for i, name in enumerate(sorted(outputs))}
    [detections] = decode(lost, [SOURCE], RECIPE, labels=LABELS)
    assert detections.data["class_name"].tolist() == ["cat", "bird", "dog"]


def row(*values):
    return np.array([[values]], np.float32)


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        pytest.param(row(np.nan, 0.1, 0.5, 0.5, 0.9, 0), "not_finite", id="NaN coordinate"),
        pytest.param(row(0.1, 0.1, np.inf, 0.5, 0.9, 0), "not_finite", id="infinite coordinate"),
        pytest.param(row(0.1, 0.1, 0.5, 0.5, np.nan, 0), "not_finite", id="NaN score"),
        pytest.param(row(0.5, 0.1, 0.1, 0.5, 0.9, 0), "inverted", id="right of left"),
        pytest.param(row(0.1, 0.1, 0.1, 0.5, 0.9, 0), "empty", id="no width"),
        pytest.param(row(1.1, 0.1, 1.5, 0.5, 0.9, 0), "outside", id="beside the frame"),
        pytest.param(row(0.1, 0.02, 0.5, 0.1, 0.9, 0), "outside", id="in the letterbox's padding"),
    ],
)
def test_bad_boxes_are_dropped_and_counted(rows, rule):
    found = decode(rows, [SOURCE], RECIPE, format="rows")
    assert len(found[0]) == 0
    assert found.dropped == {rule: 1}


def test_background_boxes_are_dropped_and_its_name_is_no_class():
    found = decode(detection_output() * [1, 0, 1, 1, 1, 1, 1], [SOURCE], RECIPE, format="detection_output")
    assert (len(found[0]), found.dropped) == (0, {"background": 3})
    [detections] = decode(detection_output(), [SOURCE], RECIPE, labels=("background", *LABELS))
    assert detections.data["class_name"].tolist() == ["cat", "bird", "dog"]


def test_boxes_are_clipped_to_the_frame():
    [detections] = decode(row(-0.2, 0.3, 0.5, 0.5, 0.9, 0), [(100, 200)], Recipe(size=(50, 50)), format="rows")
    np.testing.assert_allclose(detections.xyxy, [[0, 30, 100, 50]], atol=1e-4)


def test_threshold_and_limit_keep_the_best():
    rows = as_rows(unit_boxes())
    assert len(decode(rows, [SOURCE], RECIPE, threshold=0.75)[0]) == 2
    [best] = decode(rows, [SOURCE], RECIPE, limit=1)
    assert best.class_id.tolist() == [0]


def test_overlapping_boxes_of_one_class_are_suppressed_where_the_model_has_not():
    raw = yolo(tensor_boxes(), objectness=False)
    raw[0, :, 20] = raw[0, :, 5] * [1, 1, 1, 1, 0.5, 0.5, 0.5]  # the first object again, less sure
    raw[0, :, 21] = raw[0, :, 5] * [1, 1, 1, 1, 0, 0, 0] + [0, 0, 0, 0, 0, 0.6, 0]  # and of another class
    [detections] = decode(raw, [SOURCE], RECIPE)
    assert sorted(detections.class_id.tolist()) == [0, 1, 1, 2]
    [everything] = decode(raw, [SOURCE], RECIPE, format=box_format("yolov8").replace(nms=None))
    assert len(everything) == 5


@pytest.mark.parametrize(
    ("outputs", "options", "error", "message"),
    [
        pytest.param(as_rows(unit_boxes()), {"format": "row"}, UnknownName, "did you mean 'rows'", id="typing error"),
        pytest.param(as_rows(unit_boxes()), {"format": "yolov8"}, InvalidValue, "does not fit", id="another format"),
        pytest.param(as_rows(tensor_boxes()), {"format": "rows"}, InvalidValue, "set unit='pixels'", id="pixels"),
        pytest.param(as_rows(unit_boxes()), {"format": "rows_pixels"}, InvalidValue, "unit='norm", id="no pixels"),
        pytest.param(np.zeros((1, 1000), np.float32), {}, InvalidValue, "no box format fits", id="classes"),
        pytest.param(np.zeros((1, 2100, 9), np.float32), {}, InvalidValue, "could be yolov8 and yolov5", id="two fit"),
    ],
)  # fmt: skip
def test_what_cannot_be_decided_is_refused_with_the_candidates(outputs, options, error, message):
    with pytest.raises(error, match=message):
        decode(outputs, [SOURCE], RECIPE, **options)


@pytest.mark.parametrize("field", [{"axes": "xyxx"}, {"unit": "pixel"}, {"of": "screen"}, {"colour": "red"}], ids=str)
def test_a_format_refuses_what_nobody_knows(field):
    with pytest.raises(UnknownName):
        box_format("rows").replace(**field)


@pytest.mark.parametrize(
    "outputs",
    [
        pytest.param({"p": np.full((4, 10), 0.1, np.float32)}, id="a classifier"),
        pytest.param({"p": np.zeros((4, 1), np.float32)}, id="a scalar"),
        pytest.param({"a": np.zeros((4, 7), np.float32), "b": np.zeros((4, 2), np.float32)}, id="two heads"),
        pytest.param({"box": np.zeros((4, 4), np.float32), "p": np.zeros((4,), np.float32)}, id="one regressed box"),
        pytest.param({"mask": np.zeros((4, 32, 32, 1), np.float32)}, id="segmentation"),
        pytest.param({"features": np.random.default_rng(0).normal(size=(4, 49, 6))}, id="six features a place"),
        pytest.param({"grid": np.zeros((4, 2100, 9), np.float32)}, id="ambiguous"),
        pytest.param({"landmarks": np.random.default_rng(0).random((4, 100, 6))}, id="six numbers in 0..1"),
    ],
)
def test_auto_is_silent_about_outputs_that_are_no_boxes(outputs):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert found_format(outputs, [SOURCE] * 4, RECIPE) is None


def test_a_function_for_a_recipe_is_taken_to_stretch():
    [detections] = decode(row(0.25, 0.5, 0.5, 1, 0.9, 0), [(100, 200)], lambda rgb: rgb, format="rows")
    np.testing.assert_allclose(detections.xyxy, [[50, 50, 100, 100]])
    with pytest.raises(InvalidValue, match="need a Recipe, which knows the tensor's size"):
        decode(row(10, 10, 50, 50, 0.9, 0), [(100, 200)], lambda rgb: rgb, format="rows_pixels")


def test_a_class_without_a_name_is_said():
    with pytest.warns(UserWarning, match="class 7 has no name among the 3 labels"):
        [detections] = decode(row(0.3, 0.3, 0.6, 0.6, 0.9, 7), [SOURCE], RECIPE, labels=LABELS)
    assert detections.data["class_name"].tolist() == ["class 7"]


def test_a_graph_with_8_bit_constants_has_its_classes_rounded():
    rows = row(0.3, 0.3, 0.6, 0.6, 0.9, 1.988)  # as the sample ssd-hands gives them
    assert decode(rows, [SOURCE], RECIPE)[0].class_id.tolist() == [2]


@pytest.mark.parametrize("asked", [{}, {"format": "ssd"}], ids=["auto", "by name"])
def test_anchors_without_a_recipe_say_what_they_need(asked):
    outputs = ssd()
    with pytest.raises(InvalidValue, match="anchors and grids need a Recipe"):
        decode(outputs, [SOURCE], lambda rgb: rgb, **asked)


def test_outputs_that_are_text_are_left_out():
    [detections] = decode(api() | {"detection_class_names": np.array([["cat"] * 10])}, [SOURCE], RECIPE)
    assert len(detections) == 3


@pytest.mark.parametrize("options", [{"threshold": 50}, {"threshold": float("nan")}, {"limit": 0}], ids=str)
def test_thresholds_and_limits_that_mean_nothing_are_refused(options):
    with pytest.raises(InvalidValue, match="threshold is a score from 0 to 1"):
        decode(as_rows(unit_boxes()), [SOURCE], RECIPE, **options)


def test_no_frames_are_refused():
    with pytest.raises(InvalidValue, match="at least one frame"):
        decode(np.zeros((0, 5, 6)), [], RECIPE)


def test_decoded_boxes_survive_a_copy():
    found = decode(as_rows(unit_boxes()), [SOURCE], RECIPE)
    again = pickle.loads(pickle.dumps(found))
    assert (again.format, again.dropped, len(again)) == (found.format, found.dropped, 1)
    np.testing.assert_array_equal(again[0].xyxy, found[0].xyxy)


def test_nothing_found_is_an_empty_detections():
    [detections] = decode(np.zeros((1, 100, 6), np.float32), [SOURCE], RECIPE, labels=LABELS)
    assert (len(detections), detections.xyxy.shape) == (0, (0, 4))
