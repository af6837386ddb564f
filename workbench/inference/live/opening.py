"""`stream`: from a source, a recipe and a model to a running Stream."""

from __future__ import annotations

import time
from typing import Any, Literal

from workbench.errors import InvalidValue
from workbench.frames.capture import Capture
from workbench.inference.live.answerers import in_thread, opened, warm_up
from workbench.inference.live.answering import Answerer
from workbench.inference.live.crew import Crew
from workbench.inference.live.desk import Desk
from workbench.inference.live.ledger import Ledger
from workbench.inference.live.meter import Meter
from workbench.inference.live.plan import cores, planned
from workbench.inference.live.policy import Policy, parse_policy
from workbench.inference.live.serving import Boxes, serving
from workbench.inference.live.source import open_source
from workbench.inference.live.stream import Stream
from workbench.inference.sources import check_limit
from workbench.models import Model, load_model
from workbench.models.contract import warn_of_contradictions
from workbench.recipes import Recipe
from workbench.recipes.callables import Preprocess


def stream(  # noqa: PLR0913 - the three things a run is made of, and options by name
    origin: Any,
    recipe: Preprocess | None = None,
    model: Model | Any = None,
    *,
    policy: Policy | str = "latest",
    decode: str | None = None,
    exif: str | None = None,
    speed: float | None = None,
    loop: bool = False,
    boxes: Boxes = "auto",
    engine: Literal["original", "fast"] = "fast",
    workers: int | None = None,
    retry_s: float = 60.0,
    limit: int | None = None,
) -> Stream:
    """Run a model over a live source.

    Frames come in in one thread and go through recipe and model in others, which are at work outside Python's lock
    nearly all of the time; no frame is copied between processes but those of a camera or network source, which come
    through shared memory. A source that waits for its reader (a file under "block") is read by whichever worker is
    free.

    Args:
        origin: what `open_capture` takes: a camera (`0`, `"camera:0"`), an address (`rtsp://...`, `http://...`), a
            video file or opened frames, `watch:FOLDER`, an iterator of pictures, or a Capture.
        recipe: a Recipe, or a function image -> tensor; needed with a model.
        model: a Model, or anything `load_model` takes; None: pictures only.
        policy: "latest": show the newest; "block": lose nothing; "drop_oldest(n)": at most n wait; "sample(every=k)",
            "sample(fps=x)": take some, and show the newest of them. Text, or a Policy.
        decode: `cv2` or `pyav`; by default as the recipe says.
        exif: `apply` or `ignore` a rotation tag; by default as the recipe says.
        speed: of a file, a factor of real time. By default 1.0; under "block" as fast as it goes.
        loop: play a file again and again.
        boxes: how to read the outputs as boxes, as of `predict`; "auto" looks for the format in the first frames.
        engine: of a model that is loaded here, as of `load_model`.
        workers: threads that answer. By default one where only the newest counts, which gives the lowest age, else one
            a core. A FastModel is opened again for each; other models are asked by one thread at a time.
        retry_s: how long a lost source is looked for, in seconds.
        limit: results to show; None: until the source ends.

    Returns:
        The Stream, which runs already.

    Raises:
        UnreadableSource: the source is not there, or cannot be read.
        InputMismatch: the recipe's tensors do not fit the model's input.
        InvalidValue: a model without a recipe, no such policy; workers or limit below 1.
        UnknownName: no policy, engine, decoder or box format has this name.
        ModelLoadError: the model cannot be loaded.
    """
    policy = parse_policy(policy)
    check_limit(limit)
    if workers is not None and workers < 1:
        raise InvalidValue(f"workers is a whole number of threads from 1, or None; got {workers}")
    if model is not None and recipe is None:
        raise InvalidValue("a model needs a recipe, or a function image -> tensor, that makes its input")
    how = {
        "decode": decode or (recipe.decode if isinstance(recipe, Recipe) else "cv2"),
        "exif": exif or (recipe.exif if isinstance(recipe, Recipe) else "apply"),
        "speed": 1.0 if speed is None and policy.loses else speed,
        "loop": loop,
        "retry_s": retry_s,
    }
    loaded = None if model is None else model if isinstance(model, Model) else load_model(model, engine=engine)
    if loaded is not None:
        assert recipe is not None
        serving(recipe, loaded, "rgb", boxes)  # refuses what does not fit before the source is opened
        warn_of_contradictions(loaded, recipe)
    count = workers or (1 if policy.newest_only or loaded is None else cores())
    models = opened(loaded, count, owned=loaded is not model)
    capture: Capture | None = None
    try:
        answerers = [Answerer(each) for each in models.asked]
        in_thread(lambda: warm_up(answerers, recipe, boxes))
        capture, told = open_source(origin, how, answerers[0], recipe, boxes=boxes)
        for each in answerers:
            each.origin = capture.origin
        serves = None if loaded is None or recipe is None else serving(recipe, loaded, capture.order, boxes)
        ledger = Ledger(policy, limit=limit, holds_up=capture.waits)
        plan = planned(
            workers=count,
            models=sum(each is not None for each in models.asked),
            rows=1 if ledger.newest_only else answerers[0].rows,
            shares_reading=capture.waits and ledger.backs_up and (count > 1 or loaded is None),
            told=told,
        )
        ledger.allow(depth=plan.depth, out=plan.most_out)
        desk = Desk(ledger, Meter(time.monotonic()), answerers, serves, capture)
        crew = Crew(desk, capture, plan, release=models.close)
    except BaseException:
        if capture is not None:
            capture.close()
        models.close()
        raise
    return Stream(crew, model=loaded, boxes=boxes)
