"""The plain definition: every slot applied in its order, one after the other, for clarity before speed.

`compiled.py` must give the same bits; a test holds it to that over the whole catalogue.
"""

from __future__ import annotations

import numpy as np

from workbench.errors import InvalidValue
from workbench.recipes import ranges
from workbench.recipes.catalogue import choices, lookup
from workbench.recipes.geometry import Placement, placement
from workbench.recipes.slots import Slots


def apply(recipe: Slots, image: np.ndarray) -> np.ndarray:
    """Return the tensor, without batch axis, of one picture (H, W, 3) uint8 RGB, which stays as it is."""
    check_picture(image)
    image = lookup("rotate", recipe.rotate).apply(image)
    image = lookup("color", recipe.color).apply(image)
    placed = placement(image.shape[:2], recipe.size, recipe.fit, recipe.crop_fraction)
    if recipe.order == "range_first":
        tensor = _range_first(recipe, image, placed)
    else:
        pixels = fit(image, placed, recipe=recipe)
        tensor = ranges.apply_range(pixels, recipe.range, recipe.color)
    return finish(recipe, tensor)


def _range_first(recipe: Slots, image: np.ndarray, placed: Placement) -> np.ndarray:
    tensor = ranges.apply_range(image, recipe.range, recipe.color)
    pad = pad_in_range(recipe, image)
    return fit(tensor, placed, recipe=recipe, pad=pad)


def pad_in_range(recipe: Slots, image: np.ndarray) -> np.ndarray:
    """Return the pad level (C,) in the recipe's range, by the constants of `image` where the range takes them there."""
    pad = np.full(image.shape[2], recipe.pad, dtype=np.float32)
    for operation, constant in ranges.parse_range(recipe.range).steps_for(image):
        pad = getattr(np, operation)(pad, ranges.constant_for(constant, recipe.color))
    return pad


def fit(pixels: np.ndarray, placed: Placement, *, recipe: Slots, pad: np.ndarray | None = None) -> np.ndarray:
    """Crop, resize and place pixels (H, W, C); uint8 pixels become float32 first where rounding is float."""
    pixels = resized(pixels, placed, resize=recipe.resize, fractions=recipe.rounding == "float")
    return place(pixels, placed, recipe.pad if pad is None else pad)


def resized(pixels: np.ndarray, placed: Placement, *, resize: str, fractions: bool) -> np.ndarray:
    """Crop and resize pixels (H, W, C); with `fractions` uint8 pixels become float32 first."""
    top, left, height, width = placed.crop
    pixels = pixels[top : top + height, left : left + width]
    if fractions and pixels.dtype == np.uint8:
        pixels = pixels.astype(np.float32)
    if placed.resized == (height, width):
        return pixels
    return np.asarray(lookup("resize", resize).apply(np.ascontiguousarray(pixels), placed.resized))


def place(pixels: np.ndarray, placed: Placement, pad: int | np.ndarray) -> np.ndarray:
    """Return the tensor with the resized pixels at their offset, what is over cut off, the rest padded."""
    if placed.fills:
        return pixels
    (top, left), (height, width) = placed.offset, placed.size
    if top <= 0 and left <= 0 and pixels.shape[0] + top >= height and pixels.shape[1] + left >= width:
        return pixels[-top : height - top, -left : width - left]
    tensor = np.empty((height, width, pixels.shape[2]), dtype=pixels.dtype)
    tensor[:] = pad
    tensor[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return tensor


def finish(recipe: Slots, tensor: np.ndarray) -> np.ndarray:
    """Bring a float32 (H, W, C) tensor into the recipe's dtype and layout."""
    tensor = lookup("dtype", recipe.dtype).apply(tensor, recipe.quantization)
    return np.ascontiguousarray(lookup("layout", recipe.layout).apply(tensor))


def check_picture(image: np.ndarray) -> None:
    """Refuse what is no (H, W, 3) uint8 picture, with the cure.

    Raises:
        InvalidValue: another type, shape or dtype.
    """
    if not isinstance(image, np.ndarray) or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        raise InvalidValue(
            f"a recipe takes one picture (height, width, 3) uint8 RGB; got {getattr(image, 'shape', image)!r}; "
            "open_frames(...) brings gray, alpha and batches into that form"
        )
    if image.dtype != np.uint8:
        raise InvalidValue(
            f"a recipe takes uint8 levels 0..255; got {image.dtype}: it may have been scaled already; "
            "give the decoded picture, or (x * 255).round().astype('uint8')"
        )


def sentences(recipe: Slots) -> list[str]:
    """Return what the recipe does in words, one line a step."""
    named = recipe.settings()
    lines = [f"decode {recipe.decode}, EXIF orientation {recipe.exif}"]
    if recipe.rotate:
        lines.append(f"rotate {recipe.rotate} degrees clockwise")
    lines.append(f"color {recipe.color}: {choices('color')[recipe.color]}")
    if recipe.size:
        extra = "".join(f", {slot} {named[slot]:g}" for slot in ("crop_fraction", "pad") if slot in named)
        lines.append(f"fit {recipe.fit}{extra}: {choices('fit')[recipe.fit]}")
        rounded = f", kept as {recipe.rounding}" if "rounding" in named else ""
        lines.append(
            f"resize to {recipe.size[0]} x {recipe.size[1]} (height x width) by {recipe.resize}{rounded}: "
            f"{choices('resize')[recipe.resize]}"
        )
    lines.append(f"range {recipe.range}: {choices('range').get(recipe.range, '(x - mean) / std')}")
    if recipe.order == "range_first" and recipe.size:
        lines.append(f"order range_first: {choices('order')['range_first']}")
    quantized = f" with scale and zero point {recipe.quantization}" if recipe.quantization else ""
    lines.append(f"hand over as {recipe.dtype}{quantized}, {recipe.layout.upper()}")
    return lines
