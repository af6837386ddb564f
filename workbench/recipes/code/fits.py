"""Crops and borders of the slot `fit` on a picture of any size. Exported as they stand.

The numbers are those of `workbench.recipes.geometry`, where each names its source; a test holds the two together.
"""

from __future__ import annotations

import cv2
import numpy as np

Size = tuple[int, int]  # height, width in pixels


def central_part(image: np.ndarray, size: Size, fraction: float) -> np.ndarray:
    """Return the largest central part with the aspect ratio of `size`, times `fraction`."""
    scale = min(image.shape[0] / size[0], image.shape[1] / size[1]) * fraction
    height, width = (max(1, int(side * scale + 1e-6)) for side in size)
    top, left = (image.shape[0] - height + 1) // 2, (image.shape[1] - width + 1) // 2
    return image[top : top + height, left : left + width]


def size_that_covers(image: np.ndarray, size: Size, fraction: float) -> Size:
    """Return the (height, width) of the picture when it covers `size` / `fraction`, aspect ratio kept."""
    height, width = (int(side / fraction + 1e-6) for side in size)
    if height * image.shape[1] <= width * image.shape[0]:
        return max(height, int(width * image.shape[0] / image.shape[1])), width
    return height, max(width, int(height * image.shape[1] / image.shape[0]))


def middle(image: np.ndarray, size: Size) -> np.ndarray:
    """Return the `size` pixels in the middle."""
    top, left = (round((length - side) / 2) for length, side in zip(image.shape, size, strict=False))
    return image[top : top + size[0], left : left + size[1]]


def size_inside(image: np.ndarray, size: Size) -> Size:
    """Return the (height, width) of the picture when it just fits inside `size`, aspect ratio kept."""
    ratio = min(size[0] / image.shape[0], size[1] / image.shape[1])
    return max(1, round(image.shape[0] * ratio)), max(1, round(image.shape[1] * ratio))


def padded_around(image: np.ndarray, size: Size, pad: tuple[float, ...]) -> np.ndarray:
    """Put the picture in the middle of `size`, on a ground of one level for each channel."""
    height, width = size[0] - image.shape[0], size[1] - image.shape[1]
    top, left = round(height / 2 - 0.1), round(width / 2 - 0.1)
    border = (top, height - top, left, width - left)
    return cv2.copyMakeBorder(image, *border, cv2.BORDER_CONSTANT, value=pad)


def padded_below(image: np.ndarray, size: Size, pad: tuple[float, ...]) -> np.ndarray:
    """Put the picture in the top left corner of `size`, on a ground of one level for each channel."""
    border = (0, size[0] - image.shape[0], 0, size[1] - image.shape[1])
    return cv2.copyMakeBorder(image, *border, cv2.BORDER_CONSTANT, value=pad)
