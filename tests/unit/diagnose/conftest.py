"""What the tests of models held against each other share: models whose layers are plain NumPy functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from workbench.models import TensorSpec, check_batch


class Chain:
    """A model of named functions, each given what the one before made; it shows all of them."""

    runtime, path, labels = "numpy", None, None

    def __init__(self, name: str, layers: dict[str, Callable[[np.ndarray], np.ndarray]], **given: Any):
        self.name, self.functions = name, layers
        self.inputs = (given.get("input", TensorSpec("image", (None, 16, 16, 3), "float32")),)
        self.outputs = (TensorSpec(list(layers)[-1], (None,), "float32"),)
        self.batches: list[tuple[int, ...]] = []

    def layers(self, batch):
        (values,) = check_batch(batch, self.inputs, self.name)
        found = {}
        for name, function in self.functions.items():
            values = found[name] = function(values)
        return found

    def predict(self, batch):
        self.batches.append(batch.shape)
        last = list(self.layers(batch).items())[-1]
        return dict([last])

    def close(self):
        pass


@pytest.fixture
def chain():
    """Return the class of models made of named functions."""
    return Chain
