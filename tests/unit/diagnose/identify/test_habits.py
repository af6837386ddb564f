import cv2
import numpy as np
import pytest

from workbench import Recipe
from workbench.diagnose.identify import identify

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
