"""`predict`: one model over many frames, in batches, decoding ahead while the model runs."""

from __future__ import annotations

from typing import Any

from workbench.inference.predict_many import BATCH_SIZE, predict_many
from workbench.inference.sources import Source
from workbench.models import Model, load_model
from workbench.models.contract import warn_of_contradictions
from workbench.recipes.callables import Preprocess
from workbench.results import BoxFormat, Prediction


def predict(  # noqa: PLR0913 - the three things a run is made of, and four rare options
    frames: Source,
    recipe: Preprocess,
    model: Model | Any,
    *,
    batch_size: int = BATCH_SIZE,
    limit: int | None = None,
    boxes: str | BoxFormat | None = "auto",
    progress: bool = True,
) -> Prediction:
    """Run a model over frames.

    Decoding and preprocessing go on in a thread of their own, two batches ahead; memory stays flat but for the
    outputs themselves.

    Args:
        frames: an opened source, or anything `open_frames` takes; pictures are decoded as the recipe says.
        recipe: a Recipe, or a function image -> tensor.
        model: a Model, or anything `load_model` takes.
        batch_size: frames a batch; a model with a batch axis of its own fixed length gets that, the last batch padded.
        limit: stop after so many frames; needed for a camera or network stream.
        boxes: how to read the outputs as boxes: a name of `box_formats()`, a BoxFormat, None for not at all, or
            "auto": where exactly one format fits.
        progress: show a progress bar.

    Warns:
        PreprocessingWarning: the recipe contradicts what the model itself says (`contract(model)`); once a pair.

    Raises:
        UnknownName: no box format has this name; nothing has run then.
        InputMismatch: the recipe's tensors do not fit the model's input; nothing has run then.
        InvalidValue: there are no frames, a stream has no limit, batch_size or limit is below 1, or the
            outputs are not in the named box format.
    """
    model = load_model(model)
    warn_of_contradictions(model, recipe)
    only = {"": (recipe, model)}
    return predict_many(frames, only, batch_size=batch_size, limit=limit, boxes=boxes, progress=progress)[""]
