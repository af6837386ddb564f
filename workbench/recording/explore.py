"""From a recorded frame to `explore_mismatch`: the line to type."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from workbench.errors import InvalidValue
from workbench.recipes import Recipe, preset, presets
from workbench.recording.recording import Recording
from workbench.recording.session import recipe_of

WHOLE = 250  # a frame before this one is explored among those before it, a later one beside the first alone
FEW = 20  # frames at least, where there are so many


def explore_command(recording: Recording, index: int, *, folder: str | Path | None = None) -> str:
    """Return the command that makes the report `explore_mismatch` of a recorded frame, with what fed the model then.

    Args:
        recording: made with a model and a Recipe, both from files.
        index: of the frame in `recording.frames`.
        folder: how the recording's folder is written; by default as it was opened.

    Raises:
        InvalidValue: there is no such frame, no model, or its recipe was a function.
    """
    recipe = recipe_of(recording.recipe_at(index)) if 0 <= index < len(recording.frames) else None
    if recipe is None or recording.model is None:
        raise InvalidValue(
            f"{recording.folder}: result {index} cannot be explored by a command: it takes a kept frame, "
            "a model from a file and a Recipe; FrameViewer(recording.frames, recipe, model) takes anything"
        )
    row = recording.results.iloc[index]
    place = int(row.frame)
    whole = place < WHOLE
    parameters = {
        "source": f"{recording.folder if folder is None else folder}/{row.segment}",
        "frame": place if whole else 1,
        "frame_step": 1 if whole else place,
        "limit": max(place + 1, FEW) if whole else 2,
        "model": recording.model,
        "training": _named(recipe),
        "labels": "",
    }
    given = [f"-p {shlex.quote(f'{name}={value}')}" for name, value in parameters.items()]
    return " ".join(["workbench report explore_mismatch", *given])


def _named(recipe: Recipe) -> str:
    """Return the preset that a recipe is, or its slots as one line."""
    return next((name for name in presets() if preset(name) == recipe), json.dumps(recipe.to_dict()))
