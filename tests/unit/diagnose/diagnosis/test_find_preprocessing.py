"""The diagnosis put together: verdict, cost and function, on a small model that is no stub of any of its parts."""

import cv2
import numpy as np
import pytest

from workbench.diagnose.diagnosis import find_preprocessing
from workbench.errors import InputMismatch, InvalidValue, UnknownName
from workbench.models.model import TensorSpec
from workbench.recipes import Recipe

TRAINED = Recipe(size=(32, 32), range="unit")
ROWS, COLUMNS = np.mgrid[0:70, 0:90]


def photo(seed):
    """A picture with edges at all scales, red to the left and blue below."""
    rng = np.random.default_rng(seed)
    coarse = cv2.resize(rng.integers(0, 256, (9, 12, 3), dtype=np.uint8), (90, 70), interpolation=cv2.INTER_CUBIC)
    tint = np.stack([200 - COLUMNS * 2, COLUMNS + ROWS, ROWS * 3], axis=-1) * (1 + seed % 3) // 3
    return np.clip(coarse // 2 + tint // 2 + rng.integers(0, 20, (70, 90, 3)), 0, 255).astype(np.uint8)


FRAMES = [photo(seed) for seed in range(4)]


class RedOrBlue:
    """Says which is stronger, red in channel 0 or blue in channel 2, of pictures in 0..1."""

    name, labels = "red-or-blue", ("red", "blue")
    inputs = (TensorSpec("image", (None, 32, 32, 3), "float32"),)
    outputs = (TensorSpec("p", (None, 2), "float32", "softmax"),)

    def predict(self, batch):
        if str(batch.dtype) != "float32":
            raise InputMismatch(f"red-or-blue expects float32, got {batch.dtype}")
        red, blue = batch[..., 0].mean(axis=(1, 2)), batch[..., 2].mean(axis=(1, 2))
        odds = 1 / (1 + np.exp(np.clip(20 * (blue - red), -50, 50)))
        return {"p": np.stack([odds, 1 - odds], axis=1).astype(np.float32)}

    def close(self):
        pass


def serve_right(frame):
    return (cv2.resize(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), (32, 32)) / np.float32(255))[None].astype(np.float32)


def serve_bgr(frame):
    return (cv2.resize(frame, (32, 32)) / np.float32(255))[None].astype(np.float32)


def serve_bgr_raw(frame):
    return cv2.resize(frame, (32, 32))[None].astype(np.float32)


def serve_uint8(frame):
    return cv2.resize(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), (32, 32))[None]


@pytest.fixture(scope="module")
def blue_first():
    return found(serving=serve_bgr)


def found(**given):
    return find_preprocessing(RedOrBlue(), FRAMES, training=TRAINED, progress=False, **given)


def test_a_serving_function_that_does_as_training_did_is_let_be():
    right = found(serving=serve_right)
    assert not right.wrong
    assert right.verdict.startswith(
        "The serving function gives the tensors the model was trained with on these 4 frames"
    )
    assert (right.cost, right.price, right.to_frame().empty) == (None, "", True)


def test_the_colour_is_named_with_what_it_costs_and_the_function_that_is_right(blue_first):
    wrong = blue_first
    assert wrong.faults == {"color"}
    assert wrong.verdict == (
        "The serving function gives BGR where the model was trained on RGB. On these 4 frames that "
        f"{wrong.price}. The fixed function is below."
    )
    assert 0 < int(wrong.cost.flips.sum()) <= 4
    assert wrong.kept == 1 - wrong.cost.flips.mean()
    assert list(wrong.to_frame()["share of the loss"]) == [1.0]
    namespace = {}
    exec(wrong.code, namespace)  # the function that was written
    bgr = np.ascontiguousarray(FRAMES[0][..., ::-1])
    np.testing.assert_allclose(namespace["preprocess"](bgr), TRAINED(FRAMES[0]), atol=1e-6)


def test_a_habit_of_a_function_is_named_though_no_slot_differs():
    def serve(frame):
        tensor = serve_right(frame)
        frame[:] = 0
        return tensor

    wrong = found(serving=serve)
    assert (wrong.faults, wrong.differs) == ({"mutates_input"}, {})
    assert list(wrong.to_frame()["fault"]) == ["mutates_input"]
    assert "flips no answer" in wrong.verdict


def test_two_faults_share_the_loss_and_the_costliest_comes_first():
    wrong = found(serving=serve_bgr_raw, labels=[0, 0, 0, 0])
    assert wrong.faults == {"color", "range"}
    assert sum(wrong.attribution.values.values()) == pytest.approx(wrong.attribution.total, abs=1e-6)
    rows = wrong.to_frame()
    assert list(rows["share of the loss"]) == sorted(rows["share of the loss"], reverse=True)
    assert "of the loss is" in wrong.verdict or "(right:" in wrong.verdict


def test_a_tensor_the_model_refuses_is_a_finding():
    wrong = found(serving=serve_uint8)
    assert "refused" in wrong.faults
    assert {"dtype", "uint8_cast"} & wrong.faults
    assert "it refuses what the serving function makes" in wrong.verdict
    assert wrong.price == "no answer: the model refuses every frame"
    assert wrong.kept == 0


@pytest.mark.parametrize(
    ("takes", "serving"),
    [
        pytest.param("rgb", lambda frame: serve_bgr(frame[..., ::-1]), id="a function of RGB"),
        pytest.param("bgr", TRAINED.replace(color="bgr"), id="a recipe"),
        pytest.param("bgr", TRAINED.replace(color="bgr").batch(FRAMES), id="saved tensors"),
    ],
)
def test_serving_may_be_whatever_makes_tensors(takes, serving):
    assert found(serving=serving, takes=takes).faults == {"color"}


@pytest.mark.slow
def test_files_are_given_to_a_function_of_paths(tmp_path):
    for number, frame in enumerate(FRAMES):
        cv2.imwrite(str(tmp_path / f"{number}.png"), frame[..., ::-1])
    given = {"training": TRAINED, "takes": "path", "progress": False}

    def serve(path):
        return serve_bgr(cv2.imread(path))

    wrong = find_preprocessing(RedOrBlue(), tmp_path, serving=serve, **given)
    assert wrong.faults == {"color"}
    assert wrong.frames == 4


@pytest.mark.slow
def test_training_may_be_a_function_too():
    wrong = find_preprocessing(RedOrBlue(), FRAMES, training=serve_right, serving=serve_bgr, progress=False)
    assert wrong.faults == {"color"}
    assert wrong.training.color == "rgb"


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        pytest.param({"takes": "grb"}, UnknownName, "did you mean 'rgb'", id="takes"),
        pytest.param({"serving": serve_bgr, "takes": "path"}, InvalidValue, "path", id="arrays have no paths"),
        pytest.param({"serving": np.zeros((2, 32, 32, 3), np.float32)}, InvalidValue, "4", id="too few tensors"),
        pytest.param({"read": lambda outputs, size: []}, InvalidValue, "gives no boxes", id="boxes of a classifier"),
        pytest.param({"serving": lambda frame: 1 / 0}, InvalidValue, "ZeroDivisionError", id="raises"),
    ],
)
def test_what_cannot_be_diagnosed_is_said_in_one_line(given, error, message):
    with pytest.raises(error) as caught:
        found(**given)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_diagnosis_is_plain_for_a_report(blue_first):
    import yaml

    plain = blue_first.to_dict()
    assert yaml.safe_load(yaml.safe_dump(plain)) == plain
    assert plain["faults"] == ["color"]


def serve_doubled(frame):
    tensor = serve_right(frame)
    return (tensor + tensor[:, :, ::-1]) / 2


@pytest.mark.slow  # looks at TensorFlow's kernels, too
def test_other_tensors_that_nothing_known_explains_are_not_called_right():
    found = find_preprocessing(RedOrBlue(), FRAMES, serving=serve_doubled, training=TRAINED, progress=False)
    assert not found.faults
    assert found.wrong
    assert found.cost is not None
    assert "gives other tensors than the model was trained with (PSNR" in found.verdict
    assert "The fixed function is below." in found.verdict


def test_a_function_that_ends_the_program_is_refused():
    def leaves(frame):
        raise SystemExit(3)

    with pytest.raises(InvalidValue, match="SystemExit: 3"):
        find_preprocessing(RedOrBlue(), FRAMES, serving=leaves, training=TRAINED, progress=False)
