"""A recipe as operations of a Keras model: frames (N, H, W, 3) uint8 BGR in, the recipe's tensor out."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.errors import ConversionError
from workbench.models.export.resizing import resized
from workbench.recipes import Recipe, ranges
from workbench.recipes.colors import GRAY
from workbench.recipes.geometry import Size, placement

LUMA = (3735, 19235, 9798)  # of blue, green, red in 1 / 2**15: OpenCV 5.0, modules/imgproc/src/color.hpp
OF_ANY_SIZE = {"tf.bilinear": "bilinear", "tf.nearest": "nearest"}  # keras.layers.Resizing gives the same
PICTURE = (1, 2, 3)  # axes of one picture


def in_graph(recipe: Recipe, frames: Any) -> Any:
    """Return the recipe's tensor of `frames`, a Keras tensor (N, H, W, 3) uint8 BGR; H and W may be None.

    Raises:
        ConversionError: without a size of the frames this recipe has no exact operations.
    """
    from keras import ops

    x = _turned(ops.cast(frames, "float32"), recipe.rotate)
    x = _gray(x, recipe.color) if recipe.color in GRAY else x
    if recipe.size is not None and recipe.order == "range_first":
        x, pad = _in_range(_in_order(x, recipe.color), recipe)
        x = _fitted(x, recipe, pad)
    else:
        if recipe.size is not None:
            x = _fitted(x, recipe, None)
        x, _ = _in_range(_in_order(x, recipe.color), recipe)
    return _finished(x, recipe)


def _turned(x: Any, degrees: int) -> Any:
    from keras import ops

    if degrees in (90, 270):
        x = ops.transpose(x, (0, 2, 1, 3))
    axes = {0: (), 90: (2,), 180: (1, 2), 270: (1,)}[degrees]
    return ops.flip(x, axis=axes) if axes else x


def _gray(x: Any, color: str) -> Any:
    """Return one channel (N, H, W, 1), rounded as OpenCV rounds it; sums below 2**24 are exact."""
    from keras import ops

    weights = LUMA[::-1] if color == "gray_bgr" else LUMA
    total = ops.sum(x * np.array(weights, np.float32), axis=-1, keepdims=True)
    return ops.floor((total + 2**14) / 2**15)


def _in_order(x: Any, color: str) -> Any:
    from keras import ops

    if color == "gray3":
        return ops.concatenate([x, x, x], axis=-1)
    return ops.flip(x, axis=(-1,)) if color == "rgb" else x


def _in_range(x: Any, recipe: Recipe) -> tuple[Any, Any]:
    """Return the pixels in range, and the pad there: (1, 1, 1, C), or (N, 1, 1, 1) where each picture has its own."""
    from keras import ops

    chosen = ranges.parse_range(recipe.range)
    pad: Any = np.full((1, 1, 1, 1), recipe.pad, np.float32)
    if chosen.per_image:
        mean = ops.mean(x, axis=PICTURE, keepdims=True)
        square = ops.mean(ops.square(x - mean), axis=PICTURE, keepdims=True)
        size = float(np.prod(x.shape[1:])) if None not in x.shape[1:] else None
        if size is None:
            raise _needs_size(recipe, "range per_image")
        std = ops.maximum(ops.sqrt(square), size**-0.5)
        return (x - mean) / std, ops.subtract(pad, mean) / std
    for operation, constant in chosen.steps:
        value = ranges.constant_for(constant, recipe.color).reshape(1, 1, 1, -1)
        x = x - value if operation == "subtract" else x / value
        pad = pad - value if operation == "subtract" else pad / value
    return x, pad


def _fitted(x: Any, recipe: Recipe, pad: Any) -> Any:
    """Crop, resize and place; `pad` in the range of the pixels, None for the level itself."""
    assert recipe.size is not None
    if None in x.shape[1:3]:
        return _fitted_of_any_size(x, recipe)
    import keras
    from keras import ops

    source: Size = (int(x.shape[1]), int(x.shape[2]))
    placed = placement(source, recipe.size, recipe.fit, recipe.crop_fraction)
    top, left, height, width = placed.crop
    if (height, width) != source:
        edges = ((top, source[0] - top - height), (left, source[1] - left - width))
        x = keras.layers.Cropping2D(edges)(x)
    x = resized(x, recipe.resize, placed.resized, rounded=recipe.rounding == "uint8" and pad is None)
    if placed.fills:
        return x
    sides = [
        (offset, outer - inner - offset)
        for offset, outer, inner in zip(placed.offset, placed.size, placed.resized, strict=True)
    ]
    if placed.offset[0] < 0 or placed.offset[1] < 0 or sides[0][1] < 0 or sides[1][1] < 0:
        return keras.layers.Cropping2D(tuple((-before, -after) for before, after in sides))(x)
    if pad is None:
        return ops.pad(x, ((0, 0), *sides, (0, 0)), constant_values=recipe.pad)
    return ops.pad(x - pad, ((0, 0), *sides, (0, 0))) + pad


def _fitted_of_any_size(x: Any, recipe: Recipe) -> Any:
    import keras
    from keras import ops

    if recipe.fit != "stretch":
        raise _needs_size(recipe, f"fit {recipe.fit}")
    if recipe.resize not in OF_ANY_SIZE:
        raise _needs_size(recipe, f"resize {recipe.resize}")
    assert recipe.size is not None
    x = keras.layers.Resizing(*recipe.size, interpolation=OF_ANY_SIZE[recipe.resize], dtype="float32")(x)
    whole = recipe.rounding == "uint8" and recipe.order == "resize_first"
    return ops.clip(ops.round(x), 0, 255) if whole else x


def _needs_size(recipe: Recipe, what: str) -> ConversionError:
    return ConversionError(
        f"{what} has no exact operations for frames of any size ({recipe.id}); give frame_size=(height, width) of your "
        "frames, which a camera has only one of"
    )


def _finished(x: Any, recipe: Recipe) -> Any:
    """Bring the tensor into dtype and layout."""
    from keras import ops

    if recipe.dtype in ("uint8", "int8"):
        scale, zero_point = recipe.quantization or (1.0, 0)
        limits = np.iinfo(recipe.dtype)
        x = ops.clip(ops.round(x / float(np.float32(scale))) + zero_point, int(limits.min), int(limits.max))
    x = x if recipe.dtype == "float32" else ops.cast(x, recipe.dtype)
    return ops.transpose(x, (0, 3, 1, 2)) if recipe.layout == "nchw" else x
