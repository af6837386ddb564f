"""The check at the end of an exported file: a picture made by formula, and values the recipe gave for it."""

from __future__ import annotations

import math

import numpy as np

from workbench.recipes import ranges
from workbench.recipes.recipe import Recipe

COUNT = 48  # values that are compared, evenly spread over the tensor
SIDES = (240, 360)  # of the picture in pixels
MAIN = """
if __name__ == "__main__":
    tensor = {name}(check_picture(*PICTURE))
    if tensor.shape != {shape} or tensor.dtype != np.{dtype}:
        raise SystemExit(f"expected {shape} {dtype}, got {{tensor.shape}} {{tensor.dtype}}")
    off = np.abs(tensor.ravel()[::{step}].astype(float) - EXPECTED) / LEVEL
    print(f"off the recipe by {{off.max():.3f}} of a pixel level at most, {{off.mean():.3f}} on average")
    if off.max() > 1.5 or off.mean() > 0.1:
        raise SystemExit("these are not the recipe's values: something here was changed")
"""


def check_picture(height: int, width: int) -> np.ndarray:
    """Return a BGR picture made by formula, rich in edges."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x * y, 3 * x + 5 * y, x * x - 2 * y], axis=-1).astype(np.uint8)


def expectation(recipe: Recipe, name: str) -> tuple[list[str], str]:
    """Return the constants and the main block that hold the function `name` to the recipe's own values."""
    height, width = _sides(recipe)
    picture = np.ascontiguousarray(check_picture(height, width)[..., ::-1])
    tensor = recipe(picture)
    step = max(1, tensor.size // COUNT)
    step += 1 - step % 2 if tensor.size > COUNT else 0
    step += step % 3 == 0  # not a multiple of the channels
    level = one_level(recipe, picture)
    digits = max(0, 2 - math.floor(math.log10(level)))
    values = [f"{value:.{digits}f}" for value in tensor.ravel()[::step].astype(float)]
    constants = [
        f"PICTURE = {(height, width)}  # height and width of the picture the check is made on",
        f"LEVEL = {level:.6g}  # what one level of a pixel makes in the tensor",
        _wrapped(f"EXPECTED = np.array([{', '.join(values)}])"),
    ]
    return constants, MAIN.format(name=name, shape=tensor.shape, dtype=tensor.dtype, step=step)


def _sides(recipe: Recipe) -> tuple[int, int]:
    """Return the sides of a picture whose aspect ratio is far from the tensor's, so that crops and pads show."""
    wide = recipe.size is not None and recipe.size[1] > recipe.size[0]
    return SIDES[::-1] if wide else SIDES


def one_level(recipe: Recipe, picture: np.ndarray) -> float:
    """Return what one pixel level makes in the tensor, for the channel where it makes most."""
    divisors = [
        float(np.abs(constant).min())
        for operation, constant in ranges.parse_range(recipe.range).steps_for(picture)
        if operation == "divide"
    ]
    level = 1 / math.prod(divisors)
    if recipe.dtype in ("uint8", "int8"):
        return max(1.0, level / (recipe.quantization or (1.0, 0))[0])
    return level


def _wrapped(text: str, width: int = 110) -> str:
    """Break a list of numbers into lines."""
    lines = [""]
    for word in text.split(" "):
        if len(lines[-1]) + len(word) > width:
            lines.append("   ")
        lines[-1] += f" {word}" if lines[-1] else word
    return "\n".join(lines)
