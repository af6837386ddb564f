"""`stream`: from a source, a recipe and a model to a running Stream."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from workbench.errors import InvalidValue
from workbench.frames.capture.open import with_frames_opened
from workbench.inference.live.launch import Wanted, launched
from workbench.inference.live.policy import Policy, parse_policy
from workbench.inference.live.serving import Boxes
from workbench.inference.live.stream import Stream
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
            video file or opened frames, `watch:FOLDER`, an iterator of pictures, or a Capture. Of an iterator that has
            the next picture at once, or a folder that is full already, "latest" shows few; "block" shows all.
        recipe: a Recipe, or a function image -> tensor; needed with a model.
        model: a Model, or anything `load_model` takes; None: pictures only.
        policy: "latest": show the newest; "block": lose nothing; "drop_oldest(n)": at most n wait; "sample(every=k)",
            "sample(fps=x)": take some, and show the newest of them. Text, or a Policy.
        decode: `cv2` or `pyav`; by default as the recipe says.
        exif: `apply` or `ignore` a rotation tag; by default as the recipe says.
        speed: of a file, also on a server, a factor of real time. By default 1.0; under "block" as fast as it goes.
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
    wanted = Wanted(origin, recipe, parse_policy(policy), boxes=boxes, workers=workers, limit=limit)
    how = _reading({"decode": decode, "exif": exif, "speed": speed, "loop": loop, "retry_s": retry_s}, wanted)
    wanted = replace(wanted, origin=with_frames_opened(origin, decode=how["decode"], exif=how["exif"]))
    loaded = _loaded(model, recipe, engine)
    if loaded is not None:
        wanted.expect_fit(loaded)  # before the source is opened
        warn_of_contradictions(loaded, recipe)
    return launched(wanted, loaded, how, owned=loaded is not model)


def _loaded(model: Any, recipe: Preprocess | None, engine: Literal["original", "fast"]) -> Model | None:
    if model is None:
        return None
    if recipe is None:
        raise InvalidValue("a model needs a recipe, or a function image -> tensor, that makes its input")
    return model if isinstance(model, Model) else load_model(model, engine=engine)


def _reading(how: dict[str, Any], wanted: Wanted) -> dict[str, Any]:
    """Return how the source is read: what was not said is the recipe's to say, and the policy's."""
    slots = wanted.recipe if isinstance(wanted.recipe, Recipe) else Recipe()
    told = {"decode": slots.decode, "exif": slots.exif, "speed": 1.0 if wanted.policy.loses else None}
    return {name: told.get(name) if value is None else value for name, value in how.items()}
