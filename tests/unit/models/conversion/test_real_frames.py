"""Real photos become batches of whatever shape a model takes."""

import numpy as np
import pytest

from workbench.errors import ConversionError
from workbench.models.conversion.real_frames import frame_batches, real_photos
from workbench.models.model import TensorSpec


class Takes:
    """A model that is only its inputs."""

    name = "takes"

    def __init__(self, *inputs):
        self.inputs = inputs


@pytest.fixture(scope="module")
def photos():
    return real_photos()


def test_a_real_photo_is_there_when_no_sample_is_fetched(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    portrait, *quarters = real_photos()
    assert portrait.shape == (600, 512, 3)
    assert len(quarters) == 3
    assert portrait.std() > 40  # a photo, not a flat field
    np.testing.assert_array_equal(quarters[0], portrait[:300, :256])


@pytest.mark.parametrize(
    ("spec", "shape", "dtype"),
    [
        pytest.param(TensorSpec("x", (None, 32, 48, 3), "float32"), (4, 32, 48, 3), "float32", id="pictures"),
        pytest.param(TensorSpec("x", (None, 3, 32, 48), "float32"), (4, 3, 32, 48), "float32", id="channels first"),
        pytest.param(TensorSpec("x", (None, 64, 64, 1), "float32"), (4, 64, 64, 1), "float32", id="gray"),
        pytest.param(TensorSpec("x", (None, None, None, 3), "uint8"), (4, 224, 224, 3), "uint8", id="any size"),
        pytest.param(TensorSpec("x", (3, 32, 32, 3), "float32"), (6, 32, 32, 3), "float32", id="fixed batch of 3"),
        pytest.param(TensorSpec("x", (1, 8, 8, 3), "int8", None, (0.1, 3)), (4, 8, 8, 3), "int8", id="quantized"),
    ],
)
def test_batches_have_the_models_shape_and_dtype(photos, spec, shape, dtype):
    for batch in frame_batches(Takes(spec), photos).values():
        assert batch["x"].shape == shape
        assert batch["x"].dtype == dtype


def test_floats_come_in_three_ranges(photos):
    batches = frame_batches(Takes(TensorSpec("x", (None, 16, 16, 3), "float32")), photos)
    ranges = {name: (batch["x"].min() >= low, batch["x"].max() <= high) for (name, batch), (low, high) in
              zip(batches.items(), [(0, 255), (0, 1), (-1, 1)], strict=True)}  # fmt: skip
    assert ranges == dict.fromkeys(("raw", "unit", "symmetric"), (True, True))
    assert batches["symmetric"]["x"].min() < -0.5


def test_plain_integers_come_as_they_are(photos):
    assert list(frame_batches(Takes(TensorSpec("x", (None, 16, 16, 3), "uint8")), photos)) == ["raw"]


def test_every_input_gets_pictures(photos):
    left, right = TensorSpec("left", (None, 16, 16, 3), "float32"), TensorSpec("right", (None, 8, 8, 1), "float32")
    batch = frame_batches(Takes(left, right), photos)["unit"]
    assert {name: values.shape for name, values in batch.items()} == {"left": (4, 16, 16, 3), "right": (4, 8, 8, 1)}


def test_an_input_that_takes_no_pictures_is_named(photos):
    with pytest.raises(ConversionError, match=r"the input age \(any, 4\) float32 takes no pictures; give .* as batch="):
        frame_batches(Takes(TensorSpec("age", (None, 4), "float32")), photos)
