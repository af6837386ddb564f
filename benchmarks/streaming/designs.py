"""The tutorial's designs before a camera: those of `workbench.inference.designs`, as their notebook runs them."""

from __future__ import annotations

from workbench import load_model
from workbench.inference.designs.as_written import as_written
from workbench.inference.designs.compare import DESIGNS
from workbench.inference.designs.setting import Played, Setting

from .answering import MODEL, RECIPE
from .clips import RATE
from .outcome import Outcome


def design(*, path: str, fps: float, seconds: float, name: str, engine: str) -> Outcome:
    """Run one, with `model.predict` or the quickest engine."""
    model = as_written(load_model(MODEL)) if engine == "keras" else load_model(MODEL, engine="fast")
    run = DESIGNS[name](name, Setting(Played(path, fps / RATE), RECIPE, model, engine, seconds))
    stats = run.stats
    return Outcome(
        stats.elapsed_s,
        stats.cpu * stats.elapsed_s,
        frames=list(range(stats.shown)),
        times=run.times_s.tolist(),
        ages=run.ages_s.tolist(),
        captured=stats.captured,
        dropped=dict(stats.dropped),
    )
