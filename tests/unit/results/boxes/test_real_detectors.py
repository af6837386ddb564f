"""Boxes of real detectors lie on real objects, whatever the fit; the objects were marked by hand."""

from functools import cache

import numpy as np
import pytest
import supervision as sv

from workbench.diagnose import compare, identify_boxes
from workbench.diagnose.box_matching import match_boxes
from workbench.frames import open_frames
from workbench.inference import predict
from workbench.models import load_model
from workbench.recipes import load_recipe
from workbench.results import box_format, decode

pytestmark = pytest.mark.slow

# a part of each photo of imagenet-20 (rows, columns), its object in pixels of that part, and what it is
MARKED = [
    (6, np.s_[100:400, :], (105, 36, 417, 236), "Car"),
    (7, np.s_[120:420, :], (45, 34, 497, 269), "Car"),
    (0, np.s_[:, 80:360], (38, 62, 232, 457), "Dog"),
]
FITS = ["stretch", "letterbox", "letterbox_corner"]


@pytest.fixture(scope="module")
def photos():
    frames = open_frames("sample:imagenet-20")
    return [np.ascontiguousarray(frames[index].image[part]) for index, part, _, _ in MARKED]


@pytest.fixture(scope="module")
def ssd():
    model = load_model("sample:ssd-mobilenet-oid")
    yield model
    model.close()


def recipe(fit):
    return load_recipe("sample:ssd-mobilenet-oid").replace(fit=fit, pad=127)


@pytest.mark.parametrize("fit", FITS)
def test_a_raw_ssd_finds_the_marked_objects(ssd, photos, fit):
    prediction = predict(photos, recipe(fit), ssd, progress=False)
    assert prediction.detections.format == box_format("ssd_background")
    for found, (_, _, box, name) in zip(prediction.detections, MARKED, strict=True):
        best = found[0]
        assert best.data["class_name"].tolist() == [name]
        assert best.confidence[0] > 0.5
        assert sv.box_iou_batch(np.array([box], float), best.xyxy)[0, 0] > 0.75


@pytest.mark.parametrize("fit", FITS)
def test_its_convention_is_named_from_the_marked_objects(ssd, photos, fit):
    prediction = predict(photos, recipe(fit), ssd, progress=False)
    classes = [list(dict.fromkeys(ssd.labels)).index(name) for *_, name in MARKED]
    first = 1 if ssd.labels[0] == "???" else 0
    truth = [
        sv.Detections(xyxy=np.array([box], float), class_id=np.array([number - first]))
        for (_, _, box, _), number in zip(MARKED, classes, strict=True)
    ]
    found = identify_boxes(prediction.outputs, prediction.sizes, recipe(fit), truth)
    assert found.candidates[0].format == box_format("ssd_background").replace(nms=0.5)
    assert found.format is not None, found.verdict
    assert found.candidates[0].same_class == 1.0


def test_a_swapped_colour_order_costs_boxes_or_scores(ssd, photos):
    right = recipe("stretch")
    both = compare((right, ssd), (right.replace(color="bgr", range="unit"), ssd), photos, progress=False)
    assert both.flips.any() or np.abs(both.score_changes).mean() > 0.05
    assert "No visible difference" not in both.verdict
    assert compare((right, ssd), (right, ssd), photos, progress=False).verdict.startswith("No visible difference")


@pytest.fixture(scope="module")
def group_photos():
    """Return what a sample detector says about six group photos, running each model once."""
    return cache(_said_about_group_photos)


def _said_about_group_photos(name):
    model = load_model(f"sample:{name}")
    prediction = predict("sample:faces-6", load_recipe(f"sample:{name}"), model, progress=False)
    model.close()
    return prediction


@pytest.mark.parametrize(
    ("name", "form", "count"),
    [
        pytest.param("ssd-hands", "detection_api", 16, id="Object Detection API"),
        pytest.param("centernet-coco", "rows_pixels", 5, id="CenterNet"),
    ],
)
def test_a_saved_model_is_read_without_a_word(group_photos, name, form, count):
    """The counts are of boxes above one half that were looked at: faces and persons."""
    prediction = group_photos(name)
    assert prediction.detections.format.name == form
    sure = prediction.to_frame().query("score > 0.5")
    assert sure["label"].isin(["face", "person"]).sum() >= count
    for found, (height, width) in zip(prediction.detections, prediction.sizes, strict=True):
        assert (found.xyxy >= 0).all() and (found.xyxy <= [width, height, width, height]).all()


def test_suppression_here_is_that_of_the_model_itself(group_photos):
    """The Object Detection API hands out its boxes before and after its own NMS."""
    prediction = group_photos("ssd-hands")
    before = {name: array for name, array in prediction.outputs.items() if name.startswith("raw_")}
    raw = decode(before, prediction.sizes, load_recipe("sample:ssd-hands"), threshold=0.5)
    assert raw.format.name == "raw_detection_api"
    for ours, theirs in zip(raw, prediction.detections, strict=True):
        pairs = match_boxes(ours, theirs[theirs.confidence >= 0.5], overlap=0.98)
        assert (len(pairs.lost), len(pairs.new)) == (0, 0)
        assert pairs.same_class.all()
