"""The body of the function: one or two lines a slot, only those the recipe needs, in the recipe's order."""

from __future__ import annotations

import numpy as np

from workbench.recipes import plain, ranges
from workbench.recipes.code import fits
from workbench.recipes.code.draft import Draft
from workbench.recipes.code.resizing import resize
from workbench.recipes.code.rows import to_uint8
from workbench.recipes.colors import GRAY, channels
from workbench.recipes.slots import Slots

ROTATE = {90: "ROTATE_90_CLOCKWISE", 180: "ROTATE_180", 270: "ROTATE_90_COUNTERCLOCKWISE"}
MEANING = {"subtract": ("MEAN", "subtracted from the pixels"), "divide": ("STD", "divides them")}
PLAIN_NUMBERS = (255.0, 256.0, 127.5, 1.0)  # say what they are without a name


def body(recipe: Slots) -> Draft:
    """Write what turns `frame` (H, W, 3) uint8 BGR into the tensor, which the last line returns."""
    draft = Draft()
    floats = recipe.size is not None and (recipe.order == "range_first" or recipe.rounding == "float")
    _turned(draft, recipe)
    if floats:  # OpenCV's float kernels depend on a channel's place in the last bit: the order changes first
        _in_order(draft, recipe.color)
    if recipe.size and recipe.order == "range_first":
        pad = _range(draft, recipe, pad=recipe.fit in ("letterbox", "letterbox_corner"))
        _fitted(draft, recipe, pad, rounded=False)
    else:
        if recipe.size:
            if floats and recipe.resize.startswith(("cv2.", "pil.")):
                draft.add("image = image.astype(np.float32)  # resized pixels keep their fractions")
            _fitted(draft, recipe, None, rounded=not floats)
        if not floats:
            _in_order(draft, recipe.color)
        _range(draft, recipe)
    _finished(draft, recipe)
    return draft


def _turned(draft: Draft, recipe: Slots) -> None:
    """Rotate, and make gray; one channel is a picture (H, W) until the end."""
    draft.add(f"image = cv2.rotate(frame, cv2.{ROTATE[recipe.rotate]})" if recipe.rotate else "image = frame")
    if recipe.color == "gray_bgr":
        draft.add("image = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)  # the weights of red and blue exchanged")
    elif recipe.color in GRAY:
        draft.add("image = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)")


def _in_order(draft: Draft, color: str) -> None:
    flag = {"rgb": "COLOR_BGR2RGB", "gray3": "COLOR_GRAY2RGB"}.get(color)
    if flag:
        draft.add(f"image = cv2.cvtColor(image, cv2.{flag})")


def _fitted(draft: Draft, recipe: Slots, pad: str | None, *, rounded: bool) -> None:
    """Crop, resize and pad."""
    size = draft.constant("SIZE", recipe.size, "height and width of the tensor in pixels")
    target = size
    if recipe.fit in ("center_crop", "resize_crop"):
        fraction = draft.constant("CROP_FRACTION", recipe.crop_fraction, "how much of the picture's middle is kept")
        if recipe.fit == "center_crop":
            draft.add(f"image = central_part(image, {size}, {fraction})", fits.central_part)
        else:
            draft.add(f"covering = size_that_covers(image, {size}, {fraction})", fits.size_that_covers)
            target = "covering"
    elif recipe.fit != "stretch":
        draft.add(f"inside = size_inside(image, {size})", fits.size_inside)
        target = "inside"
    resize(draft, recipe.resize, target, rounded=rounded)
    if recipe.fit == "resize_crop":
        draft.add(f"image = middle(image, {size})", fits.middle)
    elif target == "inside":
        place = fits.padded_around if recipe.fit == "letterbox" else fits.padded_below
        draft.add(f"image = {place.__name__}(image, {size}, {pad or _pad(draft, recipe)})", place)


def _pad(draft: Draft, recipe: Slots) -> str:
    levels = (recipe.pad,) * channels(recipe.color)
    return draft.constant("PAD", levels, "level of the ground around the picture, by channel")


def _range(draft: Draft, recipe: Slots, *, pad: bool = False) -> str | None:
    """Bring the pixels into range as float32; return what the pad is called there, where there is one."""
    chosen = ranges.parse_range(recipe.range)
    if chosen.per_image:
        draft.add("mean = np.float32(image.mean(dtype=np.float64))")
        draft.add("std = np.float32(max(image.std(dtype=np.float64), image.size**-0.5))")
        draft.add("image = (image.astype(np.float32) - mean) / std")
        if pad:
            draft.add(f"pad = tuple(float((level - mean) / std) for level in {_pad(draft, recipe)})")
        return "pad" if pad else None
    if recipe.range != "raw" or recipe.dtype != "uint8" or recipe.quantization:
        draft.add(f"image = {_steps(draft, recipe, chosen.steps)}")
    if not pad:
        return None
    levels = plain.pad_in_range(recipe, _ground(recipe))
    return draft.constant("PAD", tuple(map(float, levels)), f"level {recipe.pad} in this range, by channel")


def _ground(recipe: Slots) -> np.ndarray:
    return np.zeros((1, 1, channels(recipe.color)), np.uint8)


def _steps(draft: Draft, recipe: Slots, steps: tuple[ranges.Step, ...]) -> str:
    """Return the arithmetic of a range; constants with a meaning of their own get a name."""
    text = "image.astype(np.float32)"
    for operation, constant in steps:
        name, meaning = MEANING[operation]
        value = ranges.constant_for(constant, recipe.color)
        if constant in PLAIN_NUMBERS:
            written = f"{constant:g}"
        elif value.ndim:
            order = "blue, green, red" if recipe.color == "bgr" else "red, green, blue"
            numbers = f"np.array({[float(str(number)) for number in value]}, np.float32)"
            written = draft.constant(name, numbers, f"{meaning}: {order}")
        else:
            written = draft.constant(name, constant, meaning)
        text = f"({text})" if operation == "divide" and " - " in text else text
        text += f" {'-' if operation == 'subtract' else '/'} {written}"
    return text


def _finished(draft: Draft, recipe: Slots) -> None:
    """Bring the tensor into dtype and layout, with a batch axis."""
    if recipe.dtype == "float16":
        draft.add("image = image.astype(np.float16)")
    elif recipe.dtype in ("uint8", "int8"):
        _integers(draft, recipe)
    if channels(recipe.color) == 1:
        axes = ":, :, np.newaxis" if recipe.layout == "nhwc" else "np.newaxis"
        draft.add(f"return image[np.newaxis, {axes}]")
    elif recipe.layout == "nchw":
        draft.add("return np.ascontiguousarray(image.transpose(2, 0, 1))[np.newaxis]")
    else:
        draft.add("return image[np.newaxis]")


def _integers(draft: Draft, recipe: Slots) -> None:
    if recipe.quantization:
        scale = draft.constant("SCALE", recipe.quantization[0], "of the model's quantized input")
        zero = draft.constant("ZERO_POINT", recipe.quantization[1], "the integer that stands for 0.0")
        draft.add(f"image = np.rint(image / {scale}) + {zero}")
    limits = np.iinfo(recipe.dtype)
    if recipe.dtype == "int8":
        draft.add(f"image = np.clip(np.rint(image), {limits.min}, {limits.max}).astype(np.int8)")
    elif recipe.range != "raw" or recipe.quantization or recipe.rounding == "float":
        draft.add("image = to_uint8(image)", to_uint8)
