"""Open the source of a stream; a file with the decoder threads that suit what is done with its frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.cluster.share import threads as allowed_threads
from workbench.frames.capture import Capture, open_capture
from workbench.frames.capture.open import live_place
from workbench.frames.capture.played import ReadFile
from workbench.frames.capture.reel import period_of
from workbench.inference.live.answerers import in_thread
from workbench.inference.live.answering import Answerer
from workbench.inference.live.plan import measured
from workbench.inference.live.serving import Boxes, serving
from workbench.models.model import LoadedModel
from workbench.recipes import Recipe
from workbench.recipes.callables import Preprocess

KEEPS_UP = 0.6  # of the time between two frames: a decoder of one thread that takes more is late now and then


def open_source(
    origin: Any, how: Mapping[str, Any], answerer: Answerer, recipe: Preprocess | None, *, boxes: Boxes
) -> tuple[Capture, str]:
    """Return the capture, and what was measured for it, in words; `how` is what `open_capture` takes.

    A decoder of one thread costs least. A file's gets one a core where one would hold up the workers or, in real time,
    be late; a few frames are decoded to tell.
    """
    if isinstance(origin, Capture):
        return origin, ""
    if live_place(origin):  # opened once, as it is to be read
        return open_capture(origin, **how), ""
    first = open_capture(origin, **{**how, "speed": None}, decoder_threads=1)
    if not isinstance(first, ReadFile):
        return first, ""
    with first:
        timed = how["speed"] is not None
        threads, told = _in_time(first, how["speed"]) if timed else _in_turn(first, answerer, recipe, boxes)
    return open_capture(first.frames, **how, decoder_threads=threads), told


def _in_time(capture: ReadFile, speed: float) -> tuple[int, str]:
    cost = measured(capture, None)
    threads = 1 if cost is None or cost.decode_s * speed < KEEPS_UP * period_of(capture.frames) else allowed_threads()
    return threads, "" if cost is None else f"; {cost}, so {_decoder(threads)}"


def _in_turn(capture: ReadFile, answerer: Answerer, recipe: Preprocess | None, boxes: Boxes) -> tuple[int | None, str]:
    model = answerer.model
    if not (isinstance(recipe, Recipe) and isinstance(model, LoadedModel)):
        return None, ""  # nobody's own code is run for a measurement; OpenCV or FFmpeg chooses
    serves = serving(recipe, model, capture.order, boxes)
    cost = in_thread(lambda: measured(capture, lambda frame: answerer([frame], serves)))
    threads = allowed_threads() if cost and cost.decodes_too_slowly(allowed_threads()) else 1
    return threads, "" if cost is None else f"; {cost}, so {_decoder(threads)}"


def _decoder(threads: int) -> str:
    return f"the decoder has {threads} thread{'s' * (threads > 1)}"
