"""Any callable `image -> tensor` where a recipe may stand: it is called one picture after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np

from workbench.errors import InvalidValue
from workbench.frames.frame import ChannelOrder, as_rgb
from workbench.recipes.recipe import Recipe

Preprocess = Recipe | Callable[[np.ndarray], np.ndarray]


class Compiled(Protocol):
    """What runs over frames: one tensor a picture, without batch axis."""

    @property
    def shape(self) -> tuple[int, ...] | None:
        """Shape of one tensor; None where it is not known before, or differs from picture to picture."""
        ...

    @property
    def dtype(self) -> np.dtype | None:
        """Dtype of the tensors; None where it is not known before."""
        ...

    def __call__(self, image: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """Return the tensor of one picture, in `out` if given."""
        ...

    def batch(self, images: Iterable[np.ndarray], out: np.ndarray | None = None) -> np.ndarray:
        """Return the tensors (N, ...) of many pictures, in `out` if given."""
        ...


class CompiledCallable:
    """A user's own preprocessing function, given RGB pictures; with or without batch axis in what it returns."""

    def __init__(self, function: Callable[[np.ndarray], np.ndarray], takes: ChannelOrder) -> None:
        self.function, self.takes = function, takes
        self.shape: tuple[int, ...] | None = None
        self.dtype: np.dtype | None = None

    def __call__(self, image: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """Return the function's tensor without batch axis; the function gets a copy, so it may write into it."""
        tensor = np.asarray(self.function(as_rgb(image, self.takes).copy()))
        if tensor.dtype == np.float64:  # what `image / 255.0` gives, and what `model.predict` casts, too
            tensor = tensor.astype(np.float32)
        if tensor.ndim == 4 and tensor.shape[0] == 1:
            tensor = tensor[0]
        if tensor.ndim != 3:
            raise InvalidValue(
                f"the preprocessing function returned {tensor.shape}; expected one tensor of three axes, "
                "with or without a batch axis of 1 before them"
            )
        if out is None:
            return tensor
        np.copyto(out, tensor)
        return out

    def batch(self, images: Iterable[np.ndarray], out: np.ndarray | None = None) -> np.ndarray:
        """Return the tensors of many pictures, stacked."""
        tensors = [self(image) for image in images]
        shapes = {tensor.shape for tensor in tensors}
        if len(shapes) != 1:
            raise InvalidValue(
                f"one batch needs tensors of one shape; the preprocessing function gave {sorted(shapes)}"
            )
        return np.stack(tensors, out=out)


def compiled(preprocess: Preprocess, takes: ChannelOrder = "rgb") -> Compiled:
    """Return the fast function of a recipe, or the wrapped callable, for arrays in channel order `takes`.

    Raises:
        InvalidValue: it is neither.
    """
    if isinstance(preprocess, Recipe):
        return preprocess.compile(takes)
    if not callable(preprocess):
        raise InvalidValue(f"a recipe or a function image -> tensor is needed; got {type(preprocess).__name__}")
    return CompiledCallable(preprocess, takes)
