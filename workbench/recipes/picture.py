"""A tensor mapped back to a picture, as a model trained with a given recipe understands it."""

from __future__ import annotations

import cv2
import numpy as np

from workbench.errors import InvalidValue
from workbench.recipes import ranges
from workbench.recipes.colors import channels
from workbench.recipes.recipe import Recipe

UNDO = {"subtract": np.add, "divide": np.multiply}
# per_image keeps no mean and std; shown as a picture of middle gray with the spread of a usual photo
TYPICAL_STEPS = (("subtract", 127.5), ("divide", 64.0))


def to_picture(batch: np.ndarray, recipe: Recipe) -> np.ndarray:
    """Return the tensors (N, ...) as pictures (N, H, W, 3) uint8 RGB by the conventions of `recipe`.

    With the recipe a model was trained with and the tensor it is served, this is what the model sees: BGR
    served to an RGB model looks blue, [0, 1] served to a raw model looks black.

    Raises:
        InvalidValue: the tensors do not have the layout or channel count of the recipe.
    """
    tensor = np.moveaxis(batch, -3, -1) if recipe.layout == "nchw" else batch
    if tensor.ndim != 4 or tensor.shape[-1] != channels(recipe.color):
        raise InvalidValue(
            f"these tensors do not have the layout of the recipe: expected (N, height, width, "
            f"{channels(recipe.color)}) as {recipe.layout.upper()}, got {batch.shape}"
        )
    pixels = tensor.astype(np.float32)
    if recipe.quantization:
        scale, zero_point = recipe.quantization
        pixels = (pixels - zero_point) * np.float32(scale)
    chosen = ranges.parse_range(recipe.range)
    for operation, constant in reversed(TYPICAL_STEPS if chosen.per_image else chosen.steps):
        pixels = UNDO[operation](pixels, ranges.constant_for(constant, recipe.color))
    levels = np.clip(np.rint(np.nan_to_num(pixels)), 0, 255).astype(np.uint8)
    return np.stack([_rgb(picture, recipe.color) for picture in levels])


def _rgb(picture: np.ndarray, color: str) -> np.ndarray:
    if picture.shape[-1] == 1:
        return cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB)
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB) if color == "bgr" else picture
