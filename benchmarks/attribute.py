"""`attribute` over six differing slots beside a `predict` for every mix of them, on EfficientNet-Lite0 and photos.

Run: `python benchmarks/attribute.py`. Both give the same loss of every mix, which is checked; medians are quoted.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
from measure import machine, median, print_table

from workbench import Recipe, load_model, predict, sample_path
from workbench.diagnose import attribute

TRAINING = Recipe(size=(224, 224), range="centered", fit="center_crop", resize="pil.bicubic")
SERVING = TRAINING.replace(
    decode="pil", color="bgr", fit="stretch", resize="cv2.linear", rounding="float", range="unit"
)
SLOTS = tuple(TRAINING - SERVING)


def one_by_one(frames: list[str], model: object) -> np.ndarray:
    """Return the share of flips of each of the 2^n mixes, each run by a `predict` of its own."""
    best = []
    for number in range(2 ** len(SLOTS)):
        swapped = [slot for place, slot in enumerate(SLOTS) if number >> place & 1]
        mix = TRAINING.replace(**{slot: getattr(SERVING, slot) for slot in swapped})
        best.append(predict(frames, mix, model, progress=False).classification.best)
    return np.array([(each != best[0]).mean() for each in best])


def split(frames: list[str], model: object) -> np.ndarray:
    """Return the same by `attribute`, which leaves out slots that cannot matter (Pillow reads JPEG as cv2 does)."""
    found = attribute(model, frames, training=TRAINING, serving=SERVING, metric="flips", progress=False)
    places = {slot: place for place, slot in enumerate(found.values)}
    bits = [1 << places[slot] if slot in places else 0 for slot in SLOTS]
    numbers = range(2 ** len(SLOTS))
    run = [sum(bit for place, bit in enumerate(bits) if number >> place & 1) for number in numbers]
    return found.losses.mean[run]


def clocked(call: Callable[[], np.ndarray]) -> tuple[np.ndarray, float]:
    start = time.perf_counter()
    found = call()
    return found, time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--photos", type=int, default=20)
    arguments = parser.parse_args()
    frames = sorted(map(str, sample_path("imagenet-20").glob("*.jpg")))[: arguments.photos]
    model = load_model("sample:efficientnet-lite0", engine="fast")
    cases = {"a predict a mix": one_by_one, "attribute": split}
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(arguments.rounds):
        found = {}
        for name, case in cases.items():
            found[name], taken = clocked(lambda case=case: case(frames, model))
            seconds[name].append(taken)
        np.testing.assert_allclose(found["attribute"], found["a predict a mix"])
    taken = {name: median(each) for name, each in seconds.items()}
    mixes = 2 ** len(SLOTS)
    print(f"Measured on {machine()}; medians of {arguments.rounds} rounds.")
    print(f"{mixes} mixes of {', '.join(SLOTS)} on {len(frames)} photos; every loss equal.")
    rows = [
        (name, each, each / mixes / len(frames) * 1e3, taken["a predict a mix"] / each) for name, each in taken.items()
    ]
    print_table("Attribution", ["case", "seconds", "ms a mix and photo", "times faster"], rows)


if __name__ == "__main__":
    main()
