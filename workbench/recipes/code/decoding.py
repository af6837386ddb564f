"""What a recipe asks of the decoding, in words: the function takes frames that are decoded already."""

from __future__ import annotations

from workbench.recipes.slots import Slots

# Measured on real photos, TensorFlow 2.21 beside Pillow 13 and OpenCV 5.0 (see workbench/frames/decoders.py)
FAST_DCT = (
    "The recipe decodes JPEG as TensorFlow does by default, by a fast transform that OpenCV does not have: "
    "pictures read by cv2 are up to 18 levels off, 1.3 on average."
)
PILLOW = "With OpenCV 5 that gives the pixels of a JPEG that the recipe's decoder gives, too."
VIDEO = "The recipe decodes video by PyAV: packet frames by frame.to_ndarray(format='bgr24')."


def decoding_notes(recipe: Slots) -> list[str]:
    """Return sentences on how to decode what the function is given."""
    if recipe.decode == "pyav":
        return [VIDEO]
    flags = "cv2.IMREAD_COLOR" + (" | cv2.IMREAD_IGNORE_ORIENTATION" if recipe.exif == "ignore" else "")
    turned = "ignores" if recipe.exif == "ignore" else "applies"
    notes = [f"Decode pictures by cv2.imread(path, {flags}), which {turned} the EXIF orientation."]
    if recipe.decode == "tf":
        return [*notes, FAST_DCT]
    return notes if recipe.decode == "cv2" else [*notes, PILLOW]
