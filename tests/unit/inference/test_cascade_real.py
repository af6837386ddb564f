"""Real cascades on real photos: faces and their emotion, a dog and its breed."""

import numpy as np
import pytest

from workbench.diagnose.cascade_costs import cascade_costs
from workbench.frames import open_frames
from workbench.inference import classify_regions, detect_then_classify
from workbench.models import load_model
from workbench.recipes import load_recipe

pytestmark = pytest.mark.slow

HANDS, EMOTION = load_recipe("sample:ssd-hands"), load_recipe("sample:emotion-cnn")
FACES = {  # looked at on the photos: x0, y0, x1, y1 of faces that laugh or smile with their teeth
    0: (1461, 172, 1726, 450),
    2: (1052, 147, 1342, 532),
    5: (674, 240, 877, 645),
}


@pytest.fixture(scope="module")
def photos():
    return open_frames("sample:faces-6")


@pytest.fixture(scope="module")
def emotion():
    return load_model("sample:emotion-cnn")


@pytest.fixture(scope="module")
def faces(photos, emotion):
    return detect_then_classify(
        photos, load_model("sample:ssd-hands"), emotion, detector_recipe=HANDS, classifier_recipe=EMOTION,
        classes=["face"], progress=False,
    )  # fmt: skip


def overlap(a, b):
    """Return intersection over union of two boxes."""
    low, high = np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])
    shared = np.prod(np.clip(high - low, 0, None))
    return shared / (np.prod(np.subtract(a[2:], a[:2])) + np.prod(np.subtract(b[2:], b[:2])) - shared)


def test_the_boxes_sit_on_faces_and_smiles_are_happy(faces):
    assert set(faces.column("class_name")) == {"face"}
    for index, face in FACES.items():
        found = faces.detections[index]
        best = max(range(len(found)), key=lambda i: overlap(found.xyxy[i], face))
        assert overlap(found.xyxy[best], face) > 0.8
        assert found.data["answer"][best] == "happy"


def test_every_photo_has_a_face_and_the_result_says_what_ran(faces):
    assert all(len(found) for found in faces.detections)
    assert faces.detector == "ssd-hands (savedmodel)"
    assert faces.classifier == "emotion-cnn (keras)"


def test_answers_are_those_of_model_predict_one_region_at_a_time(faces, photos, emotion):
    whole = [np.rint(found.xyxy).astype(int) for found in faces.detections]
    alone = [
        emotion.keras.predict(EMOTION(photos[index].image[y0:y1, x0:x1]), verbose=0)[0]
        for index, boxes in enumerate(whole)
        for x0, y0, x1, y1 in boxes
    ]
    assert np.abs(faces.answers.probabilities - alone).max() < 1e-6


def test_classifying_the_same_boxes_again_gives_the_same(faces, photos, emotion):
    again = classify_regions(photos, faces.detections, emotion, classifier_recipe=EMOTION, progress=False)
    assert np.abs(again.probabilities - faces.probabilities).max() < 1e-6


def test_a_model_given_by_name_runs_in_its_fast_engine_and_says_so(faces, photos):
    fast = classify_regions(
        photos, faces.detections, "sample:emotion-cnn", classifier_recipe=EMOTION, progress=False
    )  # fmt: skip
    assert "fast engine" in fast.classifier
    assert (fast.column("answer") == faces.column("answer")).all()
    assert np.abs(fast.probabilities - faces.probabilities).max() < 1e-5


def test_what_the_mistakes_cost_on_real_faces(faces, photos, emotion):
    costs = cascade_costs(
        photos, faces, emotion, classifier_recipe=EMOTION, detector_recipe=HANDS, progress=False,
        mistakes=["swapped axes", "swapped channels", "drawn on", "no clip"],
    )  # fmt: skip
    flips = {name: int(flipped.sum()) for name, flipped in costs.flips.items()}
    assert flips["swapped axes"] > len(faces.column("answer")) / 2
    assert flips["no clip"] == 0, "without a margin no box of this detector leaves the frame"
    assert flips["swapped channels"] < flips["swapped axes"], "gray levels change little"


def test_a_dog_is_found_cut_out_and_named():
    cascade = detect_then_classify(
        open_frames("sample:imagenet-20")[:1], load_model("sample:centernet-coco"), load_model("sample:dog-breeds"),
        detector_recipe=load_recipe("sample:centernet-coco"), classifier_recipe=load_recipe("sample:dog-breeds"),
        classes=["dog"], threshold=0.3, progress=False,
    )  # fmt: skip
    assert cascade.column("answer").tolist() == ["bull mastiff"]
    assert overlap(cascade.detections[0].xyxy[0], (115, 5, 320, 460)) > 0.7
