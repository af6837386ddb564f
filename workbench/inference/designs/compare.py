"""`compare_designs`: the same clip as a camera, the same recipe, model and seconds, through every design."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from workbench.errors import InvalidValue, unknown
from workbench.inference.designs.as_written import ENGINE, as_written
from workbench.inference.designs.asyncio_queue import asyncio_queue
from workbench.inference.designs.comparison import OURS, DesignComparison
from workbench.inference.designs.ours import workbench_async, workbench_stream
from workbench.inference.designs.process_queue import process_queue
from workbench.inference.designs.run import DesignRun
from workbench.inference.designs.sequential import sequential_loop
from workbench.inference.designs.setting import Played, Setting
from workbench.models import Model, load_model
from workbench.recipes.callables import Preprocess

DESIGNS: dict[str, Callable[[str, Setting], DesignRun]] = {
    "sequential loop": sequential_loop,
    "process queue": process_queue,
    "asyncio queue": asyncio_queue,
    OURS: workbench_stream,
    "workbench async": workbench_async,
}


def compare_designs(  # noqa: PLR0913 - the three things a stream is made of, and how they are compared
    origin: str | Path,
    recipe: Preprocess,
    model: Model | Any,
    *,
    seconds: float = 10.0,
    speed: float = 1.0,
    designs: Sequence[str] | None = None,
    predict: bool = True,
    quickest: Sequence[str] | None = None,
) -> DesignComparison:
    """Run live designs one after the other on a clip that plays as a camera.

    The first three are what a tutorial on streaming proposes: one loop; a process that captures, with a queue of ten
    pickled frames; capture and inference in one event loop. The others are `stream(..., policy="latest")`, read by a
    loop and by `async for`. The clock of each starts with its first frame, once its model is warm. A frame's age counts
    from the moment it was due, whatever the design did with it.

    Args:
        origin: a video file, folder, glob or `sample:NAME`; it is played again and again.
        recipe: a Recipe, or a function image -> tensor.
        model: a Model, which is used as it is; or anything `load_model` takes, which is run by its quickest engine.
        seconds: for each.
        speed: of the clip, a factor of real time.
        designs: names of `DESIGNS`; None: all of them.
        predict: of a Keras model, run all of them also as the tutorials call it, by `model.predict` for every frame.
        quickest: where they are run so, those of them to run in the quickest engine as well; None: all.

    Raises:
        UnknownName: there is no design of that name.
        InvalidValue: seconds or speed is not above 0, or the origin is no clip with a name.
        UnreadableSource: the clip cannot be played.
    """
    chosen = list(DESIGNS if designs is None else designs)
    for name in [*chosen, *(quickest or ())]:
        if name not in DESIGNS:
            raise unknown("design", name, DESIGNS)
    if not 0 < seconds < float("inf") or not isinstance(origin, str | Path):
        raise InvalidValue(f"compare_designs plays a clip by its name for seconds above 0; got {origin!r}, {seconds}")
    loaded = load_model(model, engine="fast") if isinstance(model, str | Path) else load_model(model)
    called = as_written(loaded) if predict else None
    engines: dict[str, Model] = {ENGINE: called} if called else {}
    engines[getattr(loaded, "runtime", loaded.name)] = loaded
    source = Played(origin, speed)
    again = chosen if quickest is None or not called else [name for name in chosen if name in quickest]
    runs = tuple(
        DESIGNS[name](name, Setting(source, recipe, each, engine, seconds))
        for engine, each in engines.items()
        for name in (chosen if each is called else again)
    )
    return DesignComparison(runs, str(origin), loaded.name)
