"""The real detectors and the classifiers of what they find: fed by their presets, as good as the guide says."""

from functools import cache

import cv2
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from workbench.recipes import load_recipe

pytestmark = pytest.mark.slow
FACE = 5  # of ssd-hands, which counts from 1


def picture(path):
    return cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)


def labels(model):
    return model.with_suffix(".labels.txt").read_text(encoding="utf-8").splitlines()


@cache
def signature(folder):
    import tensorflow as tf

    loaded = tf.saved_model.load(str(folder))
    function = loaded.signatures["serving_default"]
    function.owner = loaded  # it goes when its module does
    return function


@cache
def network(path):
    import keras

    return keras.models.load_model(path, compile=False)


def run(folder, batch):
    import tensorflow as tf

    function = signature(folder)
    [name] = function.structured_input_signature[1]
    return {key: value.numpy() for key, value in function(**{name: tf.constant(batch)}).items()}


def faces(folder, image, **changes):
    """Return the boxes (x0, y0, x1, y1 in pixels) and scores of the faces that ssd-hands is sure of."""
    found = run(folder, load_recipe("sample:ssd-hands").replace(**changes)(image))
    chosen = (found["detection_scores"][0] > 0.5) & (np.rint(found["detection_classes"][0]) == FACE)
    height, width = image.shape[:2]
    boxes = found["detection_boxes"][0][chosen][:, [1, 0, 3, 2]] * [width, height, width, height]
    return boxes.round().astype(int), found["detection_scores"][0][chosen]


@pytest.fixture
def groups(real_sample):
    return [picture(path) for path in sorted(real_sample("faces-6").glob("*.jpg"))]


def test_the_hand_detector_finds_the_faces_of_every_group(real_sample, groups):
    found = [faces(real_sample("ssd-hands"), image)[1].round(2).tolist() for image in groups]
    assert [len(scores) for scores in found] == [3, 1, 3, 3, 3, 4]
    assert all(scores[0] >= 0.85 for scores in found)


def test_in_bgr_the_hand_detector_loses_faces_and_on_one_group_all_of_them(real_sample, groups):
    right = [faces(real_sample("ssd-hands"), image)[1] for image in groups]
    swapped = [faces(real_sample("ssd-hands"), image, color="bgr")[1] for image in groups]
    assert all(len(bgr) == 0 or bgr[0] < rgb[0] for rgb, bgr in zip(right, swapped, strict=True))
    assert sum(map(len, swapped)) <= sum(map(len, right)) - 4
    assert [len(scores) for scores in swapped][3] == 0


def test_the_hand_detector_is_a_saved_model_as_the_object_detection_api_exports_it(real_sample):
    function = signature(real_sample("ssd-hands"))
    [given] = function.structured_input_signature[1].values()
    assert (given.name, given.dtype.name, given.shape.as_list()) == ("input_tensor", "uint8", [1, None, None, 3])
    assert set(function.structured_outputs) == {
        "detection_anchor_indices", "detection_boxes", "detection_classes", "detection_multiclass_scores",
        "detection_scores", "num_detections", "raw_detection_boxes", "raw_detection_scores",
    }  # fmt: skip
    assert len(labels(real_sample("ssd-hands"))) == 7
    assert labels(real_sample("ssd-hands"))[FACE - 1] == "face"


def test_the_class_numbers_of_the_hand_detector_are_whole_but_for_its_8_bits(real_sample, groups):
    classes = run(real_sample("ssd-hands"), groups[3][None])["detection_classes"]
    assert 0 < np.abs(classes - np.rint(classes)).max() < 0.02


@pytest.mark.parametrize(
    ("name", "at_least"),
    [
        pytest.param("astronaut.png", {"person": 0.55}, id="astronaut"),
        pytest.param("camera.png", {"person": 0.55}, id="photographer"),
        pytest.param("coffee.png", {"cup": 0.4, "dining table": 0.35}, id="coffee"),
    ],
)
def test_the_coco_detector_finds_what_is_in_the_photo_and_nothing_in_0_to_1(real_sample, name, at_least):
    model, image = real_sample("centernet-coco"), picture(real_sample("skimage") / name)
    recipe, names = load_recipe("sample:centernet-coco"), labels(model)
    rows = run(model, recipe(image))["detections"][0]
    best = {names[int(row[5])]: row[4] for row in rows[np.argsort(rows[:, 4])]}
    assert {found: best[found] >= score for found, score in at_least.items()} == dict.fromkeys(at_least, True)
    assert run(model, recipe.replace(range="unit")(image))["detections"][0][:, 4].max() < 0.05


def test_the_coco_detector_sees_the_street_of_the_clip(real_sample):
    model, recipe = real_sample("centernet-coco"), load_recipe("sample:centernet-coco")
    names, seen = labels(model), set()
    video = cv2.VideoCapture(str(real_sample("bikes")))
    try:
        for index in range(176):
            _, frame = video.read()
            if index in (125, 175):
                rows = run(model, recipe(frame[..., ::-1]))["detections"][0]
                seen |= {names[int(row[5])] for row in rows if row[4] > 0.3}
    finally:
        video.release()
    assert {"person", "bicycle", "car"} <= seen
    assert len(names) == 80


@pytest.mark.parametrize(
    ("photo", "name", "score"),
    [
        pytest.param("imagenet_00_243.jpg", "Dog", 0.75, id="bull mastiff"),
        pytest.param("imagenet_06_609.jpg", "Car", 0.8, id="jeep"),
        pytest.param("imagenet_01_559.jpg", "Chair", 0.6, id="folding chair"),
    ],
)
def test_the_open_images_detector_knows_what_is_in_the_photo(real_sample, photo, name, score):
    model = real_sample("ssd-mobilenet-oid")
    interpreter = Interpreter(str(model))
    interpreter.allocate_tensors()
    [given] = interpreter.get_input_details()
    batch = load_recipe("sample:ssd-mobilenet-oid")(picture(real_sample("imagenet-20") / photo))
    interpreter.set_tensor(given["index"], batch)
    interpreter.invoke()
    raw = {made["name"]: interpreter.get_tensor(made["index"]) for made in interpreter.get_output_details()}
    scores = 1 / (1 + np.exp(-raw["raw_outputs/class_predictions"][0]))
    assert raw["raw_outputs/box_encodings"].shape == (1, 1917, 4)
    assert labels(model)[0] == "???"
    assert labels(model)[1 + scores[:, 1:].max(axis=0).argmax()] == name
    assert scores[:, 1:].max() >= score


def test_faces_that_smile_are_happy_and_with_raw_pixels_every_face_is_angry(real_sample, groups):
    model, recipe = real_sample("emotion-cnn"), load_recipe("sample:emotion-cnn")
    crops = [image[y0:y1, x0:x1] for image in groups for x0, y0, x1, y1 in faces(real_sample("ssd-hands"), image)[0]]
    answers = network(model).predict_on_batch(np.concatenate([recipe(crop) for crop in crops]))
    raw = network(model).predict_on_batch(np.concatenate([recipe.replace(range="raw")(crop) for crop in crops]))
    names = labels(model)
    assert len(crops) == 17
    assert names[answers.mean(axis=0).argmax()] == "happy"
    assert (answers[:, names.index("happy")] > 0.9).sum() >= 2
    assert {names[index] for index in raw.argmax(axis=1)} == {"angry"}
    assert raw.max(axis=1).min() > 0.99


def test_the_bull_mastiff_is_one_and_its_label_is_in_place(real_sample):
    model = real_sample("dog-breeds")
    image = picture(real_sample("imagenet-20") / "imagenet_00_243.jpg")
    answer = network(model).predict_on_batch(load_recipe("sample:dog-breeds")(image))[0]
    assert len(labels(model)) == len(answer) == 19
    assert labels(model)[answer.argmax()] == "bull mastiff"
    assert answer.max() > 0.99


def test_the_last_network_of_mtcnn_tells_faces_from_what_is_beside_them(real_sample, groups):
    onet = network(real_sample("mtcnn") / "onet.keras")
    recipe, found, beside = load_recipe("sample:mtcnn/onet.keras"), [], []
    for image in groups:
        for x0, y0, x1, y1 in faces(real_sample("ssd-hands"), image)[0]:
            found.append(recipe(image[y0:y1, x0:x1]))
            beside.append(recipe(image[-(y1 - y0) :, x0:x1]))  # the lower edge of the photo, below the face
    sure = [onet.predict_on_batch(np.concatenate(crops))["probabilities"][:, 1] for crops in (found, beside)]
    assert np.mean(sure[0] > 0.9) > 0.8
    assert np.mean(sure[1] > 0.9) < 0.1


def test_the_first_network_of_mtcnn_takes_pictures_of_any_size(real_sample, groups):
    pnet = network(real_sample("mtcnn") / "pnet.keras")
    small = cv2.resize(groups[0], (96, 64))
    answer = pnet.predict_on_batch(load_recipe("sample:mtcnn")(small))
    assert {name: value.shape for name, value in answer.items()} == {
        "offsets": (1, 27, 43, 4), "probabilities": (1, 27, 43, 2)
    }  # fmt: skip
