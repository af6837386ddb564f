"""Small real values the view tests share: pictures, frames, recipes, and a model whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.frames import open_frames
from workbench.models.model import TensorSpec, check_batch
from workbench.recipes import Recipe

LABELS = ("red", "green", "blue")


class ColorModel:
    """A fake model that answers with the share of each channel, and notes the batches it was given."""

    name = "color"
    inputs = (TensorSpec("image", (None, 8, 8, 3), "float32"),)
    outputs = (TensorSpec("share", (None, 3), "float32"),)
    labels = LABELS

    def __init__(self):
        self.batches = []

    def predict(self, batch):
        check_batch(batch, self.inputs, self.name)
        self.batches.append(batch.shape)
        sums = batch.clip(0).sum(axis=(1, 2)) + 1e-6
        return {"share": (sums / sums.sum(axis=1, keepdims=True)).astype(np.float32)}

    def close(self):
        pass


@pytest.fixture
def picture():
    """A reddish picture, 12 x 20, with a gradient and a sharp edge."""
    image = np.zeros((12, 20, 3), np.uint8)
    image[..., 0] = np.linspace(120, 250, 20)
    image[..., 1] = np.linspace(10, 90, 12)[:, None]
    image[:6, :10, 2] = 60
    return image


@pytest.fixture
def frames(picture):
    """Ten frames, each a little darker than the one before."""
    return open_frames([picture - np.uint8(3 * i) * (picture > 30) for i in range(10)])


@pytest.fixture
def recipe():
    return Recipe(size=(8, 8))


@pytest.fixture
def model():
    return ColorModel()


@pytest.fixture(scope="module")
def shown_before():
    return {}


@pytest.fixture
def shown(draw, shown_before):
    """A function: a name -> its figure, its PNG and what goes with that, drawn once for all tests of a module."""

    def show(name):
        if name not in shown_before:
            figure = draw(name)
            shown_before[name] = (figure, *figure._repr_png_())
        return shown_before[name]

    return show
