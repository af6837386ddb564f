"""Frames that are in memory already: one array, or a list of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.errors import InvalidValue
from workbench.frames.alpha import drop_or_composite
from workbench.frames.frame import ChannelOrder, FrameSequence

GRAY, COLOR, COLOR_ALPHA = 1, 3, 4  # channels


class ArraySequence(FrameSequence):
    """Pictures in memory, handed out as they are: (H, W, 3) uint8 in channel order `order`, uncopied."""

    def __init__(
        self, images: Sequence[np.ndarray], *, order: ChannelOrder = "rgb", origin: str = "array", alpha: str = "drop"
    ) -> None:
        if not len(images):
            raise InvalidValue("no frames: the list of arrays is empty; give at least one (H, W, 3) uint8 array")
        several = len(images) > 1
        self.order, self.origin = order, origin
        self._images = [
            checked(image, f"{origin} {number}" if several else origin, alpha=alpha)
            for number, image in enumerate(images)
        ]

    def __len__(self) -> int:
        return len(self._images)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self)} pictures, {self.order}>"

    def array(self, index: int) -> np.ndarray:
        """Return picture `index`."""
        return self._images[index]

    def time_s(self, index: int) -> float | None:
        """Return None: arrays carry no time."""
        del index
        return None


def from_array(array: np.ndarray, *, order: ChannelOrder = "rgb", alpha: str = "drop") -> ArraySequence:
    """Make a sequence of one picture (H, W), (H, W, C), or of N (N, H, W, C); C is 1, 3 or 4.

    Raises:
        InvalidValue: other shapes and dtypes, with the cure.
    """
    batch = array if array.ndim == 4 else array[None]
    if not 2 <= array.ndim <= 4 or not array.size:
        raise InvalidValue(f"an array of frames is (H, W, 3) or (N, H, W, 3) uint8 RGB; got {_what(array)}")
    return ArraySequence(list(batch), order=order, alpha=alpha)


def checked(image: object, name: str = "array", *, alpha: str = "drop") -> np.ndarray:
    """Return `image` as (H, W, 3) uint8: itself, or by a named rule.

    A gray picture (H, W) or (H, W, 1) has its one channel three times; the fourth channel of (H, W, 4) is
    treated as `alpha` says (see `ALPHA_RULES`).

    Raises:
        InvalidValue: anything else, with the cure.
    """
    if image is None:
        raise InvalidValue(f"{name} is None, as cv2.imread gives it for a file it cannot read; use open_frames")
    if not isinstance(image, np.ndarray):
        raise InvalidValue(f"{name} is a {type(image).__name__}, not a picture; give numpy arrays (H, W, 3) uint8")
    if isinstance(image, np.ma.MaskedArray):
        raise InvalidValue(f"{name} is a masked array, and a frame has no mask; np.ma.filled(x, 0) puts a value there")
    if image.dtype != np.uint8:
        raise InvalidValue(f"{name} is {_what(image)}; frames are uint8 0..255: {_cast_cure(image)}")
    if not image.size or image.ndim not in (2, 3):
        raise InvalidValue(f"{name} is {_what(image)}; a picture is (H, W, 3) uint8 RGB")
    channels = image.shape[2] if image.ndim == 3 else GRAY
    if channels == COLOR:
        return image
    if channels == GRAY:
        return np.repeat(image.reshape(*image.shape[:2], 1), 3, axis=2)
    if channels == COLOR_ALPHA:
        return drop_or_composite(image[:, :, :3], image[:, :, 3], alpha)
    raise InvalidValue(f"{name} is {_what(image)}: {channels} channels are no picture; {_channel_cure(image)}")


def _what(array: np.ndarray) -> str:
    return f"{array.shape} {array.dtype}"


def _cast_cure(image: np.ndarray) -> str:
    if image.dtype == np.bool_:
        return "multiply by np.uint8(255)"
    if image.dtype == np.uint16:
        return "(x >> 8).astype('uint8') takes the high byte"
    if image.dtype == object:
        return "its values are objects; np.stack(list(x)) makes one array of pictures of one size"
    if np.issubdtype(image.dtype, np.floating):
        if lost := int(np.count_nonzero(~np.isfinite(image))):
            return f"{lost:,} of its values {'are' if lost > 1 else 'is'} NaN or infinite; find where they come from"
        scale = " * 255" if float(np.nanmax(np.abs(image), initial=0)) <= 1 else ""
        return f"np.clip(np.rint(x{scale}), 0, 255).astype('uint8')"
    return "np.clip(x, 0, 255).astype('uint8')"


def _channel_cure(image: np.ndarray) -> str:
    if image.shape[0] == COLOR and image.shape[2] > COLOR_ALPHA:
        return "channels come last: np.moveaxis(x, 0, -1)"
    return "pick three of them, or pass list(x) when these are gray pictures (N, H, W)"
