"""TensorFlow's bilinear resize without antialias, today's and TF1's two, in NumPy. Exported as it stands.

Source: TensorFlow 2.21, core/kernels/image/resize_bilinear_op.cc and image_resizer_state.h. All is float32.
"""

# mypy: disable-error-code="no-any-return"
# (an annotated variable would satisfy it, and would be exported, too)

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Places = Callable[[int, int], np.ndarray]


def half_pixel_places(length: int, size: int) -> np.ndarray:
    """Return where the centre of each of `size` places lies among `length` pixels."""
    step = np.float32(length) / np.float32(size)
    return (np.arange(size, dtype=np.float32) + np.float32(0.5)) * step - np.float32(0.5)


def legacy_places(length: int, size: int) -> np.ndarray:
    """Return the places of TF1: without half-pixel centres."""
    return np.arange(size, dtype=np.float32) * (np.float32(length) / np.float32(size))


def corner_places(length: int, size: int) -> np.ndarray:
    """Return the places of TF1 with align_corners: corner pixels meet corner pixels."""
    step = np.float32(length - 1) / np.float32(size - 1) if size > 1 else np.float32(length)
    return np.arange(size, dtype=np.float32) * step


def between(place: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the pixels before and after each place, and how far it lies between them."""
    before, after = np.floor(place), np.ceil(place)
    low, high = (np.clip(n, 0, length - 1).astype(int) for n in (before, after))
    return low, high, place - before


def bilinear(image: np.ndarray, size: tuple[int, int], places: Places) -> np.ndarray:
    """Resize to (height, width) between the pixels at `places`: first across, then down; float32."""
    (height, width), channels = image.shape[:2], (1,) * (image.ndim - 2)
    top, bottom, down = between(places(height, size[0]), height)
    left, right, across = between(places(width, size[1]), width)
    down, across = down.reshape(-1, 1, *channels), across.reshape(-1, *channels)
    above, below = image[top].astype(np.float32), image[bottom].astype(np.float32)
    above, below = (row[:, left] + (row[:, right] - row[:, left]) * across for row in (above, below))
    return above + (below - above) * down
