"""The search for a model's preprocessing, as a viewer shows it: a value and its transitions.

Like `state`, nothing here runs, draws or waits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from workbench.errors import InvalidValue
from workbench.frames.frame import FrameSequence
from workbench.recipes import Recipe
from workbench.recipes.callables import Preprocess

if TYPE_CHECKING:
    from workbench.diagnose.search import Candidate, SearchResult

Phase = Literal["idle", "running", "stopping", "found", "stopped", "failed"]
NO_MODEL = "needs a model: FrameViewer(frames, recipes, model)"
FRAMES = 16  # searched at first: the cost grows with them, and the statistics are steady from about so many on


@dataclass(frozen=True, slots=True)
class Finding:
    """How far a search is, and what the last one that came to its end has found."""

    phase: Phase = "idle"
    frames: int = FRAMES  # searched over, at most
    done: int = 0
    total: int = 0  # 0 until the search has said
    doing: str = ""  # what the search is at
    result: SearchResult | None = None

    @property
    def busy(self) -> bool:
        """Whether a search runs, be it to its end or until it notices that it shall stop."""
        return self.phase in ("running", "stopping")


def begin(finding: Finding, frames: int) -> Finding:
    """Start a search over at most so many frames; one that runs goes on instead.

    Raises:
        InvalidValue: `frames` is below 1.
    """
    if frames < 1:
        raise InvalidValue(f"a search needs at least 1 frame; got {frames}")
    if finding.busy:
        return finding
    return Finding("running", frames, result=finding.result)


def progressed(finding: Finding, done: int, total: int, doing: str) -> Finding:
    """Note how far the search is; one that is to stop says no more."""
    return replace(finding, done=done, total=total, doing=doing) if finding.phase == "running" else finding


def stop(finding: Finding) -> Finding:
    """Ask the search to stop; nothing if none runs."""
    return replace(finding, phase="stopping") if finding.phase == "running" else finding


def ended(finding: Finding, result: SearchResult | None) -> Finding:
    """Take the result of the search that ran, if it came to its end and was not asked to stop."""
    if finding.phase == "stopping" or result is None:
        return replace(finding, phase="stopped")
    return replace(finding, phase="found", result=result)


def failed(finding: Finding) -> Finding:
    """Note that the search broke; one that was asked to stop has stopped."""
    return replace(finding, phase="stopped" if finding.phase == "stopping" else "failed")


def chosen(finding: Finding, place: int, near: Preprocess) -> Recipe:
    """Return the recipe at a place of the ranking, 0 for the best; see `nearest`.

    Raises:
        InvalidValue: nothing was found, or the ranking is shorter.
    """
    ranking = finding.result.ranking if finding.result else ()
    if not 0 <= place < len(ranking):
        raise InvalidValue(f"the search has ranked {len(ranking)} recipes; there is none at place {place}")
    return nearest(ranking[place], near)


def nearest(candidate: Candidate, near: Preprocess) -> Recipe:
    """Return, of the recipes that a candidate stands for and that cannot be told apart, the one closest to `near`."""
    if not isinstance(near, Recipe):
        return candidate.recipe
    return min((candidate.recipe, *candidate.also), key=lambda recipe: len(near - recipe))


def spread(frames: FrameSequence, count: int) -> slice:
    """Return which frames to search over: at most `count`, evenly apart from the first on."""
    step = max(1, len(frames) // count)
    return slice(0, step * count, step)
