"""What the tests of the search share: a network in NumPy that looks at each channel's mean, and pictures for it."""

import numpy as np
import pytest

from workbench.models import TensorSpec, check_batch
from workbench.recipes import Recipe

TRAINED = Recipe(size=(8, 8), range="unit")


class ColorNetwork:
    """Says which channel of a tensor is the brightest, in [0, 1] and blind beyond: classes red, green, blue."""

    runtime, path, labels = "numpy", None, ("red", "green", "blue")

    def __init__(self, *, classes=True, channels=(0, 1, 2), gain=20.0):
        self.name = "colors"
        self.inputs = (TensorSpec("image", (None, 8, 8, 3), "float32"),)
        self.outputs = (TensorSpec("answer", (None, 3), "float32", activation="softmax" if classes else None),)
        self.classes, self.channels, self.gain = classes, list(channels), gain
        self.asked = 0

    def predict(self, batch):
        (values,) = check_batch(batch, self.inputs, self.name)
        self.asked += len(values)
        means = np.clip(values, 0, 1).mean(axis=(1, 2), dtype=np.float64)[:, self.channels]
        if not self.classes:
            return {"answer": means.astype(np.float32)}
        grown = np.exp(self.gain * (means - means.max(axis=1, keepdims=True)))
        return {"answer": (grown / grown.sum(axis=1, keepdims=True)).astype(np.float32)}

    def close(self):
        pass


@pytest.fixture
def network():
    """Return the class of networks."""
    return ColorNetwork


@pytest.fixture(scope="session")
def pictures():
    """Return 24 noisy pictures (12, 16, 3), each brighter in one channel, and which."""
    rng = np.random.default_rng(0)
    truth = np.arange(24) % 3
    noise = rng.integers(0, 160, (24, 12, 16, 3))
    noise[np.arange(24), :, :, truth] += rng.integers(10, 60, (24, 1, 1))
    return noise.astype(np.uint8), truth
