"""`compare_models` puts all answers, agreements and costs side by side, each frame decoded once."""

import numpy as np
import pytest
import supervision as sv
import yaml

from workbench.diagnose.agreement import agreement, flips
from workbench.diagnose.compare_models import compare_models
from workbench.diagnose.cost import Cost, costs
from workbench.diagnose.model_comparison import Contender, ModelComparison
from workbench.errors import InvalidValue
from workbench.frames.frame import FrameStream
from workbench.models import TensorSpec, check_batch
from workbench.recipes import Recipe
from workbench.results import Classification, Prediction

LABELS = ("red", "green", "blue")
RECIPE = Recipe(size=(8, 8))


class Colors:
    """Says which channel is strongest; a model that takes BGR for RGB when it is fed so."""

    name, labels, path = "colors", LABELS, None
    outputs = (TensorSpec("share", (None, 3), "float32"),)

    def __init__(self, runtime="numpy", spec=("float32", None), length=None):
        self.runtime, self.calls = runtime, 0
        self.inputs = (TensorSpec("image", (length, 8, 8, 3), spec[0], quantization=spec[1]),)

    def predict(self, batch):
        self.calls += 1
        (array,) = check_batch(batch, self.inputs, self.name)
        sums = array.astype(np.float32).sum(axis=(1, 2)) + 1e-6
        return {"share": sums / sums.sum(axis=1, keepdims=True)}

    def layers(self, batch):
        return self.predict(batch)

    def close(self):
        pass


class Boxes(Colors):
    """Says that the whole picture is one object of the class of its strongest channel."""

    def predict(self, batch):
        best = super().predict(batch)["share"].argmax(axis=1)
        return {"rows": np.stack([np.float32([[0, 0, 8, 8, 0.75, number]]) for number in best])}


FRAMES = [np.full((9, 9, 3), color, np.uint8) for color in ((250, 9, 5), (9, 250, 5), (4, 9, 250), (250, 5, 9))]


def compared(**sides):
    return compare_models(sides, FRAMES, labels=[0, 1, 2, 0], processes=False, progress=False)


@pytest.fixture(scope="module")
def both():
    return compared(own=(RECIPE, Colors()), bgr=(RECIPE.replace(color="bgr"), Colors("cv2")))


def test_agreement_flips_and_accuracy_are_counted(both):
    np.testing.assert_allclose(both.agreement, [[1, 0.25], [0.25, 1]])
    assert both.flips["bgr"].tolist() == [True, False, True, True]
    assert not both.flips["own"].any()
    assert both.accuracy == {"own": 1.0, "bgr": 0.25}
    assert both.verdict.startswith("On 4 frames: bgr flips 3; ")


def test_the_table_of_models_names_what_differs_in_the_recipe(both):
    table = both.to_frame().set_index("name")
    assert table.loc["bgr", ["runtime", "recipe", "flips"]].tolist() == ["cv2", "color bgr", 3]
    assert table.loc["own", "recipe"] == "as the first"
    assert (table["ms a frame"] > 0).all()


def test_the_table_of_answers_has_a_row_a_frame_and_a_column_a_model(both):
    table = both.answers()
    assert table["frame"].tolist() == [0, 2, 3, 1]
    assert table.loc[0, ["truth", "own", "bgr"]].tolist() == ["red", "red 0.95", "blue 0.95"]


def test_the_comparison_survives_as_plain_types(both):
    told = yaml.safe_load(yaml.safe_dump(both.to_dict()))
    assert told["models"]["bgr"]["slots"] == {"color": ["rgb", "bgr"]}
    assert told["models"]["own"]["memory_mb"] is None
    assert told["agreement"][0][1] == 0.25


def test_outputs_drift_only_where_the_pixels_are_the_same(both):
    assert both.drifts == {}
    quantized = RECIPE.replace(dtype="uint8", quantization=(1.0, 0))
    found = compared(own=(RECIPE, Colors()), int8=(quantized, Colors(spec=("uint8", (1.0, 0)))))
    assert found.drifts["int8"].agrees
    assert found.to_frame()["drift"].tolist()[1] < 1e-6


def test_every_model_is_measured_on_real_tensors_of_its_own_batch_length():
    seen = {"any": Colors(), "fixed": Colors(length=4)}
    found = compare_models({n: (RECIPE, m) for n, m in seen.items()}, FRAMES, processes=False, progress=False)
    assert min(found.latencies_ms.values()) > 0
    assert min(model.calls for model in seen.values()) > 15


def test_nothing_is_measured_when_not_asked():
    model = Colors()
    found = compare_models({"own": (RECIPE, model)}, FRAMES, measure=False, progress=False)
    assert (found.costs, model.calls) == ({}, 1)
    assert found.verdict == "own alone on 4 frames: nothing to compare."


def test_a_model_in_memory_has_no_process_of_its_own_and_says_so():
    found = costs({"own": Colors()}, {"own": [np.zeros((1, 8, 8, 3), np.float32)]})
    assert (found["own"].memory_mb, found["own"].load_seconds) == (None, None)
    assert "no file" in found["own"].note


class Camera(FrameStream):
    """A stream that comes once."""

    origin = "camera"

    def arrays(self):
        raise AssertionError("nothing is read before the refusal")

    __iter__ = arrays


@pytest.mark.parametrize(
    ("sides", "frames", "labels", "message"),
    [
        pytest.param({}, FRAMES, None, "at least one side", id="no side"),
        pytest.param({"own": (RECIPE, Colors())}, Camera(), None, "a stream comes once", id="a stream"),
        pytest.param({"own": (RECIPE, Colors())}, FRAMES, [1], "one class index for each of 4 frames", id="labels"),
        pytest.param(
            {"own": (RECIPE, Colors())}, FRAMES, [0, 1, 2, 3], "go from 0 to 2", id="labels beyond the classes"
        ),
        pytest.param(
            {"own": (RECIPE, Boxes())}, FRAMES, [0] * 4, "no model here gives class prob", id="labels of boxes"
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(sides, frames, labels, message):
    with pytest.raises(InvalidValue, match=message):
        compare_models(sides, frames, labels, measure=False, progress=False)


def classes(*best, labels=LABELS):
    values = np.eye(len(labels), dtype=np.float32)[list(best)]
    return Prediction({"p": values}, Classification(values, labels), np.arange(len(best)), ("x",) * len(best), ())


def boxes(*frames):
    found = tuple(
        sv.Detections(
            xyxy=np.array([box for box, _ in frame], np.float32).reshape(-1, 4),
            confidence=np.full(len(frame), 0.9, np.float32),
            class_id=np.array([LABELS.index(name) for _, name in frame], int),
            data={"class_name": np.array([name for _, name in frame], dtype=str)},
        )
        for frame in frames
    )
    return Prediction({}, None, np.arange(len(found)), ("x",) * len(found), (), detections=found)


ONE, TWO, HALF = (0, 0, 10, 10), (20, 20, 30, 30), (0, 0, 10, 6)


@pytest.mark.parametrize(
    ("a", "b", "shares", "flipped"),
    [
        pytest.param(classes(0, 1, 2), classes(0, 1, 1), [1, 1, 0], [False, False, True], id="classes"),
        pytest.param(
            classes(0, 1, labels=("red", "blue")), classes(0, 2), [1, 1], [False, False], id="other labels, by name",
        ),
        pytest.param(boxes([(ONE, "red")]), boxes([(HALF, "red")]), [0.6], [False], id="a box moved"),
        pytest.param(boxes([(ONE, "red")]), boxes([(ONE, "blue")]), [0], [True], id="a box renamed"),
        pytest.param(boxes([(ONE, "red"), (TWO, "red")]), boxes([(ONE, "red")]), [0.5], [True], id="a box lost"),
        pytest.param(boxes([], []), boxes([], [(ONE, "red")]), [1, 0], [False, True], id="no boxes, a new one"),
        pytest.param(boxes([(ONE, "red")]), classes(0), [np.nan], [False], id="boxes and classes"),
    ],
)  # fmt: skip
def test_agreement_of_classes_and_of_boxes(a, b, shares, flipped):
    np.testing.assert_allclose(agreement(a, b), shares, atol=1e-6)
    assert flips(a, b).tolist() == flipped


def test_models_that_all_agree_are_said_to():
    predictions = {name: classes(0, 1, 2) for name in ("keras", "tflite", "onnx")}
    contenders = {name: Contender("net", name) for name in predictions}
    found = ModelComparison(
        predictions, contenders, {n: Cost(ms) for n, ms in zip(predictions, (8, 2, 4), strict=True)}, {}
    )
    assert found.verdict == (
        "On 3 frames: all 2 answer as keras; tflite is the quickest with 2 ms a frame, 4.0 times as fast as keras."
    )
