"""The form of a tensor: which axis is which, and how to bring it back to (height, width, channels)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from workbench.errors import InvalidValue
from workbench.recipes import Recipe

CHANNELS = (1, 3)
FLOATS = {"float64": "float32"}  # what `image / 255.0` gives, and what a model casts, too
DTYPES = ("float32", "float16", "uint8", "int8")


@dataclass(frozen=True, slots=True)
class Form:
    """How a tensor lies in memory."""

    layout: str = "nhwc"
    reshape: bool = False
    transpose: bool = False

    def undo(self, tensor: np.ndarray) -> np.ndarray:
        """Return a tensor without batch axis as (h, w, C), a view where possible."""
        if self.layout == "nchw":
            channels, height, width = tensor.shape
            pixels = tensor.reshape(height, width, channels) if self.reshape else np.moveaxis(tensor, 0, -1)
        else:
            height, width, channels = tensor.shape
            pixels = np.moveaxis(tensor.reshape(channels, height, width), 0, -1) if self.reshape else tensor
        return pixels.swapaxes(0, 1) if self.transpose else pixels

    @property
    def slips(self) -> dict[str, Any]:
        """The slips that this form is."""
        return {name: True for name in ("reshape", "transpose") if getattr(self, name)}


def form_of(recipe: Recipe, slips: Mapping[str, Any]) -> Form:
    """Return the form that a hypothesis gives its tensors."""
    return Form(recipe.layout, "reshape" in slips, "transpose" in slips)


class Tensors:
    """The tensors to be explained, one a frame, without batch axis."""

    def __init__(self, tensors: list[np.ndarray]) -> None:
        self.tensors = [tensor[..., None] if tensor.ndim == 2 else np.ascontiguousarray(tensor) for tensor in tensors]
        self.pixels = lru_cache(maxsize=64)(self._pixels)
        shape = self.tensors[0].shape
        if len(shape) != 3 or not {shape[0], shape[-1]} & set(CHANNELS):
            raise InvalidValue(
                f"a tensor is (height, width, channels) or (channels, height, width) with 1 or 3 channels; got {shape}"
            )
        for i, tensor in enumerate(self.tensors):
            self._expect_like_first(i, tensor)

    def __len__(self) -> int:
        return len(self.tensors)

    def _expect_like_first(self, i: int, tensor: np.ndarray) -> None:
        """Refuse a tensor that is of another kind than the first, or holds what is no number."""
        first = self.tensors[0]
        channels = {first.shape[0], first.shape[-1]} & {tensor.shape[0], tensor.shape[-1]} & set(CHANNELS)
        if not channels or _named(tensor) != _named(first):
            raise InvalidValue(
                f"tensors of several kinds: the first looked at is {first.dtype} {first.shape}, number {i + 1} is "
                f"{tensor.dtype} {tensor.shape}; make one kind of every picture"
            )
        lost = tensor.size - int(np.isfinite(tensor).sum())
        if lost:
            raise InvalidValue(
                f"tensor {i + 1} of those looked at holds {lost} numbers of {tensor.size} that are NaN or infinite; "
                "no recipe makes such: look for a division by zero or an overflow first"
            )

    @property
    def dtype(self) -> str:
        """The catalogue's dtype; float64 counts as float32. Another stays as it is."""
        return _named(self.tensors[0])

    @property
    def layouts(self) -> tuple[str, ...]:
        """The layouts that the shape allows."""
        shape = self.tensors[0].shape
        found = [name for name, axis in (("nhwc", -1), ("nchw", 0)) if shape[axis] in CHANNELS]
        return tuple(found)

    def forms(self, reference: Recipe) -> list[Form]:
        """Return every form the shape allows, the reference's first."""
        layouts = sorted(self.layouts, key=lambda name: name != reference.layout)
        several = self.channels(layouts[0]) > 1
        return [
            Form(layout, reshape, transpose)
            for layout in layouts
            for reshape in ((False, True) if several else (False,))
            for transpose in (False, True)
        ]

    def channels(self, layout: str) -> int:
        """Return the number of channels."""
        return int(self.tensors[0].shape[-1 if layout == "nhwc" else 0])

    def _pixels(self, i: int, form: Form) -> np.ndarray:
        """Return tensor i as (h, w, C) float32: its numbers as they are, in the order of a picture."""
        return np.ascontiguousarray(form.undo(self.tensors[i]), dtype=np.float32)


def _named(tensor: np.ndarray) -> str:
    return FLOATS.get(tensor.dtype.name, tensor.dtype.name)
