"""Ask `search` about networks whose preprocessing is known, and score each answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from typing import Any

import numpy as np

from workbench import load_model, load_recipe, open_frames, predict, read_labels
from workbench.diagnose.search import search
from workbench.frames import FrameSequence
from workbench.inference.regions import crop_regions
from workbench.recipes import Recipe

from .pictures import other_domain
from .scoring import score
from .train import ENOUGH, train

Row = dict[str, Any]
OWN, OTHER, LABELS = "own domain", "other domain", "own domain, labels"
DOG = 243  # ImageNet's bull mastiff, the one breed of dog-breeds among the photos
# sample model -> frames of its own domain (and whether they have labels), frames of another
SAMPLES = {
    "efficientnet-lite0": ("sample:imagenet-20", True, "sample:bikes"),
    "cifar10-cnn": ("sample:cifar-20", True, "sample:skimage"),
    "dog-breeds": ("a dog", False, "sample:imagenet-20"),
    "emotion-cnn": ("faces", False, "sample:faces-6"),
}


def ask_network(seed: int, count: int) -> Iterator[Row]:
    """Yield the scored answers about one network of the zoo: own frames, other frames, own frames with labels."""
    made = train(seed)
    model = load_model(made.path, trust=True)
    facts = {
        "name": f"zoo {seed}", "domain": made.domain, "normalized": made.has_norm, "accuracy": made.accuracy,
        "learned": made.accuracy >= ENOUGH[made.domain], "nested": made.config.nested,
    }  # fmt: skip
    frames, labels = made.frames[:count], made.truth[:count]
    for asked, pictures, known in (
        (OWN, frames, None),
        (OTHER, other_domain(seed, made.domain, count), None),
        (LABELS, frames, labels),
    ):
        yield facts | {"asked": asked} | _answer(model, pictures, made.recipe, known)


def ask_sample(name: str) -> Iterator[Row]:
    """Yield the scored answers about one sample model."""
    own, labelled, other = SAMPLES[name]
    model, truth = load_model(f"sample:{name}"), load_recipe(f"sample:{name}")
    facts = {"name": name, "domain": own, "normalized": True, "learned": True}
    frames = sample_frames(own)
    yield facts | {"asked": OWN} | _answer(model, frames, truth, None)
    if labelled:
        yield facts | {"asked": LABELS} | _answer(model, frames, truth, read_labels(own, frames))
    yield facts | {"asked": OTHER, "domain": other} | _answer(model, sample_frames(other), truth, None)


@cache
def sample_frames(origin: str) -> FrameSequence:
    """Return the frames of one place: a sample, the dog among the photos, or faces cut out of group photos."""
    if origin == "a dog":
        photos = open_frames("sample:imagenet-20")
        return photos[int(np.flatnonzero(read_labels("sample:imagenet-20", photos) == DOG)[0]) :][:1]
    if origin == "faces":
        return open_frames(_faces())
    frames = open_frames(origin)
    return frames[:: max(1, len(frames) // 16)] if len(frames) > 64 else frames


def _faces() -> list[np.ndarray]:
    photos = open_frames("sample:faces-6")
    detector, recipe = load_model("sample:ssd-hands"), load_recipe("sample:ssd-hands")
    found = predict(photos, recipe, detector, progress=False).detections or ()
    cut = []
    for photo, boxes in zip(photos, found, strict=True):
        faces = boxes[(boxes.confidence > 0.5) & (boxes.data["class_name"] == "face")]
        cut += [face.copy() for face in crop_regions(photo.image, faces.xyxy).pictures]
    return cut


def _answer(model: Any, frames: Any, truth: Recipe, labels: np.ndarray | None) -> Row:
    start = time.perf_counter()
    found = search(model, frames, labels=labels, progress=False)
    seconds = time.perf_counter() - start
    return {
        "truth": {slot: getattr(truth, slot) for slot in ("color", "range", "fit", "resize")},
        **asdict(score(found.ranking, found.ties, truth)),
        "frames": len(frames), "seconds": seconds, "recipes": found.recipes, "ran": found.ran,
        "answer": {slot: getattr(found.recipe, slot) for slot in ("color", "range", "fit", "resize")},
        "also": len(found.ranking[0].also), "decided": found.decided, "verdict": found.verdict,
        "best": [(each.recipe.color, each.recipe.range, each.recipe.fit, each.recipe.resize,
                  round(each.probability, 3), {sign: round(nats, 1) for sign, nats in each.evidence.items()})
                 for each in found.ranking[:4]],
    }  # fmt: skip
