"""The kernels of Pillow and TensorFlow: the weight of a pixel at distance x. Exported as they stand.

Sources: Pillow 13, src/libImaging/Resample.c; TensorFlow 2.21, core/kernels/image/sampling_kernels.h.
"""

# mypy: disable-error-code="no-any-return"
# (an annotated variable would satisfy it, and would be exported, too)

from __future__ import annotations

import numpy as np


def box(x: np.ndarray) -> np.ndarray:
    """Return 1 for the pixels under the place, 0 elsewhere."""
    return np.where((x > -0.5) & (x <= 0.5), 1.0, 0.0)


def triangle(x: np.ndarray) -> np.ndarray:
    """Return 1 at distance 0, falling to 0 at distance 1: bilinear."""
    return np.maximum(1 - np.abs(x), 0)


def hamming(x: np.ndarray) -> np.ndarray:
    """Return a sinc of one lobe under a Hamming window."""
    window = np.float32(0.54) + np.float32(0.46) * np.cos(np.pi * x)
    return np.where(np.abs(x) < 1, np.sinc(x) * window, 0)


def cubic(x: np.ndarray) -> np.ndarray:
    """Return Keys' cubic of two lobes, a = -0.5."""
    x = np.abs(x)
    inner, outer = (1.5 * x - 2.5) * x * x + 1, ((2.5 - 0.5 * x) * x - 4) * x + 2
    return np.where(x < 1, inner, np.where(x < 2, outer, 0))


def lanczos(x: np.ndarray) -> np.ndarray:
    """Return a sinc of three lobes under the middle of a sinc three times as wide."""
    return np.where((x >= -3) & (x < 3), np.sinc(x) * np.sinc(x / 3), 0)


def tf_lanczos(x: np.ndarray) -> np.ndarray:
    """Return TensorFlow's Lanczos of three lobes, with its float32 roundings."""
    x, pi = np.abs(x), np.float32(np.pi)
    far = np.maximum(x, np.float32(1e-3))  # not 0, which divides below
    sine, wide = (np.sin(n, dtype=np.float64).astype(np.float32) for n in (pi * far, pi * far / 3))
    weight = 3 * sine * wide / (pi * pi * far * far)
    return np.where(x > 3, np.float32(0), np.where(x <= 1e-3, np.float32(1), weight))
