"""`search`: halving against a full search on EfficientNet-Lite0, and every sample model on own and other frames.

Run: `python benchmarks/search.py [--only speed|samples] [--frames 16]`. Exit status 1 when halving finds another winner
than the full search, takes 60 s or more, or when a sample's true preprocessing is neither first nor in a tie.

The true recipes are those of the samples' presets (`workbench.recipes.presets`), read off their authors' code.
"""

from __future__ import annotations

import argparse
import os
import time
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from measure import machine, print_table

from workbench import detect_then_classify, load_model, open_frames, preset, read_labels
from workbench.diagnose.search import SearchResult, search
from workbench.models import Model

# 3 x 9 x 4 x 5 = 540 recipes; those with the same tensors run once
SPACE = {
    "color": ("rgb", "bgr", "gray3"),
    "range": ("raw", "unit", "symmetric", "torch", "caffe", "torch_swapped", "caffe_swapped", "per_image",
              "double_unit"),
    "fit": ("stretch", "center_crop", "resize_crop", "letterbox"),
    "resize": ("cv2.linear", "cv2.nearest", "cv2.area", "pil.bilinear", "pil.bicubic"),
}  # fmt: skip
MODELS = ("efficientnet-lite0", "cifar10-cnn", "dog-breeds", "emotion-cnn")
FRAMES = ("imagenet-20", "cifar-20", "skimage", "faces-6", "bikes", "face crops")
OWN = {("efficientnet-lite0", "imagenet-20"), ("cifar10-cnn", "cifar-20"), ("emotion-cnn", "face crops")}
LABELLED = {("efficientnet-lite0", "imagenet-20"), ("cifar10-cnn", "cifar-20")}
LIMIT_S = 60.0


def timed(model: Model, frames: Any, **given: Any) -> tuple[SearchResult, float]:
    start = time.perf_counter()
    found = search(model, frames, progress=False, **given)
    return found, time.perf_counter() - start


def speed(count: int) -> bool:
    """Search the same recipes by halving and in full; return whether the winner is the same, in time."""
    model = load_model("sample:efficientnet-lite0")
    frames = open_frames("sample:imagenet-20")[:count]
    search(model, frames[:1], space={"range": ("raw", "unit")}, progress=False)  # both runs find the graph traced
    labels = read_labels("sample:imagenet-20", frames)
    rows, right = [], True
    for known, given in (("nothing", {}), ("labels", {"labels": labels})):
        halved, quick_s = timed(model, frames, space=SPACE, budget=200, **given)
        full, full_s = timed(model, frames, space=SPACE, budget=10**6, **given)
        same = full.ranking[0].holds(halved.recipe) or halved.ranking[0].holds(full.recipe)
        right &= same and quick_s < LIMIT_S
        rows += [
            [known, "halving", f"{halved.recipes}", f"{halved.ran}", f"{quick_s:.1f}", named(halved), ""],
            [known, "all", f"{full.recipes}", f"{full.ran}", f"{full_s:.1f}", named(full), "yes" if same else "NO"],
        ]
    print_table(
        f"EfficientNet-Lite0, {count} photos",
        ("known", "search", "recipes", "ran", "seconds", "winner", "same winner"),
        rows,
    )
    return right


def named(found: SearchResult) -> str:
    best = found.ranking[0]
    return f"{best.recipe.color}, {best.recipe.range}, {best.recipe.fit}, {best.recipe.resize} ({best.probability:.0%})"


def faces() -> list[Any]:
    """Return the faces that the SSD finds on the group photos: what the emotion network was made for."""
    detector, classifier = preset("sample:ssd-hands"), preset("sample:emotion-cnn")
    found = detect_then_classify(
        "sample:faces-6", load_model("sample:ssd-hands"), load_model("sample:emotion-cnn"),
        detector_recipe=detector, classifier_recipe=classifier, progress=False,
    )  # fmt: skip
    cut = []
    for frame, boxes in zip(open_frames("sample:faces-6"), found.detections, strict=True):
        for (x0, y0, x1, y1), name in zip(boxes.xyxy.astype(int), boxes.data["class_name"], strict=True):
            if name == "face":
                cut.append(frame.image[max(y0, 0) : y1, max(x0, 0) : x1].copy())
    return cut


def samples(count: int) -> bool:
    """Search every sample model on its own and on other frames; return whether the truth is first or tied in each."""
    sources: dict[str, Any] = {name: open_frames(f"sample:{name}") for name in FRAMES if name != "face crops"}
    sources["bikes"] = sources["bikes"][:: max(1, len(sources["bikes"]) // count)]
    sources["face crops"] = open_frames(faces())
    rows, right = [], True
    for name in MODELS:
        model = load_model(f"sample:{name}")
        truth = preset(f"sample:{name}")
        for source, whole in sources.items():
            frames = whole[:count]
            runs: list[dict[str, Any]] = [{}]
            if (name, source) in LABELLED:
                runs.append({"labels": read_labels(f"sample:{source}", frames)})
            for given in runs:
                found, seconds = timed(model, frames, **given)
                rows.append(row(found, truth, [name, source + (", labels" if given else "")], (name, source) in OWN))
                rows[-1].append(f"{seconds:.1f}")
                right &= rows[-1][4] != "NO"
    columns = ("model", "frames", "own domain", "rank of the truth", "first or tied", "truth", "best", "seconds")
    print_table("Sample models", columns, rows)
    return right


def row(found: SearchResult, truth: Any, head: list[str], own: bool) -> list[str]:
    rank = next((place for place, each in enumerate(found.ranking, 1) if each.holds(truth)), 0)
    share = found.ranking[rank - 1].probability if rank else 0.0
    honest = rank == 1 or 0 < rank <= len(found.ties)
    return [*head, "yes" if own else "no", str(rank or "-"), "yes" if honest else "NO", f"{share:.0%}", named(found)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=("speed", "samples"))
    parser.add_argument("--frames", type=int, default=16)
    arguments = parser.parse_args()
    print(f"Measured on {machine()}.", flush=True)
    parts = {"speed": speed, "samples": samples}
    right = [part(arguments.frames) for name, part in parts.items() if arguments.only in (None, name)]
    raise SystemExit(not all(right))


if __name__ == "__main__":
    main()
