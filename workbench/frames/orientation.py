"""The EXIF orientation of a picture, read and applied.

The tag says how the stored rows and columns are to be turned for looking at (EXIF 2.32, tag 0x0112).
`cv2.IMREAD_COLOR` obeys it in JPEG, PNG and WebP; `PIL.Image.open`, `keras.utils.load_img` and TensorFlow do not.
Every decoder obeys the tag of a TIFF, whatever `exif` says: there it is part of the format.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from PIL import Image

Exif = Literal["apply", "ignore"]
EXIF_RULES: dict[str, str] = {
    "apply": "the picture is turned upright as its EXIF orientation says, as cv2.IMREAD_COLOR does",
    "ignore": "the pixels stay as they are stored, as Pillow, load_img and TensorFlow leave them",
}
ORIENTATION_TAG = 0x0112


def orientation_of(picture: Image.Image) -> int:
    """Return the orientation 1..8 of an opened picture that its decoder has not applied; 1 where there is none."""
    if picture.format == "TIFF":
        return 1
    try:
        value = picture.getexif().get(ORIENTATION_TAG, 1)
    except Exception:  # damaged EXIF raises all there is; OpenCV takes it for none, too
        return 1
    return value if value in range(1, 9) else 1


def turn(image: np.ndarray, orientation: int) -> np.ndarray:
    """Return `image` (H, W, ...) as orientation 1..8 wants it seen, as `PIL.ImageOps.exif_transpose` does."""
    if orientation >= 5:  # rows are columns
        image = image.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    return np.ascontiguousarray(image)
