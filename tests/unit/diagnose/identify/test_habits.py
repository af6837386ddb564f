import cv2
import numpy as np
import pytest

from workbench import Recipe
from workbench.diagnose.identify import identify
from workbench.errors import InvalidValue

TRAINING = Recipe(size=(64, 64), range="unit")


def plain(image):
    return (cv2.resize(image, (64, 64)) / 255.0)[None]


def writes(image):
    done = plain(image)
    image[:5] = 0
    return done


def noisy():
    rng = np.random.default_rng(0)
    return lambda image: plain(np.clip(np.rint(image + rng.normal(0, 2, image.shape)), 0, 255).astype(np.uint8))


def now_and_then():
    calls = []

    def mirrored(image):
        calls.append(1)
        return plain(image[:, ::-1] if len(calls) % 2 else image)

    return mirrored


@pytest.mark.parametrize(
    ("function", "reference", "faults"),
    [
        pytest.param(plain, TRAINING, set(), id="none"),
        pytest.param(
            lambda image: plain(image)[0], TRAINING, set(), id="no batch axis, where a recipe is the reference"
        ),
        pytest.param(writes, TRAINING, {"mutates_input"}, id="writes into its input"),
        pytest.param(noisy(), TRAINING, {"not_deterministic"}, id="noise"),
        pytest.param(now_and_then(), TRAINING, {"not_deterministic"}, id="mirrored now and then"),
        pytest.param(lambda image: plain(image)[None], TRAINING, {"batch_axis"}, id="a batch axis too many"),
        pytest.param(
            lambda image: plain(image)[0], plain, {"batch_axis"}, id="no batch axis, where the reference has one"
        ),
    ],
)
def test_habits_are_seen(photos, function, reference, faults):
    assert identify(function, photos[:2], reference=reference).faults == faults


def test_the_frames_stay_as_they_are(photos):
    before = [photo.copy() for photo in photos]
    identify(writes, photos, reference=TRAINING)
    assert all(np.array_equal(one, other) for one, other in zip(before, photos, strict=True))


class KeepsGradients:
    """Raises as a PyTorch tensor that keeps gradients does when NumPy asks for its numbers."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


def one_not_a_number(image):
    tensor = plain(image)
    tensor[0, 3, 3, 0] = np.nan
    return tensor


def gray_now_and_then():
    calls = []

    def function(image):
        calls.append(1)
        return plain(image if len(calls) <= 2 else image[..., :1])[0]

    return function


@pytest.mark.parametrize(
    ("function", "text"),
    [
        pytest.param(
            lambda image: KeepsGradients(), r"KeepsGradients on frame 0.*detach", id="a tensor with gradients"
        ),
        pytest.param(lambda image: None, "NoneType on frame 0", id="None"),
        pytest.param(one_not_a_number, "1 numbers of 12288 that are NaN or infinite", id="NaN"),
        pytest.param(gray_now_and_then(), r"several kinds.*\(64, 64, 3\).*\(64, 64, 1\)", id="gray now and then"),
    ],
)
def test_what_is_no_tensor_of_a_picture_is_refused_in_one_line(photos, function, text):
    with pytest.raises(InvalidValue, match=text) as refusal:
        identify(function, photos[:2], reference=TRAINING)
    assert "\n" not in str(refusal.value)


@pytest.mark.slow  # looks at TensorFlow's kernels, too
def test_a_dtype_that_no_recipe_makes_is_named(photos):
    found = identify(lambda image: plain(image).astype(np.float32).astype("int32"), photos[:2], reference=TRAINING)
    assert found.differs["dtype"] == ("float32", "int32")
    whole = identify(lambda image: cv2.resize(image, (64, 64)).astype(np.int32), photos[:2])
    assert not whole.exact
    assert "int32 NHWC: nearest, every number the same but for the dtype" in whole.verdict


def test_tensors_of_a_size_of_their_own_are_no_crash(photos):
    def shortest_side(image):
        scale = 64 / min(image.shape[:2])
        return cv2.resize(image, None, fx=scale, fy=scale) / 255.0

    frames = [photos[0], photos[0][: photos[0].shape[0] // 2]]
    found = identify(shortest_side, frames, reference=TRAINING)
    assert not found.exact
    assert "tensors of other sizes" in found.verdict
    assert found.to_dict()["psnr_db"] is None
