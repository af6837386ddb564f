"""Twenty real boxes a frame, classified: the tutorials' region by region beside `classify_regions`.

Run: `python benchmarks/cascade.py`. The frames are the photos of sample:faces-6, the boxes the best twenty of
sample:centernet-coco in each, on whole pixels. Every round runs every case once over all frames; medians are quoted.
The ratio is to "region by region": crop, colour, resize, scale and `model.predict` of one region at a time.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import time
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
import supervision as sv
from measure import machine, median, print_table

from workbench import Model, Recipe, load_model, load_recipe, open_frames, predict
from workbench.frames.arrays import ArraySequence
from workbench.inference import classify_regions

REGIONS = 20
TOLERANCE = 1e-6
CASES = {"emotion-cnn": cv2.COLOR_RGB2GRAY, "dog-breeds": None}  # classifier -> the tutorials' colour conversion
Frame = tuple[np.ndarray, sv.Detections]


def boxes_on(frames: list[np.ndarray]) -> list[sv.Detections]:
    """Return the detector's twenty best boxes in each frame, on whole pixels and at least two of them wide and high."""
    recipe = load_recipe("sample:centernet-coco")
    found = predict(ArraySequence(frames), recipe, "sample:centernet-coco", progress=False).detections
    kept = []
    for each in found or ():
        xyxy = np.rint(each.xyxy)
        large = ((xyxy[:, 2:] - xyxy[:, :2]) >= 2).all(axis=1)
        kept.append(sv.Detections(xyxy=xyxy[large][:REGIONS], class_id=each.class_id[large][:REGIONS]))
    if {len(each) for each in kept} != {REGIONS}:
        raise SystemExit(f"the detector gave {[len(each) for each in kept]} boxes; {REGIONS} in each frame are needed")
    return kept


def tensor(region: np.ndarray, recipe: Recipe, conversion: int | None) -> np.ndarray:
    """Convert, resize, scale to [-1, 1], add the axes: as the tutorials write it."""
    pixels = region if conversion is None else cv2.cvtColor(region, conversion)
    resized = cv2.resize(pixels, recipe.size[::-1])
    scaled = (resized / 127.5 - 1.0).astype(np.float32)
    return scaled.reshape(1, *recipe.size, -1)


def regions_of(frame: Frame) -> list[np.ndarray]:
    """Cut the boxes out, as the tutorials do."""
    image, found = frame
    return [image[y0:y1, x0:x1] for x0, y0, x1, y1 in found.xyxy.astype(int)]


def one_by_one(frames: list[Frame], keras_model: object, make: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return probabilities (frames * 20, classes), `model.predict` once a region."""
    answers = [keras_model.predict(make(region), verbose=0)[0] for frame in frames for region in regions_of(frame)]
    return np.stack(answers)


def stacked(frames: list[Frame], keras_model: object, make: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return the same with one `model.predict` a frame."""
    batches = [np.concatenate([make(region) for region in regions_of(frame)]) for frame in frames]
    return np.concatenate([keras_model.predict(batch, verbose=0) for batch in batches])


def ours(frames: list[Frame], model: Model, recipe: Recipe) -> np.ndarray:
    """Return the same from one call over all frames."""
    images, boxes = zip(*frames, strict=True)
    cascade = classify_regions(
        ArraySequence(images), boxes, model, classifier_recipe=recipe, progress=False
    )  # fmt: skip
    return cascade.answers.probabilities


def ours_frame_by_frame(frames: list[Frame], model: Model, recipe: Recipe) -> np.ndarray:
    """Return the same from one call a frame, as a live loop would."""
    return np.concatenate([ours([frame], model, recipe) for frame in frames])


def alone(batch: np.ndarray, model: Model, count: int) -> None:
    """Run the model alone, on tensors that are there already: the limit."""
    for _ in range(count):
        model.predict(batch)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--classifier", choices=CASES, default="emotion-cnn")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeat", type=int, default=4, help="how often the six photos are gone through in a round")
    arguments = parser.parse_args()
    name = f"sample:{arguments.classifier}"
    recipe = load_recipe(name).replace(resize="cv2.linear")  # the tutorials' resize, so that values can be held equal
    photos = [frame.image for frame in open_frames("sample:faces-6")]
    few = list(zip(photos, boxes_on(photos), strict=True))
    many = few * arguments.repeat
    keras, fast = load_model(name), load_model(name, engine="fast")
    make = partial(tensor, recipe=recipe, conversion=CASES[arguments.classifier])
    batch = np.concatenate([make(region) for region in regions_of(few[0])])
    cases: dict[str, tuple[Callable[[], object], int]] = {  # what to run, and on how many frames
        "region by region, model.predict": (lambda: one_by_one(few[:2], keras.keras, make), 2),
        "20 regions, one model.predict": (lambda: stacked(few, keras.keras, make), len(few)),
        "workbench, TensorFlow": (lambda: ours(many, keras, recipe), len(many)),
        "workbench, TensorFlow, frame by frame": (lambda: ours_frame_by_frame(few, keras, recipe), len(few)),
        "workbench, fast engine": (lambda: ours(many, fast, recipe), len(many)),
        "workbench, fast engine, frame by frame": (lambda: ours_frame_by_frame(few, fast, recipe), len(few)),
        "TensorFlow model alone": (lambda: alone(batch, keras, 10), 10),
        "fast model alone": (lambda: alone(batch, fast, 10), 10),
    }
    check_equal(few, keras, fast, recipe, make)
    seconds: dict[str, list[float]] = {case: [] for case in cases}
    for turn in range(arguments.rounds + 1):
        for case, (run, frames) in cases.items():
            start = time.perf_counter()
            run()
            if turn:  # the first round warms up
                seconds[case].append((time.perf_counter() - start) / frames)
    report(seconds, arguments.classifier, f"{fast.runtime} engine", arguments.rounds)


def check_equal(frames: list[Frame], keras: Model, fast: Model, recipe: Recipe, make: Callable) -> None:
    """Stop unless every way gives the tutorials' values to 1e-6."""
    expected = one_by_one(frames, keras.keras, make)
    for model in (keras, fast):
        got = ours(frames, model, recipe)
        apart = float(np.abs(got - expected).max())
        print(f"{model.name} in {getattr(model, 'runtime', '')}: at most {apart:.1e} from the tutorials' values")
        np.testing.assert_allclose(got, expected, atol=TOLERANCE, rtol=0)


def report(seconds: dict[str, list[float]], classifier: str, engine: str, rounds: int) -> None:
    """Print the table."""
    taken = {case: median(each) for case, each in seconds.items()}
    baseline = taken["region by region, model.predict"]
    rows = [(case, each * 1e3, baseline / each) for case, each in taken.items()]
    print(f"Measured on {machine()}; medians of {rounds} rounds; {classifier}, {REGIONS} regions a frame, {engine}.")
    print_table("Cascade, second stage", ["case", "ms a frame", "times faster than region by region"], rows)
    limit = taken["fast model alone"]
    print(f"\n{limit / taken['workbench, fast engine']:.2f} of the fast model alone.")


if __name__ == "__main__":
    main()
