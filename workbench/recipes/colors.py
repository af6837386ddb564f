"""The `color` slot: which channels the tensor has, and in which order."""

from __future__ import annotations

import cv2
import numpy as np

from workbench.recipes.catalogue import choice

GRAY = frozenset({"gray", "gray3", "gray_bgr"})


@choice("color", "rgb", source="keras.utils.load_img, PIL.Image.convert('RGB'), tf.io.decode_jpeg")
def rgb(image: np.ndarray) -> np.ndarray:
    """Red, green, blue: what Pillow, TensorFlow and Keras hand out."""
    return image


@choice("color", "bgr", source="cv2.cvtColor(COLOR_RGB2BGR)")
def bgr(image: np.ndarray) -> np.ndarray:
    """Blue, green, red: what OpenCV hands out, and what Keras' mode caffe expects."""
    return cv2.cvtColor(image, cv2.COLOR_RGB2BGR)


@choice("color", "gray", source="cv2.cvtColor(COLOR_RGB2GRAY), ITU-R BT.601 luma")
def gray(image: np.ndarray) -> np.ndarray:
    """One channel: 0.299 R + 0.587 G + 0.114 B, rounded to uint8."""
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None]


@choice("color", "gray3", source="cv2.cvtColor(COLOR_RGB2GRAY), then COLOR_GRAY2RGB")
def gray3(image: np.ndarray) -> np.ndarray:
    """The gray picture three times, for a model with three input channels."""
    return cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


@choice("color", "gray_bgr", source="cv2.cvtColor(COLOR_BGR2GRAY) given an RGB picture")
def gray_bgr(image: np.ndarray) -> np.ndarray:
    """One channel with the luma weights on the wrong channels: 0.114 R + 0.587 G + 0.299 B."""
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)[..., None]


def channels(color: str) -> int:
    """Return how many channels the tensor has."""
    return 1 if color in ("gray", "gray_bgr") else 3
