"""What a serving function does, as a value: every slot of a recipe, every slip and habit, and how it is written."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from faults import arithmetic
from workbench import Recipe
from workbench.recipes import SLOTS

CASTS = {"uint8": np.uint8, "int8": np.int8}


@dataclass(frozen=True, kw_only=True)
class Serving:
    """Every slot of a recipe, every slip and habit, and the way the arithmetic is written."""

    decode: str
    exif: str
    rotate: int
    color: str
    fit: str
    crop_fraction: float
    pad: int
    size: tuple[int, int]
    resize: str
    rounding: str
    range: str
    order: str
    dtype: str
    quantization: tuple[float, int] | None
    layout: str
    mirror: bool = False
    flip: bool = False
    chroma: bool = False
    alpha: str | None = None  # laid over "white" or "black"
    matrix: str = ""  # "709": a clip read as BT.709; "to709", "to601": a picture converted with one and back with other
    video_range: str = ""  # "full": a clip read as full range; "expand", "squeeze": a picture's levels
    frame_index: int = 0  # places off
    roi: tuple[int, int, int, int] | None = None  # top, left, height, width
    gamma: str = ""  # "linear", "encoded", "power"
    truncate: bool = False
    wrap: bool = False
    reshape: bool = False
    transpose: bool = False
    uint8_cast: str = ""  # "uint8", or "back": cast to uint8 and back to float32
    mutates_input: str = ""  # "convert", "draw"
    not_deterministic: str = ""  # "noise", "flip", "jitter"
    batch_axis: str = ""  # "twice", "dropped"
    way: str = "divide"  # of arithmetic.WAYS, or "blob": cv2.dnn.blobFromImage does the resize and the range
    batched: bool = True  # the tensor comes with a batch axis
    hands: str = ""  # what the function returns: "" an array, "view" on reversed memory, "tensor" of TensorFlow

    @classmethod
    def of(cls, recipe: Recipe, **more: Any) -> Serving:
        """Return the serving code that does what the recipe says."""
        return cls(**({slot: getattr(recipe, slot) for slot in SLOTS} | more))

    @property
    def recipe(self) -> Recipe:
        """The recipe of the slots alone, which names the slots that differ; it computes nothing here."""
        return Recipe(**{slot: getattr(self, slot) for slot in SLOTS})

    @property
    def level(self) -> float:
        """By how much one pixel level moves the tensor, at the least; not less than one step of whole numbers."""
        level = arithmetic.level_of(self.range)
        if self.dtype in CASTS or self.uint8_cast:
            return max(1.0, level / (self.quantization[0] if self.quantization else 1.0))
        return level

    def replace(self, **changes: Any) -> Serving:
        """Return this code with some things changed."""
        return dataclasses.replace(self, **changes)
