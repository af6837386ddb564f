"""Cases without a fault: the training tensors, come by in another way.

A case is clean when its tensors differ from the recipe's by float noise only: not more than FLOAT_NOISE pixel levels
(root mean square) and nowhere by more than FLOAT_MOST. A draw that is not is dropped and made again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from faults import arithmetic
from faults.cases import ATTEMPTS, DECODES, FLOAT_NOISE, FRAMES, SPLITS, Case, WrongGenerator, differs, recipe_tensors
from faults.kind import ANY, ARRAYS, FILES
from faults.photos import Shots, draw_shots
from faults.recipes import draw_recipe
from faults.serving import Medium, tensors
from faults.steps import Serving
from workbench import Recipe, WorkbenchError

FLOAT_MOST = 0.05  # pixel levels
CALLED = (*ARRAYS, "path")
ONE_STD = ["raw", "unit", "symmetric", "centered", "caffe"]
SAME_KERNEL = {  # one definition, in floats, by another library
    "cv2.linear": "tf.bilinear", "tf.bilinear": "cv2.linear", "pil.bilinear": "tf.bilinear_aa",
    "tf.bilinear_aa": "pil.bilinear", "pil.bicubic": "tf.bicubic_aa", "tf.bicubic_aa": "pil.bicubic",
}  # fmt: skip


@dataclass(frozen=True)
class Way:
    """Another way to the same tensors."""

    name: str
    changes: dict[str, Any]
    needs: dict[str, Any] = field(default_factory=dict)
    media: tuple[str, ...] = ANY
    shots: tuple[str, ...] = FRAMES


WAYS = (
    *(Way(f"arithmetic.{way}", {"way": way}) for way in arithmetic.ALWAYS),
    Way("arithmetic.table", {"way": "table"}, {"rounding": "uint8", "order": "resize_first"}),
    Way("arithmetic.keras", {"way": "library"}, {"range": ["symmetric", "torch", "caffe"], "color": ["rgb", "bgr"]}),
    Way("arithmetic.per_image_tf", {"way": "library"}, {"range": "per_image"}),
    Way("blob", {"way": "blob"}, {"fit": "stretch", "resize": "cv2.linear", "rounding": "uint8", "dtype": "float32",
                                  "order": "resize_first", "range": ONE_STD, "color": ["rgb", "bgr"]}),
    Way("no batch axis", {"batched": False}, media=CALLED),
    Way("reversed view", {"hands": "view"}, media=CALLED),
    Way("TensorFlow tensor", {"hands": "tensor"}, media=CALLED),
    *(Way(f"decoded by {name}", {"decode": name}, {"decode": [d for d in ("cv2", "pil", "tf.accurate") if d != name]},
          FILES, ("photo", "jpeg", "exif")) for name in ("cv2", "pil", "tf.accurate")),
    *(Way(f"{other} for {name}", {"resize": other}, {"resize": name, "rounding": "float"})
      for name, other in SAME_KERNEL.items()),
    Way("transparent, dropped", {}, media=FILES, shots=("alpha",)),
    Way("a clip's saved tensors", {}, media=("saved",), shots=("clip",)),
)  # fmt: skip


def make_clean(split: str, seed: int, index: int) -> Case:
    """Return clean case `index`."""
    rng = np.random.default_rng([seed, SPLITS.index(split), 0, index])
    way = WAYS[index % len(WAYS)]
    for _ in range(ATTEMPTS):
        drawn = _draw(rng, split, way)
        if drawn:
            return _case(rng, way, drawn, f"{split}:{seed}:clean:{index}")
    raise WrongGenerator(f"clean {index}: {way.name} was never clean in {ATTEMPTS} draws")


def _draw(rng: np.random.Generator, split: str, way: Way) -> tuple[Medium, Shots, Recipe, Serving] | None:
    medium, shown = str(rng.choice(way.media)), str(rng.choice(way.shots))
    if shown == "clip" and medium == "path":
        return None
    shots = draw_shots(rng, split, shown)
    needs: dict[str, Any] = {"decode": DECODES, "exif": ["apply", "apply", "ignore"], **way.needs}
    if medium in ARRAYS or shots.clip is not None:
        needs |= {"decode": "cv2", "exif": "apply"}
    try:
        training = draw_recipe(rng, needs)
    except WorkbenchError:  # slots that exclude each other
        return None
    other = str(rng.choice(arithmetic.ALWAYS)) if training.dtype == "float32" else "divide"
    serving = Serving.of(training, **({"way": other} | way.changes))
    mine, house = tensors(serving, shots, medium), recipe_tensors(training, shots, medium)  # type: ignore[arg-type]
    if differs(mine, house, FLOAT_NOISE * serving.level):
        return None
    far = float(np.abs(mine.astype(np.float64) - house).max()) > FLOAT_MOST * serving.level
    return None if far else (medium, shots, training, serving)  # type: ignore[return-value]


def _case(rng: np.random.Generator, way: Way, drawn: tuple[Medium, Shots, Recipe, Serving], name: str) -> Case:
    medium, shots, training, serving = drawn
    form = str(rng.choice(["saved" if medium == "saved" else "callable", "recipe"], p=[0.2, 0.8]))
    form = "recipe" if not serving.batched else form  # a function as reference has the axis
    return Case(name, (way.name,), training, serving, medium, shots, form, (frozenset(),))
