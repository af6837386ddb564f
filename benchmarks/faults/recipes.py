"""Training recipes drawn at random: presets of published models, and combinations that occur in practice."""

from __future__ import annotations

from typing import Any

import numpy as np

from faults.resizing import KERNELS
from workbench import Recipe, preset, presets
from workbench.recipes import affine

LARGEST = 300  # pixels: the presets' sides up to here
SIZES = (
    (224, 224), (160, 160), (128, 128), (96, 96), (64, 64), (299, 299), (256, 256), (192, 256), (240, 320), (256, 192),
    (180, 320), (120, 96), (32, 32), (300, 300),
)  # fmt: skip
USUAL_KERNELS = ("cv2.linear", "cv2.area", "cv2.cubic", "pil.bilinear", "pil.bicubic", "tf.bilinear", "tf.bilinear_aa")
RANGES = ("raw", "unit", "symmetric", "centered", "torch", "caffe", "per_image")
WEIGHTS = (0.15, 0.25, 0.2, 0.1, 0.15, 0.1, 0.05)
QUANTIZATIONS = {  # dtype -> range, scale and zero point such as quantized MobileNets have them (scale 0.0078125)
    "uint8": (("unit", (1 / 255, 0)), ("symmetric", (1 / 128, 128)), ("raw", None)),
    "int8": (("unit", (1 / 255, -128)), ("symmetric", (1 / 128, 0)), ("raw", (1.0, -128))),
}


def draw_recipe(rng: np.random.Generator, needs: dict[str, Any]) -> Recipe:
    """Return a training recipe; `needs` are slots that a kind of fault asks for: a value, or a list to choose from."""
    slots = _of_preset(rng) if rng.random() < 0.35 else _combined(rng)
    slots |= {slot: _one_of(rng, value) for slot, value in needs.items()}
    if slots.get("dtype") not in ("uint8", "int8"):
        slots["quantization"] = None
    return Recipe(**slots)


def _of_preset(rng: np.random.Generator) -> dict[str, Any]:
    usable = [name for name in presets() if (size := preset(name).size) and max(size) <= LARGEST]
    chosen = preset(str(rng.choice(usable)))
    slots = dict(vars(chosen))
    return {slot: slots[slot] for slot in slots if slot in Recipe.__dataclass_fields__}


def _combined(rng: np.random.Generator) -> dict[str, Any]:
    slots: dict[str, Any] = {
        "color": str(rng.choice(["rgb", "bgr", "gray", "gray3"], p=[0.6, 0.25, 0.1, 0.05])),
        "fit": str(rng.choice(["stretch", "center_crop", "resize_crop", "letterbox", "letterbox_corner"],
                              p=[0.4, 0.2, 0.15, 0.18, 0.07])),
        "crop_fraction": float(rng.choice([0.875, 0.875, 0.9, 0.8, 1.0])),
        "pad": int(rng.choice([0, 0, 114, 127, 128])),
        "size": SIZES[rng.integers(len(SIZES))],
        "resize": str(rng.choice(USUAL_KERNELS if rng.random() < 0.7 else KERNELS)),
        "rounding": str(rng.choice(["uint8", "float"], p=[0.7, 0.3])),
        "range": str(rng.choice(RANGES, p=WEIGHTS)),
        "order": str(rng.choice(["resize_first", "range_first"], p=[0.92, 0.08])),
        "layout": str(rng.choice(["nhwc", "nchw"], p=[0.75, 0.25])),
    }  # fmt: skip
    if rng.random() < 0.1:
        slots["range"] = affine(*_some_affine(rng))
    if slots["color"] == "gray" and slots["range"] in ("torch", "caffe"):
        slots["range"] = "unit"
    odd = rng.random()
    if odd < 0.05:
        slots["dtype"] = "float16"
    elif odd < 0.12:
        slots["dtype"] = str(rng.choice(["uint8", "int8"]))
        pairs = QUANTIZATIONS[slots["dtype"]]
        slots["range"], slots["quantization"] = pairs[rng.integers(len(pairs))]
    return slots


def _some_affine(rng: np.random.Generator) -> tuple[float, float]:
    return round(float(rng.uniform(90, 140)), 1), round(float(rng.uniform(40, 140)), 1)


def _one_of(rng: np.random.Generator, value: Any) -> Any:
    return value[rng.integers(len(value))] if isinstance(value, list) else value
