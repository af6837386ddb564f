"""What the tests of identify share: real photos, small, so that one identification takes a fraction of a second."""

import cv2
import numpy as np
import pytest

from workbench.frames import open_frames
from workbench.samples import sample_path


@pytest.fixture(scope="session")
def photos():
    """Return three real colour photos (H, W, 3) uint8 RGB of unlike sizes, none square."""
    crops = {"coffee.png": (180, 240), "chelsea.png": (170, 230), "astronaut.png": (220, 190)}
    found = []
    for name, (height, width) in crops.items():
        image = open_frames(sample_path(f"skimage/{name}"))[0].image
        found.append(np.ascontiguousarray(image[20 : 20 + height, 100 : 100 + width]))
    return found


@pytest.fixture(scope="session")
def tagged(tmp_path_factory, photos):
    """Return two JPEG files of a real photo, one of them with an EXIF orientation."""
    from PIL import Image

    folder, paths = tmp_path_factory.mktemp("tagged"), []
    for orientation in (1, 6):
        exif = Image.Exif()
        exif[0x0112] = orientation
        path = folder / f"turn_{orientation}.jpg"
        Image.fromarray(photos[0]).save(path, quality=92, subsampling="4:2:0", exif=exif)
        paths.append(path)
    return paths


def resized(image, side=96):
    """Return what the tests' own serving functions start from: OpenCV's resize."""
    return cv2.resize(image, (side, side))
