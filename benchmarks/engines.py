"""`load_model(path, engine="fast")` beside Keras' own `model.predict`: milliseconds a picture, megabytes a process.

Run: `python benchmarks/engines.py`. Batch 1; every round runs both, ten times in a row as frames come, in a new order;
medians over all calls are quoted. Memory is the resident set of a fresh process that loads the model and predicts, the
fast one with its choice in the cache.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
from measure import interleaved, machine, median, print_table

IN_A_ROW = 10  # calls: one after calls of the other runs with the other's threads still spinning
# model -> how many times faster than model.predict it has to be
LIMITS = {"MobileNetV2": 15, "EfficientNetB0": 8, "sample:efficientnet-lite0": 8, "sample:cifar10-cnn": 70}
MEMORY = 5  # times less than the Keras process
CHILDREN = {
    "keras": """
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
import keras, numpy as np, psutil
model = keras.saving.load_model(sys.argv[1], compile=False)
batch = np.load(sys.argv[2])
for _ in range(3):
    model.predict(batch, verbose=0)
print(psutil.Process().memory_info().rss / 1e6)
""",
    "fast": """
import sys
import numpy as np
from workbench import load_model
model = load_model(sys.argv[1], engine="fast")
batch = np.load(sys.argv[2])
for _ in range(3):
    model.predict(batch)
assert "tensorflow" not in sys.modules, "the fast engine of this model is TensorFlow"
import psutil
print(psutil.Process().memory_info().rss / 1e6)
""",
}


@contextmanager
def model_file(name: str) -> Iterator[Path]:
    """Give the file of a sample, or of a network of keras.applications with random weights."""
    from workbench import sample_path

    if name.startswith("sample:"):
        yield sample_path(name)
        return
    from workbench.models.tensorflow.runtime import import_tensorflow

    import_tensorflow()
    import keras

    keras.utils.set_random_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.keras"
        getattr(keras.applications, name)(weights=None).save(path)
        yield path


def compared(name: str, rounds: int) -> tuple[list[object], list[object]]:
    """Return the row of times and the row of memory of one model."""
    from workbench import load_model
    from workbench.models.tensorflow.runtime import import_tensorflow

    import_tensorflow()  # with oneDNN, as Keras gets it here, and quietly
    import keras

    with model_file(name) as path:
        fast = load_model(name if name.startswith("sample:") else path, engine="fast")
        model = keras.saving.load_model(path, compile=False)
        batch = real_picture(fast.inputs[0].shape[1:3])
        expected, [got] = model.predict(batch, verbose=0), fast.predict(batch).values()
        difference = float(np.max(np.abs(expected - got)) / np.max(np.abs(expected)))
        seconds = interleaved(
            {"keras": lambda x: model.predict(x, verbose=0), "fast": fast.predict}, [batch] * IN_A_ROW, rounds=rounds
        )
        slow, quick = (median(seconds[case]) * 1e3 for case in ("keras", "fast"))
        megabytes = {kind: resident(kind, path, batch) for kind in CHILDREN}
    engine = fast.engine.chosen
    ratio, less = slow / quick, megabytes["keras"] / megabytes["fast"]
    return (
        [name, engine, slow, quick, ratio, LIMITS[name], said(ratio >= LIMITS[name]), difference],
        [name, engine, megabytes["keras"], megabytes["fast"], less, MEMORY, said(less >= MEMORY)],
    )


def real_picture(size: tuple[int, int]) -> np.ndarray:
    """Return one real photo as a model's batch, in [0, 1]."""
    from workbench import Recipe, open_frames

    return Recipe(size=size, range="unit").batch(open_frames("sample:imagenet-20")[:1])


def resident(kind: str, path: Path, batch: np.ndarray) -> float:
    """Return the megabytes of a fresh process of a kind."""
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "batch.npy", batch)
        command = [sys.executable, "-c", CHILDREN[kind], str(path), str(Path(folder) / "batch.npy")]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def said(held: bool) -> str:
    """Return whether a limit is held, in a word."""
    return "yes" if held else "NO"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", default=list(LIMITS), help=f"of {', '.join(LIMITS)}")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    times, memory = zip(*(compared(name, arguments.rounds) for name in arguments.models), strict=True)
    print(f"Measured on {machine()}; medians of {arguments.rounds} rounds of {IN_A_ROW} calls.")
    columns = ["model", "engine", "model.predict ms", "fast ms", "times faster", "limit", "held", "largest difference"]
    print_table("A picture, batch 1", columns, times)
    columns = ["model", "engine", "Keras process MB", "fast process MB", "times less", "limit", "held"]
    print_table("Memory", columns, memory)


if __name__ == "__main__":
    main()
