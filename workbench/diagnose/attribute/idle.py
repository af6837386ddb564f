"""Players that cannot cost an answer on these frames: found before anything is run, and set aside with the reason."""

from __future__ import annotations

import numpy as np

from workbench.diagnose.attribute.mixes import Runner
from workbench.diagnose.attribute.players import Player, mixed
from workbench.diagnose.identify.slips import SLIPS
from workbench.errors import InputMismatch
from workbench.models import Model, check_batch
from workbench.recipes import Recipe

DECODED = ("decode", "exif")  # slots that only say how files are read


def aside(training: Recipe, serving: Recipe, player: Player, run: Runner) -> str:
    """Say why a player cannot cost an answer on these frames; nothing where it can.

    A choice the model refuses (another layout, dtype or shape) stops the run, it does not change an answer. A habit
    of a function, such as writing into its input, changes no tensor of its own. A decoder that gives the same
    pictures, bit by bit, halves the mixes by being left out.
    """
    if player.slip is not None:
        kind = SLIPS.get(player.slip.name)
        return "" if kind and kind.stage != "habit" else "it changes no tensor by itself"
    if set(player.slots) <= set(DECODED) and _read_alike(training, serving, player, run):
        return "it reads these frames the same" if run.frames.decoders else "these frames come decoded"
    if _accepted(run.model, training) and not _accepted(run.model, mixed(training, [player])):
        return f"{run.model.name} refuses it, so it stops the run instead of changing an answer"
    return ""


def _read_alike(training: Recipe, serving: Recipe, player: Player, run: Runner) -> bool:
    """Whether a decoder changes no picture, beside training's other choice (of `decode` or `exif`) and serving's."""
    back = serving.replace(**{slot: trained for slot, (trained, _) in player.slots.items()})
    return run.read_alike(training, mixed(training, [player])) and run.read_alike(back, serving)


def _accepted(model: Model, recipe: Recipe) -> bool:
    made = recipe.compile()
    if made.shape is None or not model.inputs:
        return True
    try:
        length = model.inputs[0].shape[0] or 1
        check_batch(np.empty((length, *made.shape), made.dtype), model.inputs, model.name)
    except InputMismatch:
        return False
    return True
