"""Pictures of three colours, and models that tell which one is the brightest: right in RGB, or in BGR, for sure."""

import numpy as np

from workbench.models import TensorSpec
from workbench.recipes import Recipe
from workbench.results.classification import softmax

OWN = Recipe(size=(4, 4), range="unit")
BGR = OWN.replace(color="bgr")


class Brightest:
    """Answers which channel of a picture is the brightest, nearly sure: the softmax of 30 times their means."""

    inputs = (TensorSpec("image", (None, 4, 4, 3), "float32"),)
    outputs = (TensorSpec("color", (None, 3), "float32", "softmax"),)
    labels = ("first", "second", "third")

    def __init__(self, name, order=(0, 1, 2)):
        self.name, self.order = name, list(order)

    def predict(self, batch):
        return {"color": softmax(30 * batch.mean(axis=(1, 2))[:, self.order])}

    def close(self):
        pass


MODELS = {
    "both": ([OWN, BGR], Brightest("both")),
    "rgb": (OWN, Brightest("rgb")),
    "bgr": (BGR, Brightest("bgr", order=(2, 1, 0))),
}
TRUTH = np.arange(30) % 3


def pictures():
    """Return 30 pictures (30, 8, 8, 3), ten of each colour, with some noise."""
    found = np.random.default_rng(0).integers(0, 60, (len(TRUTH), 8, 8, 3), dtype=np.uint8)
    for picture, color in zip(found, TRUTH, strict=True):
        picture[..., color] += 120
    return found
