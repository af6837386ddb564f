"""DesignComparison: live designs side by side, in one sentence and in a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.inference.designs.run import DesignRun

if TYPE_CHECKING:
    import pandas as pd

OURS = "workbench stream"
ALIKE = 2.0  # times: median ages closer than this are not told apart after a few seconds


@dataclass(frozen=True, slots=True, eq=False)
class DesignComparison:
    """Live designs that played the same clip as a camera, with the same recipe and model."""

    runs: tuple[DesignRun, ...]
    origin: str  # the clip
    model: str

    @property
    def frame_s(self) -> float:
        """Seconds from one frame of the camera to the next, as the design that took most of them saw it."""
        return min(run.stats.elapsed_s / max(run.stats.captured - 1, 1) for run in self.runs)

    @property
    def engines(self) -> tuple[str, ...]:
        """What ran the model, in the order of the runs."""
        return tuple(dict.fromkeys(run.engine for run in self.runs))

    def of(self, engine: str) -> tuple[DesignRun, ...]:
        """Return the runs on one engine."""
        return tuple(run for run in self.runs if run.engine == engine)

    @property
    def verdict(self) -> str:
        """Return what came out, one sentence an engine."""
        return " ".join(_told(engine, self.of(engine)) for engine in self.engines)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a run; ages in milliseconds, shares from 0 to 1."""
        import pandas as pd

        return pd.DataFrame([run.to_dict() for run in self.runs])

    def to_dict(self) -> dict[str, object]:
        """Return the verdict and every run's figures as plain values."""
        return {"verdict": self.verdict, "runs": {f"{run.name}, {run.engine}": run.to_dict() for run in self.runs}}


def _told(engine: str, runs: tuple[DesignRun, ...]) -> str:
    """Say of the runs on one engine how fresh and how complete each was, and how far they are apart."""
    told = ", ".join(f"{run.name} {_figures(run)}" for run in runs)
    shown = sorted((run for run in runs if run.stats.shown), key=lambda run: run.stats.age.p50)
    if len(shown) < 2:
        return f"{engine}: {told}."
    times = shown[-1].stats.age.p50 / shown[0].stats.age.p50
    if times < ALIKE:
        return f"{engine}: {told}; their ages are alike."
    return f"{engine}: {told}; what {shown[-1].name} shows is {times:.2g} times as old as what {shown[0].name} shows."


def _figures(run: DesignRun) -> str:
    if not run.stats.shown:
        return "shows nothing"
    return f"shows {run.stats.fps_out:.1f} fps at {1000 * run.stats.age.p50:.0f} ms"
