"""A hypothesis played through: the tensor that a recipe, with its slips, makes of each frame.

The stages are those of `workbench.recipes.plain`; what a stage makes is kept, so that hypotheses which share their
beginning share the work.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from workbench.diagnose.identify.hypothesis import Hypothesis
from workbench.diagnose.identify.pictures import Pictures, Reading
from workbench.diagnose.identify.slips import READ_AS_709, READ_AS_FULL, SLIPS, truncate_and_wrap
from workbench.recipes import plain, ranges
from workbench.recipes.catalogue import lookup
from workbench.recipes.geometry import Placement, placement

ON_PICTURE = ("roi", "mirror", "flip", "gamma", "matrix", "video_range")  # in the order in which they are applied
KEPT = 96  # resized pictures held at once
Key = tuple[Any, ...]


class Renderer:
    """Plays hypotheses through on a set of frames."""

    def __init__(self, pictures: Pictures) -> None:
        self.pictures = pictures
        self._picture = lru_cache(maxsize=32)(self._make_picture)
        self._plane = lru_cache(maxsize=32)(self._make_plane)
        self._resized = lru_cache(maxsize=KEPT)(self._make_resized)

    def picture(self, i: int, h: Hypothesis) -> np.ndarray:
        """Return frame i (H, W, 3) uint8 RGB as it is before `color`: read, slipped, rotated."""
        return self._picture(*self._picture_key(i, h))

    def placed(self, i: int, h: Hypothesis) -> Placement:
        """Return where frame i goes in its tensor."""
        recipe = h.recipe
        return placement(self.picture(i, h).shape[:2], recipe.size, recipe.fit, recipe.crop_fraction)

    def pixels(self, i: int, h: Hypothesis) -> np.ndarray:
        """Return the resized picture (h, w, C), uint8 or float32 levels in the tensor's channel order, not placed."""
        recipe, color = h.recipe, h.recipe.color
        plane = color if color in ("gray", "gray_bgr") else "gray" if color == "gray3" else "rgb"
        cast = recipe.order == "resize_first"  # there is nothing to cast to uint8 after the range
        truncates, wraps = cast and "truncate" in h.slips, cast and "wrap" in h.slips
        whole = recipe.rounding == "uint8" and recipe.order == "resize_first" and not (truncates or wraps)
        pixels = self._resized((*self._picture_key(i, h), plane), self.placed(i, h), recipe.resize, whole)
        if pixels.dtype != np.uint8 and truncates | wraps:
            pixels = (
                truncate_and_wrap(pixels)
                if truncates and wraps
                else SLIPS["truncate" if truncates else "wrap"].apply(pixels, True)
            )
        if color == "gray3":
            return np.repeat(pixels, 3, axis=2)
        return pixels[..., ::-1] if color == "bgr" else pixels

    def values(self, i: int, h: Hypothesis) -> np.ndarray:
        """Return the tensor (h, w, C) float32 of frame i in its range, before dtype, layout and the slips there."""
        recipe = h.recipe
        if recipe.order == "range_first":
            real = recipe.replace(rotate=0, dtype="float32", quantization=None, layout="nhwc")
            return plain.apply(real, self.picture(i, h))
        pixels = plain.place(self.pixels(i, h), self.placed(i, h), recipe.pad)
        return ranges.apply_range(pixels, recipe.range, recipe.color)

    def tensor(self, i: int, h: Hypothesis) -> np.ndarray:
        """Return the tensor of frame i, without batch axis, as the hypothesis has it."""
        recipe, values = h.recipe, self.values(i, h)
        if "transpose" in h.slips:
            values = SLIPS["transpose"].apply(values, True)
        if "uint8_cast" in h.slips:
            values = SLIPS["uint8_cast"].apply(values, h.slips["uint8_cast"])
        else:
            values = lookup("dtype", recipe.dtype).apply(values, recipe.quantization)
        if "reshape" in h.slips:
            return np.ascontiguousarray(SLIPS["reshape"].apply(values, recipe.layout))
        return np.ascontiguousarray(lookup("layout", recipe.layout).apply(values))

    # --- what is kept ---------------------------------------------------------------------------------------

    def _picture_key(self, i: int, h: Hypothesis) -> Key:
        recipe, slips = h.recipe, h.slips
        matrix, levels = slips.get("matrix"), slips.get("video_range")
        reading = Reading(
            recipe.decode,
            recipe.exif,
            slips.get("alpha", "drop"),
            "chroma" in slips,
            slips.get("frame_index", 0),
            READ_AS_709 if matrix == READ_AS_709 else "",
            READ_AS_FULL if levels == READ_AS_FULL else "",
        )
        edits = tuple((name, slips[name]) for name in ON_PICTURE if name in slips)
        return i, reading, edits, recipe.rotate

    def _make_picture(self, i: int, reading: Reading, edits: Key, rotate: int) -> np.ndarray:
        image = self.pictures.read(i, reading)
        for name, value in edits:
            image = SLIPS[name].apply(image, value)
        return np.ascontiguousarray(lookup("rotate", rotate).apply(image))

    def _make_plane(self, key: Key) -> np.ndarray:
        *picture, plane = key
        return np.asarray(lookup("color", plane).apply(self._picture(*picture)))

    def _make_resized(self, key: Key, placed: Placement, resize: str, whole: bool) -> np.ndarray:
        return plain.resized(self._plane(key), placed, resize=resize, fractions=not whole)
