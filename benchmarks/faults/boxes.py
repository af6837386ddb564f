"""Box conventions: the boxes of real detectors on real frames, written down in another convention than the usual one.

Each sample detector is run and decoded as its preset and format say, on photos and frames of a clip. Its boxes are then
carried into the pixels of a tensor (stretched or letterboxed) and written as rows in one of the 20 conventions
(5 orders of numbers, 2 units, of the tensor or of the source). What `identify_boxes` is held to are these boxes with
the unsteadiness of labels drawn by hand: each edge moved by up to 3% of the side.
"""

from __future__ import annotations

import json
import os
import time
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from faults.cases import ATTEMPTS, SPLITS
from faults.judging import Row
from faults.photos import split
from faults.resizing import fitted
from workbench import Recipe, load_model, load_recipe, open_frames, predict
from workbench.cache import cache_dir
from workbench.frames.arrays import ArraySequence

if TYPE_CHECKING:
    import supervision as sv

MODELS = ("centernet-coco", "ssd-mobilenet-oid", "ssd-hands")
AXES, UNITS, OF = ("xyxy", "yxyx", "cxcywh", "cycxhw", "xywh"), ("normalised", "pixels"), ("tensor", "source")
CONVENTIONS = tuple(product(AXES, UNITS, OF))
UNSTEADY = 0.03  # of a side
FRAMES, LEAST = 4, 6  # frames of a case; known objects in all
SCORE = 0.3
Seen = list[tuple[tuple[int, int], np.ndarray, np.ndarray, np.ndarray]]  # size, xyxy, scores, classes of each frame


@cache
def seen(split_name: str, model: str) -> Seen:
    """Return what a detector finds on every frame of a split, in source pixels; kept in the cache folder."""
    kept = cache_dir() / "benchmarks" / "faults" / f"boxes_{split_name}_{model}.json"
    if kept.exists():
        told = json.loads(kept.read_text())
        return [((h, w), np.array(boxes), np.array(scores), np.array(ids)) for (h, w), boxes, scores, ids in told]
    found = _found(split_name, model)
    draft = kept.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps([[size, *(each.tolist() for each in arrays)] for size, *arrays in found]))
    draft.replace(kept)
    return found


def _found(split_name: str, model: str) -> Seen:
    pictures = [frame.image for frame in open_frames([*map(str, split(split_name).photos)])]
    for clip in split(split_name).clips:
        pictures += [frame.image for frame in open_frames(clip)[10:100:30]]
    recipe, loaded = load_recipe(f"sample:{model}"), load_model(f"sample:{model}")
    found: Seen = []
    for picture in pictures:  # one by one: ssd-hands takes pictures of their own size
        prediction = predict(ArraySequence([picture]), recipe, loaded, progress=False)
        [each] = prediction.detections or [None]
        if each is not None and len(each):
            found.append((picture.shape[:2], each.xyxy, each.confidence, each.class_id))
    return found


def judged_boxes(split_name: str, seed: int, index: int) -> Row:
    """Return the row of one case: one convention, one detector, four frames."""
    from workbench import identify_boxes

    rng = np.random.default_rng([seed, SPLITS.index(split_name), 9, index])
    convention = CONVENTIONS[index % len(CONVENTIONS)]
    name = ".".join(("boxes", *convention))
    recipe, frames, model = _setting(rng, split_name, index)
    rows = np.zeros((len(frames), max(len(scores) for _, _, scores, _ in frames), 6), np.float32)
    for row, (size, xyxy, scores, classes) in zip(rows, frames, strict=True):
        written = _written(xyxy, size, recipe, convention)
        row[: len(scores)] = np.column_stack([written, scores, classes])
    truth = [_unsteady(rng, each) for each in frames]
    start = time.perf_counter()
    found = identify_boxes({"detections": rows}, [size for size, *_ in frames], recipe, truth)
    seconds = time.perf_counter() - start
    said = [found.format, *found.candidates[0].equals] if found.format else []
    right = any(form and (form.axes, form.unit, form.of) == convention for form in said)
    return {
        "name": f"{split_name}:{seed}:boxes:{index}", "group": "boxes", "kinds": [name],
        "medium": model, "reference": recipe.fit, "training": recipe.to_dict(),
        "truths": [[name]], "exact": found.format is not None,
        "outcome": "right" if right else "wrong" if said else "abstained", "seconds": seconds,
        "faults": [found.format.name] if found.format else [], "said": found.verdict,
    }  # fmt: skip


def _setting(rng: np.random.Generator, split_name: str, index: int) -> tuple[Recipe, Seen, str]:
    """Return a geometry, and frames of one detector with enough objects in them."""
    size = ((320, 320), (512, 512), (300, 300), (384, 640))[rng.integers(4)]
    recipe = Recipe(size=size, fit=str(rng.choice(["letterbox", "letterbox_corner", "stretch"])))
    for turn in range(ATTEMPTS):
        model = MODELS[(index + index // len(CONVENTIONS) + turn) % len(MODELS)]
        known = seen(split_name, model)
        chosen = [known[i] for i in rng.permutation(len(known))[:FRAMES]]
        if sum(int((scores >= SCORE).sum()) for _, _, scores, _ in chosen) >= LEAST:
            return recipe, chosen, model
    raise AssertionError(f"no detector finds {LEAST} objects on four frames of {split_name}")


def _written(xyxy: np.ndarray, size: tuple[int, int], recipe: Recipe, convention: tuple[str, str, str]) -> np.ndarray:
    """Return source boxes as numbers of a convention."""
    (height, width), (axes, unit, of) = size, convention
    if of == "tensor":
        assert recipe.size is not None
        outline = np.zeros((height, width, 1), np.uint8)
        inner, place = fitted(outline, recipe.size, recipe.fit, 1.0, lambda image, to: np.zeros((*to, 1), np.uint8))
        top, left = place or (0, 0)
        gain = np.array([inner.shape[1] / width, inner.shape[0] / height] * 2)
        xyxy = xyxy * gain + np.array([left, top] * 2)
        height, width = recipe.size
    x0, y0, x1, y1 = (xyxy / ([width, height] * 2 if unit == "normalised" else 1)).T
    centre = (x0 + x1) / 2, (y0 + y1) / 2
    columns = {
        "xyxy": (x0, y0, x1, y1), "yxyx": (y0, x0, y1, x1), "xywh": (x0, y0, x1 - x0, y1 - y0),
        "cxcywh": (*centre, x1 - x0, y1 - y0), "cycxhw": (*centre[::-1], y1 - y0, x1 - x0),
    }  # fmt: skip
    return np.column_stack(columns[axes])


def _unsteady(rng: np.random.Generator, frame: Any) -> sv.Detections:
    """Return the sure boxes as a person would have drawn them."""
    import supervision as sv

    _, xyxy, scores, classes = frame
    sure = scores >= SCORE
    sides = np.tile(xyxy[sure, 2:] - xyxy[sure, :2], 2)
    moved = xyxy[sure] + sides * rng.uniform(-UNSTEADY, UNSTEADY, sides.shape)
    return sv.Detections(xyxy=moved.astype(np.float32), class_id=classes[sure])
