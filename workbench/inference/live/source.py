"""Open the source of a stream; a file that is read as fast as it goes with the decoder threads that suit the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.frames.capture import Capture, open_capture
from workbench.frames.capture.played import ReadFile
from workbench.inference.live.answerers import in_thread
from workbench.inference.live.answering import Answerer
from workbench.inference.live.plan import cores, measured
from workbench.inference.live.serving import Boxes, serving
from workbench.models.model import LoadedModel
from workbench.recipes import Recipe
from workbench.recipes.callables import Preprocess


def open_source(
    origin: Any, how: Mapping[str, Any], answerer: Answerer, recipe: Preprocess | None, *, boxes: Boxes
) -> tuple[Capture, str]:
    """Return the capture, and what was measured for it, in words.

    A decoder of one thread costs least; only where it would hold up the workers does it get a thread a core.
    """
    model = answerer.model
    if not (isinstance(recipe, Recipe) and isinstance(model, LoadedModel)) or isinstance(origin, Capture):
        return open_capture(origin, **how), ""  # nobody's own code is run for a measurement
    capture = open_capture(origin, **how, decoder_threads=1)
    if not isinstance(capture, ReadFile):
        return capture, ""
    serves = serving(recipe, model, capture.order, boxes)
    with capture:
        cost = in_thread(lambda: measured(capture, answerer, serves))
    threads = cores() if cost and cost.decodes_too_slowly(cores()) else 1
    told = f"; a frame takes {cost}, so the decoder has {threads} thread{'s' * (threads > 1)}" if cost else ""
    return open_capture(capture.frames, **how, decoder_threads=threads), told
