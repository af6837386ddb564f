"""Hypothesis: one full account of how a picture became a tensor - a recipe and the slips beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Self

from workbench.recipes import Recipe

NO_SLIPS: Mapping[str, Any] = MappingProxyType({})
# Of two accounts that differ as much from the reference, the one with the more plausible mistakes is named; 1 is the
# usual weight, so that one odd mistake still goes before two plausible ones.
ODD = {
    "roi": 0.1, "rotate": 0.02, "flip": 0.01, "gamma": 0.03, "matrix": 0.02, "video_range": 0.02, "order": 0.01,
    "truncate": 0.02, "wrap": 0.02,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A recipe and the slips that happened beside it, by name."""

    recipe: Recipe
    slips: Mapping[str, Any] = field(default_factory=lambda: NO_SLIPS)

    def slots(self, **slots: Any) -> Self:
        """Return the same with some slots changed."""
        return replace(self, recipe=self.recipe.replace(**slots))

    def slip(self, name: str, value: Any) -> Self:
        """Return the same with one slip of another value; None takes it away."""
        slips = {key: kept for key, kept in self.slips.items() if key != name}
        return replace(self, slips=slips if value is None else {**slips, name: value})

    def changes(self, reference: Recipe) -> dict[str, Any]:
        """Return what differs from the reference: slots with their value here, and slips."""
        return {slot: mine for slot, (_, mine) in (reference - self.recipe).items()} | dict(self.slips)

    def cost(self, reference: Recipe) -> float:
        """Return how much is to be explained: one for each difference from the reference, a little more if odd."""
        return sum(1 + ODD.get(name, 0.0) for name in self.changes(reference))
