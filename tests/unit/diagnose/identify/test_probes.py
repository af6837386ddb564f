import numpy as np
import pytest
from PIL import Image

from workbench import Recipe
from workbench.diagnose.identify import identify, probe_images
from workbench.diagnose.identify.probes import PROBES


def test_probes_are_written_once_and_the_same_every_time():
    first = {path: path.read_bytes() for path in probe_images()}
    assert {path: path.read_bytes() for path in probe_images()} == first
    assert [path.name for path in first] == list(PROBES)
    assert all(PROBES[path.name]() == data for path, data in first.items())


def test_the_letter_lies_in_eight_ways():
    tags = {Image.open(path).getexif().get(0x0112) for path in probe_images() if path.name.startswith("orientation")}
    assert tags == set(range(1, 9))


TRAINING = Recipe(size=(96, 96), range="unit")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("training", "change"),
    [
        pytest.param(TRAINING, {"exif": "ignore"}, id="exif"),
        pytest.param(TRAINING.replace(fit="center_crop"), {"crop_fraction": 0.9}, id="crop_fraction"),
        pytest.param(TRAINING, {"resize": "pil.hamming"}, id="resize"),
    ],
)
def test_probes_decide_every_slot(training, change):
    def serving(path):
        return training.replace(**change)(path)

    found = identify(serving, takes="path", reference=training)
    assert (found.exact, found.faults) == (True, set(change))
    assert set(found.undecided) <= {"decode", "order"}


def test_an_array_says_nothing_of_how_probes_are_decoded():
    found = identify(lambda image: image[::4, ::4].astype(np.float32), probe_images()[:1])
    assert "decode" not in found.undecided
