from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest


@dataclass(frozen=True)
class Real:
    """A real sample on real pictures, and what Keras itself makes of them."""

    recipe: Any
    frames: list[Any]
    batch: np.ndarray
    expected: np.ndarray


PICTURES = {"efficientnet-lite0": "imagenet-20", "cifar10-cnn": "cifar-20"}


@pytest.fixture(scope="session")
def real():
    """Return a function: sample's name -> its recipe, its pictures and Keras' own answers."""

    @cache
    def made(sample: str) -> Real:
        from workbench import load_model, open_frames, preset

        recipe = preset(f"sample:{sample}")
        frames = list(open_frames(f"sample:{PICTURES[sample]}"))
        batch = recipe.batch(frames)
        expected = load_model(f"sample:{sample}").keras(batch, training=False)
        return Real(recipe, frames, batch, np.asarray(expected))

    return made


@pytest.fixture(scope="session")
def converted(tmp_path_factory, real):
    """Return a function: sample's name, format ("frozen-graph" too) -> a file made from it, once."""
    folder = tmp_path_factory.mktemp("converted")

    @cache
    def made(sample: str, to: str) -> Path:
        from workbench import load_model
        from workbench.models.conversion import FORMATS, convert
        from workbench.models.conversion.graph import graph_of

        model = load_model(f"sample:{sample}")
        if to == "frozen-graph":
            path = folder / f"{sample}.pb"
            path.write_bytes(graph_of(model).definition.SerializeToString())
            return path
        options = {"batch": real(sample).batch, "integer_inputs": True} if to == "tflite-int8" else {}
        return convert(model, to, folder / f"{sample}-{to}{FORMATS[to]}", **options).path

    return made
