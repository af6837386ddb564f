"""Real frames, small."""

import cv2
import numpy as np
import pytest

from workbench.frames import open_frames


@pytest.fixture(scope="session")
def images():
    """Return 60 frames of a real clip, (54, 96, 3) uint8 RGB."""
    with open_frames("sample:bikes") as frames:
        shrunk = [cv2.resize(frame.image, (96, 54), interpolation=cv2.INTER_AREA) for frame in frames[:60]]
    for image in shrunk:
        image.flags.writeable = False
    return shrunk


@pytest.fixture(scope="session")
def noise():
    """Return a function: height, width -> what compresses worst."""
    return lambda *size: np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
