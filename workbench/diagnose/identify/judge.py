"""How far a hypothesis is from the tensors: by pixels alone, whatever the range, and as a whole."""

from __future__ import annotations

import numpy as np

from workbench.diagnose.identify.forms import Tensors, form_of
from workbench.diagnose.identify.hypothesis import Hypothesis
from workbench.diagnose.identify.line import FAR, Line, fit_line
from workbench.diagnose.identify.render import Renderer
from workbench.recipes import ranges
from workbench.recipes.colors import channels

# Two tensors are the same when no number is farther apart than this, in pixel levels with the range undone (and beyond
# what the tensor's dtype rounds). Float32 arithmetic of another order - x * (1 / 255), float64, the range before the
# resize, OpenCV's, Pillow's and TensorFlow's sums for one kernel - moves a number by at most 0.005 levels (measured,
# 400 x 600 to 224 x 224); the closest pair of choices that differ at all differs by one level somewhere on uint8
# pixels. So 0.05 is ten times the one and a twentieth of the other.
TOLERANCE = 0.05
INTEGERS = ("uint8", "int8")


class Judge:
    """Holds hypotheses against the tensors of a case."""

    def __init__(self, tensors: Tensors, renderer: Renderer) -> None:
        self.tensors, self.renderer = tensors, renderer
        limits = np.iinfo(tensors.dtype) if tensors.dtype in INTEGERS else None
        self._clipped = None if limits is None else (float(limits.min), float(limits.max))

    def numbers(self, i: int, h: Hypothesis) -> np.ndarray:
        """Return tensor i as (h, w, C) float32 in the form that the hypothesis says."""
        return self.tensors.pixels(i, form_of(h.recipe, h.slips))

    def line(self, i: int, h: Hypothesis) -> Line:
        """Return the line between the hypothesis' pixels and tensor i, and how well they lie on it."""
        numbers, pixels = self.numbers(i, h), self.renderer.pixels(i, h)
        (top, left), (height, width) = self.renderer.placed(i, h).offset, pixels.shape[:2]
        if top < 0 or left < 0:
            up, before = max(0, -top), max(0, -left)
            pixels = pixels[up : up + numbers.shape[0], before : before + numbers.shape[1]]
            height, width, top, left = *pixels.shape[:2], max(0, top), max(0, left)
        shown = numbers[top : top + height, left : left + width]
        if shown.shape != pixels.shape:
            return Line(np.zeros(1), np.zeros(1), FAR, np.inf, np.zeros(1))
        return fit_line(pixels, shown, self._clipped)

    def on_line(self, line: Line, h: Hypothesis) -> bool:
        """Tell whether the pixels lie on a line to within the tolerance and what the dtype rounds."""
        slopes = np.abs(line.slope[line.slope != 0])
        slope = float(slopes.min()) if len(slopes) else 1.0
        rounding = 0.6 if self.tensors.dtype in INTEGERS else 0.0
        if self.tensors.dtype == "float16":
            top = float(np.abs(line.offset).max() + 255 * np.abs(line.slope).max())
            rounding = float(np.spacing(np.float16(min(top, 6e4))))
        return (line.worst - rounding) / slope <= TOLERANCE

    def residual(self, i: int, h: Hypothesis) -> float:
        """Return the largest difference on frame i in levels, beyond what the dtype rounds; inf where shapes differ."""
        numbers = self.numbers(i, h)
        if numbers.shape[2] != channels(h.recipe.color):
            return np.inf
        values = self.renderer.values(i, h)
        if values.shape != numbers.shape:
            return np.inf
        if "uint8_cast" in h.slips:
            return _cast_residual(numbers, values)
        slope = self.slope(i, h)
        if h.recipe.dtype in INTEGERS:
            scale, zero = h.recipe.quantization or (1.0, 0)
            limits = np.iinfo(h.recipe.dtype)
            codes = np.clip(values / np.float32(scale) + np.float32(zero), limits.min, limits.max)
            off = np.maximum(np.abs(numbers - codes) - 0.5, 0) * np.float32(scale)
        elif h.recipe.dtype == "float16":
            off = np.maximum(np.abs(numbers - values) - np.spacing(np.abs(numbers).astype(np.float16)) / 2, 0)
        else:
            off = np.abs(numbers - values)
        return float((off / slope).max())

    def slope(self, i: int, h: Hypothesis) -> np.ndarray:
        """Return by how much one level moves the tensor, (C,) or ()."""
        chosen = ranges.parse_range(h.recipe.range)
        steps = chosen.steps
        if chosen.per_image:
            image = self.renderer.picture(i, h)
            steps = ranges.image_steps(image)
        slope = np.float32(1)
        for operation, constant in steps:
            if operation == "divide":
                slope = slope / np.abs(ranges.constant_for(constant, h.recipe.color))
        return np.asarray(slope)

    def exact(self, h: Hypothesis) -> bool:
        """Tell whether the hypothesis gives the tensors of every frame."""
        return self.possible(h) and all(self.residual(i, h) <= TOLERANCE for i in range(len(self.tensors)))

    def possible(self, h: Hypothesis) -> bool:
        """Tell whether dtype and layout can be the tensors'."""
        cast = h.slips.get("uint8_cast")
        dtype = {"uint8": "uint8", "back": "float32"}.get(cast, h.recipe.dtype) if cast else h.recipe.dtype
        return dtype == self.tensors.dtype and h.recipe.layout in self.tensors.layouts

    def worst(self, h: Hypothesis) -> float:
        """Return the largest difference over all frames in levels."""
        return max(self.residual(i, h) for i in range(len(self.tensors)))

    def distance(self, h: Hypothesis) -> float:
        """Return the mean square difference over all frames in levels, each number counted up to 255."""
        try:
            return float(np.mean([self.square(i, h) for i in range(len(self.tensors))]))
        except (ValueError, ZeroDivisionError):
            return np.inf

    def square(self, i: int, h: Hypothesis) -> float:
        """Return the mean square difference on frame i in levels; inf where shapes differ."""
        numbers, values = self.numbers(i, h), self.renderer.values(i, h)
        if numbers.shape != values.shape:
            return np.inf
        if "uint8_cast" in h.slips:
            return _cast_residual(numbers, values)
        if h.recipe.dtype in INTEGERS:
            scale, zero = h.recipe.quantization or (1.0, 0)
            limits = np.iinfo(h.recipe.dtype)
            codes = np.clip(np.rint(values / np.float32(scale)) + np.float32(zero), limits.min, limits.max)
            numbers, values = numbers * np.float32(scale), codes * np.float32(scale)
        off = np.minimum(np.abs(numbers - values) / self.slope(i, h), 255)
        return float(np.mean(off.astype(np.float64) ** 2))


def _cast_residual(numbers: np.ndarray, values: np.ndarray) -> float:
    """Return how far a cast tensor is from the values cast; those within float noise of a step may fall either way."""
    noise = np.float32(1e-4)
    steps = [np.trunc(values + shift).astype(np.int32).astype(np.uint8) for shift in (-noise, np.float32(0), noise)]
    matches = np.logical_or.reduce([step == numbers for step in steps])
    return float((~matches).mean() * 255)
