"""The compiled recipe: the plain definition's bits at the speed of the resize.

What it does differently from `plain.py`, and why the bits are the same:
- on uint8 pixels a change of channel order moves behind the resize, which treats every channel alike, so the
  full frame is never converted and OpenCV's BGR frames go in as they are (OpenCV's float kernels do not: their
  last bit depends on a channel's place, so there the order changes first, as in the definition);
- uint8 pixels become float32 in the slot of the batch, and the steps of a range run there in place, in their own
  order: no intermediate array, no float64;
- one-channel constants are scalars, three-channel constants rows as wide as the tensor, so NumPy's inner loops
  stay long;
- intermediate pictures live in buffers that a thread keeps.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from workbench.errors import InvalidValue
from workbench.frames.frame import ChannelOrder
from workbench.recipes import plain, ranges
from workbench.recipes.catalogue import lookup
from workbench.recipes.colors import GRAY, channels
from workbench.recipes.geometry import Placement, placement
from workbench.recipes.ranges import Step
from workbench.recipes.resizers import CV2
from workbench.recipes.slots import Slots

LUMA = {
    ("gray", "rgb"): cv2.COLOR_RGB2GRAY,
    ("gray", "bgr"): cv2.COLOR_BGR2GRAY,
    ("gray3", "rgb"): cv2.COLOR_RGB2GRAY,
    ("gray3", "bgr"): cv2.COLOR_BGR2GRAY,
    ("gray_bgr", "rgb"): cv2.COLOR_BGR2GRAY,
    ("gray_bgr", "bgr"): cv2.COLOR_RGB2GRAY,
}


class CompiledRecipe:
    """The fast function of a recipe: `compiled(image, out=None)` gives one tensor without batch axis.

    Attributes:
        recipe: the recipe it came from.
        takes: channel order of the arrays it is given, "rgb" or "bgr".
        shape: of one tensor, without batch axis; None where the recipe keeps the picture's own size.
        dtype: of the tensor.
    """

    def __init__(self, recipe: Slots, takes: ChannelOrder = "rgb") -> None:
        if takes not in ("rgb", "bgr"):
            raise InvalidValue(f"takes is 'rgb' or 'bgr', the channel order of the arrays; got {takes!r}")
        self.recipe, self.takes = recipe, takes
        self.dtype = np.dtype(recipe.dtype)
        self.channels = channels(recipe.color)
        self.shape = self._shape(recipe.size) if recipe.size else None
        self._range = ranges.parse_range(recipe.range)
        self._swaps = recipe.color in ("rgb", "bgr") and recipe.color != takes
        self._interpolation = CV2[recipe.resize][0] if recipe.resize in CV2 else None
        self._uint8 = recipe.rounding == "uint8" and recipe.order == "resize_first"
        self._straight = recipe.dtype == "float32" and recipe.layout == "nhwc"
        self._untouched = (
            self._uint8
            and (recipe.dtype, recipe.range, recipe.layout) == ("uint8", "raw", "nhwc")
            and not recipe.quantization
        )
        self._rows: dict[tuple[tuple[Step, ...], int], list[tuple[np.ufunc, np.ndarray]]] = {}
        self._buffers = threading.local()

    def __call__(self, image: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """Return the tensor of one picture (H, W, 3) uint8 in channel order `takes`, written into `out` if given.

        Raises:
            InvalidValue: the picture, or `out`, is not of the right shape and dtype.
        """
        plain.check_picture(image)
        if out is not None:
            self._check(out)
        ready = out if self._untouched and out is not None and out.flags.c_contiguous else None
        pixels, steps = self._resized(image, ready)
        return self._finished(pixels, steps, out)

    def batch(self, images: Iterable[np.ndarray], out: np.ndarray | None = None) -> np.ndarray:
        """Return the tensors (N, ...) of many pictures, written into `out` (N, ...) if given.

        Raises:
            InvalidValue: there is no picture, or, without a size in the recipe, they differ in size.
        """
        images = images if isinstance(images, Sequence) else list(images)
        if not len(images):
            raise InvalidValue("a batch needs at least one picture; got none")
        if self.shape is None:
            return self._batch_of_own_size(images)
        if out is None:
            out = np.empty((len(images), *self.shape), dtype=self.dtype)
        for image, slot in zip(images, out, strict=True):
            self(image, slot)
        return out

    def _batch_of_own_size(self, images: Sequence[np.ndarray]) -> np.ndarray:
        sizes = {image.shape for image in images}
        if len(sizes) > 1:
            raise InvalidValue(f"with size=None one batch holds pictures of one size; got {sorted(sizes)}; give a size")
        return np.stack([self(image) for image in images])

    # --- the stages ----------------------------------------------------------------------------------------

    def _resized(self, image: np.ndarray, ready: np.ndarray | None) -> tuple[np.ndarray, tuple[Step, ...]]:
        """Return the placed pixels (H, W, C), in the tensor's channel order, and the range steps left to do.

        `ready` is the output itself where pixels are all it takes, so the last stage may write into it.
        """
        recipe = self.recipe
        image = lookup("rotate", recipe.rotate).apply(image)
        if recipe.color in GRAY:
            image = cv2.cvtColor(image, LUMA[recipe.color, self.takes])[..., None]
        if not self._uint8:
            image = self._in_order(image, None)
        placed = placement(image.shape[:2], recipe.size, recipe.fit, recipe.crop_fraction)
        if recipe.order == "range_first":
            return self._range_first(image, placed), ()
        last = ready if placed.fills and not self._swaps and recipe.color != "gray3" else None
        pixels = self._fit(image, placed, last)
        if self._uint8:
            pixels = self._in_order(pixels, ready)
        return pixels, self._range.steps_for(pixels)

    def _range_first(self, image: np.ndarray, placed: Placement) -> np.ndarray:
        tensor = np.empty(image.shape, dtype=np.float32)
        self._run(self._range.steps_for(image), image, tensor)
        return plain.fit(tensor, placed, recipe=self.recipe, pad=plain.pad_in_range(self.recipe, image))

    def _fit(self, image: np.ndarray, placed: Placement, ready: np.ndarray | None) -> np.ndarray:
        """Crop, resize and place; OpenCV's resizers write into a buffer of this thread."""
        top, left, height, width = placed.crop
        if self._interpolation is None or not self._uint8 or placed.resized == (height, width):
            return plain.fit(image, placed, recipe=self.recipe)
        crop = image[top : top + height, left : left + width]
        shape = (*placed.resized, crop.shape[2])
        target = self._buffer("resized", shape, image.dtype) if ready is None else ready
        cv2.resize(crop, placed.resized[::-1], dst=target, interpolation=self._interpolation)
        return plain.place(target, placed, self.recipe.pad)

    def _in_order(self, pixels: np.ndarray, ready: np.ndarray | None) -> np.ndarray:
        """Bring the channels into the number and order of the tensor's."""
        if self.recipe.color == "gray3":
            return cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_GRAY2RGB)
        if not self._swaps:
            return pixels
        target = self._buffer("ordered", pixels.shape, pixels.dtype) if ready is None else ready
        return cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_BGR2RGB, dst=target)

    def _finished(self, pixels: np.ndarray, steps: tuple[Step, ...], out: np.ndarray | None) -> np.ndarray:
        """Run the range steps and bring the result into dtype and layout, in `out` if given."""
        if out is None:
            out = np.empty(self._shape(pixels.shape[:2]), dtype=self.dtype)
        if self._untouched:
            np.copyto(out, pixels)
            return out
        in_place = self._straight and out.flags.c_contiguous
        tensor = out if in_place else self._buffer("tensor", pixels.shape, np.dtype(np.float32))
        self._run(steps, pixels, tensor)
        if not in_place:
            np.copyto(out, plain.finish(self.recipe, tensor))
        return out

    def _run(self, steps: tuple[Step, ...], pixels: np.ndarray, tensor: np.ndarray) -> None:
        """Write `pixels` through the range steps into the float32 `tensor`, both (H, W, C), in place."""
        np.copyto(tensor, pixels)
        rows = tensor.reshape(tensor.shape[0], -1)
        for ufunc, constant in self._passes(steps, pixels.shape[1]):
            ufunc(rows, constant, out=rows)

    def _passes(self, steps: tuple[Step, ...], width: int) -> list[tuple[np.ufunc, np.ndarray]]:
        """Return each step's ufunc and constant: a scalar, or one row as wide as the tensor."""
        if (steps, width) in self._rows:
            return self._rows[steps, width]
        constants = [ranges.constant_for(constant, self.recipe.color) for _, constant in steps]
        rows = [np.tile(value, width) if value.ndim else value for value in constants]
        made = [(getattr(np, name), row) for (name, _), row in zip(steps, rows, strict=True)]
        if steps and not self._range.per_image:
            self._rows = {(steps, width): made}  # one width at a time: pictures of many sizes must not pile up
        return made

    def _buffer(self, name: str, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        """Return this thread's scratch array of that name, made anew when shape or dtype change."""
        buffer: np.ndarray | None = getattr(self._buffers, name, None)
        if buffer is None or buffer.shape != shape or buffer.dtype != dtype:
            buffer = np.empty(shape, dtype=dtype)
            setattr(self._buffers, name, buffer)
        return buffer

    def _shape(self, size: tuple[int, int]) -> tuple[int, int, int]:
        return (*size, self.channels) if self.recipe.layout == "nhwc" else (self.channels, *size)

    def _check(self, out: np.ndarray) -> None:
        if out.dtype != self.dtype or (self.shape is not None and out.shape != self.shape):
            raise InvalidValue(f"out is {self.shape} {self.dtype}; got {out.shape} {out.dtype}")
