"""`identify_boxes` names the convention that the numbers follow, and says when the frames cannot tell."""

import numpy as np
import pytest
import supervision as sv
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.diagnose import identify_boxes
from workbench.errors import InvalidValue, UnknownName
from workbench.recipes import Recipe
from workbench.recipes.box_map import box_map
from workbench.results import BoxFormat, decode
from workbench.results.boxes.format import AXES, FIRST, FRAMES, UNITS

SIZES = [(300, 500), (500, 300), (400, 420)]
LETTERBOX = Recipe(size=(320, 256), fit="letterbox")


def objects(seed, count=4):
    """Make known objects, of many shapes and places, in every frame."""
    random = np.random.default_rng(seed)
    frames = []
    for height, width in SIZES:
        corner = random.uniform([0, 0], [width * 0.6, height * 0.6], size=(count, 2))
        side = random.uniform([20, 20], [width * 0.4, height * 0.4], size=(count, 2))
        xyxy = np.hstack([corner, corner + side]).astype(np.float32)
        frames.append(sv.Detections(xyxy=xyxy, class_id=random.integers(0, 5, count)))
    return frames


def written(truth, form, recipe, *, jitter=0.0, sizes=SIZES):
    """Write known objects as a model of a given convention would, a little off."""
    random = np.random.default_rng(1)
    frames = []
    for true, size in zip(truth, sizes, strict=True):
        mapping = box_map(recipe, size)
        boxes = true.xyxy + random.normal(0, 1, true.xyxy.shape) * jitter
        numbers, frame = (mapping.to_tensor(boxes), mapping.tensor) if form.of == "tensor" else (boxes, size)
        if form.unit == "normalised":
            numbers = numbers / np.tile(frame[::-1], 2)
        if form.axes.startswith("c"):
            numbers = np.hstack([(numbers[:, :2] + numbers[:, 2:]) / 2, numbers[:, 2:] - numbers[:, :2]])
        if form.axes == "xywh":
            numbers = np.hstack([numbers[:, :2], numbers[:, 2:] - numbers[:, :2]])
        if form.axes in ("yxyx", "cycxhw"):
            numbers = numbers[:, [1, 0, 3, 2]]
        frames.append(np.column_stack([numbers, np.full(len(true), 0.9), true.class_id + form.class_offset]))
    return np.stack(frames).astype(np.float32)


CONVENTIONS = [
    BoxFormat(layout="rows", axes=axes, unit=unit, of=of, class_offset=first)
    for axes in AXES for unit in UNITS for of in FRAMES for first in FIRST
]  # fmt: skip


@pytest.mark.parametrize("form", CONVENTIONS, ids=lambda form: f"{form.axes}-{form.unit}-{form.of}-{form.class_offset}")
def test_every_convention_is_named_from_its_numbers(form):
    truth = objects(seed=7)
    found = identify_boxes(written(truth, form, LETTERBOX, jitter=2.0), SIZES, LETTERBOX, truth)
    assert found.format == form
    assert found.candidates[0].overlap > 0.8
    assert found.candidates[0].same_class == 1.0
    assert form.convention in found.verdict


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(CONVENTIONS), st.integers(0, 10**6), st.sampled_from([0, 90, 180, 270]))
def test_what_is_named_decodes_to_the_objects(form, seed, rotate):
    """Where one convention is named, decoding by it gives the objects back; a tie is allowed, a wrong name is not."""
    truth, recipe = objects(seed), LETTERBOX.replace(rotate=rotate)
    outputs = written(truth, form, recipe)
    found = identify_boxes(outputs, SIZES, recipe, truth)
    assert found.ties
    if found.format is None:
        assert form.axes in [each.format.axes for each in found.ties]
        return
    decoded = decode(outputs, SIZES, recipe, format=found.format)
    for boxes, true in zip(decoded, truth, strict=True):
        np.testing.assert_allclose(boxes.xyxy, true.xyxy, atol=0.5)
        assert boxes.class_id.tolist() == true.class_id.tolist()


def test_under_a_stretch_tensor_and_source_are_one():
    stretch, truth = Recipe(size=(320, 256)), objects(seed=3)
    form = BoxFormat(layout="rows", axes="yxyx")
    found = identify_boxes(written(truth, form, stretch), SIZES, stretch, truth)
    assert found.format == form
    assert form.replace(of="source") in found.candidates[0].equals
    assert "the same here" in found.verdict


def test_one_square_object_in_the_middle_cannot_decide():
    sizes, recipe = [(200, 200)], Recipe(size=(100, 100))
    truth = [sv.Detections(xyxy=np.array([[60, 60, 140, 140]], np.float32))]
    outputs = written(truth_with_class(truth), BoxFormat(layout="rows"), recipe, sizes=sizes)
    found = identify_boxes(outputs, sizes, recipe, truth)
    assert found.format is None or set(AXES) > {found.format.axes}
    assert {"xyxy", "yxyx"} <= {each.axes for tie in found.ties for each in (tie.format, *tie.equals)}


@pytest.mark.parametrize("copies", [1, 8], ids=["one object", "eight alike"])
def test_a_lead_within_chance_is_a_tie(copies):
    """A nearly square object in the middle lies almost the same with x and y exchanged."""
    sizes, recipe = [(200, 200)] * copies, Recipe(size=(100, 100))
    truth = [sv.Detections(xyxy=np.array([[60, 61, 140, 141]], np.float32), class_id=np.zeros(1, int))] * copies
    outputs = written(truth, BoxFormat(layout="rows"), recipe, sizes=sizes, jitter=3.0)
    found = identify_boxes(outputs, sizes, recipe, truth)
    assert {"xyxy", "yxyx"} <= {each.format.axes for each in found.ties}
    assert found.format is None
    assert found.verdict.startswith("These frames cannot decide")


def test_a_narrow_letterbox_is_told_from_none():
    """Ten pixels of padding: the boxes differ by a few pixels, and many objects show it."""
    recipe, sizes = Recipe(size=(320, 340), fit="letterbox"), [(480, 480)] * 3
    truth, form = objects(seed=5, count=12), BoxFormat(layout="rows")
    found = identify_boxes(written(truth, form, recipe, sizes=sizes), sizes, recipe, truth)
    assert (found.format, found.candidates[0].equals) == (form, ())
    assert found.candidates[1].format == form.replace(of="source")
    assert found.candidates[1].overlap > 0.7  # a few pixels off, as people overlook it


def truth_with_class(truth):
    return [sv.Detections(xyxy=each.xyxy, class_id=np.zeros(len(each), int)) for each in truth]


def test_boxes_on_other_objects_follow_no_convention():
    truth = objects(seed=1)
    outputs = written(objects(seed=99), BoxFormat(layout="rows"), LETTERBOX)
    found = identify_boxes(outputs, SIZES, LETTERBOX, truth)
    assert (found.ties, found.format) == ((), None)
    assert found.verdict.startswith("No convention puts the boxes on the known objects")


def test_the_table_ranks_all_conventions():
    truth = objects(seed=7)
    found = identify_boxes(written(truth, CONVENTIONS[0], LETTERBOX), SIZES, LETTERBOX, truth)
    table = found.to_frame()
    assert table["mean_iou"].is_monotonic_decreasing
    assert table["fits"].tolist() == [True] + [False] * (len(table) - 1)
    assert found.to_dict()["format"] == "rows"
    assert found.to_dict()["objects"] == 12


@pytest.mark.parametrize(
    ("outputs", "truth", "options", "error", "message"),
    [
        pytest.param(np.zeros((3, 4, 6)), objects(1)[:2], {}, InvalidValue, "of each of 3 frames", id="frames missing"),
        pytest.param(np.zeros((3, 4, 6)), [sv.Detections.empty()] * 3, {}, InvalidValue, "at least", id="nothing"),
        pytest.param(np.zeros((3, 10)), objects(1), {}, InvalidValue, "no box layout fits", id="a classifier"),
        pytest.param(np.zeros((3, 4, 6)), objects(1), {"layout": "row"}, UnknownName, "did you mean", id="a typo"),
    ],
)  # fmt: skip
def test_what_cannot_be_identified_is_refused(outputs, truth, options, error, message):
    with pytest.raises(error, match=message):
        identify_boxes(outputs, SIZES, LETTERBOX, truth, **options)
