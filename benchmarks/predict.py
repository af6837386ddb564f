"""EfficientNet-Lite0 on a clip: `predict` beside the usual per-frame loop, and beside the model and decoder alone.

Run: `python benchmarks/predict.py`. Every round runs every case once; medians are quoted.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import cv2
import numpy as np
from measure import machine, median, print_table

from workbench import Recipe, load_model, open_frames, predict, sample_path

BATCH_SIZES = (1, 4, 8, 16, 32)
RECIPE = Recipe(size=(224, 224), range="centered")  # what the tutorial's loop does, with the model's own range


def loop(path: str, keras_model: object, frames: int) -> np.ndarray:
    """Read, convert, resize, scale, add an axis, `model.predict`: one frame at a time."""
    capture = cv2.VideoCapture(path)
    answers = []
    while len(answers) < frames:
        read, frame = capture.read()
        if not read:
            break
        resized = cv2.resize(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), (224, 224))
        tensor = np.expand_dims((resized - 127.0) / 128.0, axis=0).astype(np.float32)
        answers.append(keras_model.predict(tensor, verbose=0)[0])
    capture.release()
    return np.stack(answers)


def decode_and_preprocess(path: str, frames: int) -> None:
    """What has to be done for every frame before the model."""
    compiled = RECIPE.compile("bgr")
    slot = np.empty(compiled.shape, compiled.dtype)
    for picture, _ in zip(open_frames(path).arrays(), range(frames), strict=False):
        compiled(picture, slot)


def clocked(call: Callable[[], object]) -> tuple[float, float]:
    """Return wall and CPU seconds of one call."""
    wall, cpu = time.perf_counter(), sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    call()
    return time.perf_counter() - wall, sum(resource.getrusage(resource.RUSAGE_SELF)[:2]) - cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--frames", type=int, default=250)
    arguments = parser.parse_args()
    path, frames = str(sample_path("bikes")), arguments.frames
    model = load_model("sample:efficientnet-lite0")
    batches = {n: np.random.default_rng(0).random((n, 224, 224, 3), dtype=np.float32) for n in BATCH_SIZES}

    def workbench() -> np.ndarray:
        return next(iter(predict(path, RECIPE, model, limit=frames, progress=False).outputs.values()))

    def alone(size: int) -> None:
        for _ in range(frames // size):
            model.predict(batches[size])

    np.testing.assert_allclose(workbench()[:20], loop(path, model.keras, 20), atol=1e-5)
    cases: dict[str, Callable[[], object]] = {
        "tutorial's loop": lambda: loop(path, model.keras, frames),
        "workbench predict": workbench,
        "decode + preprocess": lambda: decode_and_preprocess(path, frames),
        **{f"model alone, batch {size}": lambda size=size: alone(size) for size in BATCH_SIZES},
    }
    wall: dict[str, list[float]] = {name: [] for name in cases}
    cpu: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(arguments.rounds):
        for name, case in cases.items():
            seconds = clocked(case)
            wall[name].append(seconds[0] / frames)
            cpu[name].append(seconds[1] / frames)
    report(wall, cpu, arguments.rounds)


def report(wall: dict[str, list[float]], cpu: dict[str, list[float]], rounds: int) -> None:
    """Print the table, and how near `predict` is to the two limits."""
    taken = {name: median(seconds) for name, seconds in wall.items()}
    spent = {name: median(seconds) for name, seconds in cpu.items()}
    rows = [
        (name, seconds * 1e3, 1 / seconds, taken["tutorial's loop"] / seconds, spent[name] * 1e3)
        for name, seconds in taken.items()
    ]
    print(f"Measured on {machine()}; medians of {rounds} rounds; EfficientNet-Lite0 on sample:bikes (640 x 272).")
    columns = ["case", "ms a frame", "frames per second", "times faster than the loop", "CPU ms a frame"]
    print_table("Prediction", columns, rows)
    best = min((name for name in taken if name.startswith("model")), key=taken.__getitem__)
    bound = (spent["decode + preprocess"] + spent[best]) / (os.cpu_count() or 1)
    ours = taken["workbench predict"]
    print(f"\n{taken[best] / ours:.2f} of the {best}; {bound / ours:.2f} of all cores' worth of decode + infer CPU.")


if __name__ == "__main__":
    main()
