"""The caller's own frames as the tensors a conversion is checked or calibrated on."""

from __future__ import annotations

from itertools import islice

import numpy as np

from workbench.errors import InvalidValue

MOST = 200  # frames, evenly spread; calibration gains nothing beyond a few hundred


def tensors_of(frames: str | None, recipe: str | None) -> np.ndarray | None:
    """Return the tensors (N, ...) that a recipe makes of frames; None where neither is named.

    Args:
        frames: what `open_frames` takes; of a long source 200 frames, evenly spread.
        recipe: what `load_recipe` takes.

    Raises:
        InvalidValue: one is named without the other, or the source has no end.
        WorkbenchError: no such source or recipe.
    """
    if frames is None and recipe is None:
        return None
    if frames is None or recipe is None:
        raise InvalidValue("frames and recipe go together: the pictures, and what makes the model's tensors of them")
    from workbench.frames import FrameSequence, open_frames
    from workbench.recipes import load_recipe

    made_by = load_recipe(recipe)
    with open_frames(frames, decode=made_by.decode, exif=made_by.exif) as source:
        if not isinstance(source, FrameSequence):
            raise InvalidValue(f"{frames}: a stream has no end; give pictures or a clip")
        step = max(1, len(source) // MOST)
        return made_by.batch(frame.image for frame in islice(source, 0, MOST * step, step))
