"""Exported code beside the libraries it stands for: `export(recipe, "cv2")` against OpenCV, Pillow and TensorFlow.

Run: `python benchmarks/export.py` (1,000 random sizes x 30 recipes; `--sizes 20` for a quick look).
Every run takes a part of a real photo, of a random size, to a tensor of another random size, once by the exported
function and once by the compiled recipe, which calls the library itself. Differences are in pixel levels.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from typing import Any

import cv2
import numpy as np
from measure import machine, print_table

from workbench import Recipe, open_frames
from workbench.recipes import CATALOGUE
from workbench.recipes.code import preprocess_source
from workbench.recipes.code.check import one_level

SIDES = (16, 480)  # of frames and tensors in pixels, log-uniform
SEED = 0
WHOLE = {
    "EfficientNet-Lite": Recipe(fit="center_crop", resize="pil.bicubic", range="centered"),
    "torchvision": Recipe(fit="resize_crop", resize="pil.bilinear", range="torch", layout="nchw"),
    "YOLO letterbox": Recipe(fit="letterbox", pad=114, range="unit", layout="nchw"),
    "Keras load_img, Caffe": Recipe(resize="pil.nearest", range="caffe", color="bgr"),
    "Keras Resizing": Recipe(resize="tf.bilinear", rounding="float", range="symmetric"),
    "antialiased floats": Recipe(resize="tf.bicubic_aa", rounding="float", range="unit"),
    "gray, range first": Recipe(resize="pil.bilinear", color="gray", range="unit", order="range_first"),
}


def recipes() -> dict[str, Recipe]:
    """Return every resizer on uint8 pixels, and seven whole recipes."""
    return {name: Recipe(resize=name) for name in CATALOGUE["resize"]} | WHOLE


def run(recipe: Recipe, photos: list[np.ndarray], sizes: int) -> dict[str, Any]:
    """Return the largest difference in levels, the share of equal tensors, and the seconds of both."""
    names: dict[str, Any] = {"__name__": "exported"}
    exec(compile(preprocess_source(recipe), "exported.py", "exec"), names)
    random = np.random.default_rng(SEED)
    timed(recipe.compile("bgr"), part(photos[0], (64, 64), random), 0.0)  # libraries load on their first call
    worst, changed, values, exact, spent = 0.0, 0, 0, 0, [0.0, 0.0]
    for _ in range(sizes):
        height, width, *size = (int(side) for side in np.exp(random.uniform(*np.log(SIDES), 4)))
        frame = part(photos[random.integers(len(photos))], (height, width), random)
        sized = recipe.replace(size=size)
        names["SIZE"] = sized.size  # the text of another size differs in this line only
        compiled = sized.compile("bgr")
        expected, spent[0] = timed(compiled, frame, spent[0])
        got, spent[1] = timed(names["preprocess"], frame, spent[1])
        off = np.abs(got[0].astype(np.float64) - expected) / one_level(sized, frame[..., ::-1])
        worst, exact = max(worst, float(off.max())), exact + bool((got[0] == expected).all())
        changed, values = changed + int((off > 0.5).sum()), values + off.size
    return {"worst": worst, "exact": exact / sizes, "changed": changed / values, "ratio": spent[1] / spent[0]}


def part(photo: np.ndarray, size: tuple[int, int], random: np.random.Generator) -> np.ndarray:
    """Return a part of a photo at a random place, contiguous as a camera's frame is."""
    top, left = (int(random.integers(0, max(1, length - side + 1))) for length, side in zip(photo.shape, size))  # noqa: B905
    return np.ascontiguousarray(photo[top : top + size[0], left : left + size[1]])


def timed(function: Any, frame: np.ndarray, spent: float) -> tuple[np.ndarray, float]:
    start = time.perf_counter()
    tensor = function(frame)
    return tensor, spent + time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, default=1000, help="random sizes for each recipe")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    photos = [cv2.cvtColor(frame.image, cv2.COLOR_RGB2BGR) for frame in open_frames("sample:imagenet-20")]
    print(f"Measured on {machine()}; {arguments.sizes} random sizes a recipe, seed {SEED}.")
    rows = []
    for name, recipe in recipes().items():
        found = run(recipe, photos, arguments.sizes)
        print(name, found, file=sys.stderr, flush=True)
        rows.append((name, found["worst"], f"{found['exact']:.1%}", f"{found['changed']:.1e}", found["ratio"]))
    columns = [
        "recipe",
        "largest difference, levels",
        "tensors equal to the bit",
        "values off by a level",
        "time ratio",
    ]
    print_table(f"export(recipe, 'cv2') beside the library, {len(rows) * arguments.sizes:,} runs", columns, rows)


if __name__ == "__main__":
    main()
