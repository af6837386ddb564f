"""How far the colours of frames are off gray, all of them taken together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def cast(pictures: Sequence[np.ndarray]) -> float:
    """Return the colour cast of pictures (H, W, 3) uint8: the spread of the logarithms of their channels' means.

    0 where the means are equal, as those of many different pictures nearly are (the gray world of Buchsbaum, A spatial
    processor model for object colour perception, 1980); 0.3 where red is twice blue.
    """
    means = np.mean([picture.reshape(-1, 3).mean(axis=0) for picture in pictures], axis=0)
    return float(np.std(np.log(np.maximum(means, 1.0))))
