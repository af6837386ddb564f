import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock


@dataclass(frozen=True)
class Real:
    """A real sample on real pictures, and what Keras itself makes of them."""

    recipe: Any
    frames: list[Any]
    batch: np.ndarray
    expected: np.ndarray


PICTURES = {"efficientnet-lite0": "imagenet-20", "cifar10-cnn": "cifar-20"}


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """Return the folder of what is made of real models; in `make test` the tests on both OpenCVs have one."""
    folder = Path(os.environ.get("WORKBENCH_TEST_CACHE") or tmp_path_factory.mktemp("made"), "converted")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def loaded():
    """Return a function: sample's name -> the model, loaded once."""

    @cache
    def made(sample: str) -> Any:
        from workbench import load_model

        return load_model(f"sample:{sample}")

    return made


@pytest.fixture(scope="session")
def real(kept, loaded):
    """Return a function: sample's name -> its recipe, its pictures and Keras' own answers."""

    def answered(sample: str, recipe: Any, frames: list[Any]) -> Path:
        path = kept / f"{sample}.npz"
        with FileLock(f"{path}.lock"):
            if not path.exists():
                batch = recipe.batch(frames)
                expected = loaded(sample).keras(batch, training=False)
                np.savez(path, batch=batch, expected=np.asarray(expected))
        return path

    @cache
    def made(sample: str) -> Real:
        from workbench import open_frames, preset

        recipe = preset(f"sample:{sample}")
        frames = list(open_frames(f"sample:{PICTURES[sample]}"))
        return Real(recipe, frames, **np.load(answered(sample, recipe, frames)))

    return made


@pytest.fixture(scope="session")
def converted(kept, loaded, real):
    """Return a function: sample's name, format ("frozen-graph" too) -> a file made from it, once, and not compared."""
    from workbench.models.conversion import FORMATS
    from workbench.models.conversion.formats import Quantizing, write_onnx, write_tflite
    from workbench.models.conversion.graph import graph_of
    from workbench.models.conversion.running import rows_of

    graph = cache(lambda sample: graph_of(loaded(sample)))

    def write(sample: str, to: str, path: Path) -> None:
        model = loaded(sample)
        if to == "frozen-graph":
            definition = model.frozen.function.graph.as_graph_def() if hasattr(model, "frozen") else None
            path.write_bytes((definition or graph(sample).definition).SerializeToString())
        elif to == "onnx":
            write_onnx(graph(sample), path)
        elif to == "tflite":
            write_tflite(graph(sample), path)
        else:
            rows = rows_of(model, {model.inputs[0].name: real(sample).batch})
            write_tflite(graph(sample), path, Quantizing(rows, integer_inputs=True))

    @cache
    def made(sample: str, to: str) -> Path:
        path = kept / f"{sample}-{to}{FORMATS.get(to, '.pb')}"
        with FileLock(f"{path}.lock"):
            if path.exists():
                return path
            made = path.with_name(f"making-{path.name}")
            write(sample, to, made)
            made.rename(path)
        return path

    return made
