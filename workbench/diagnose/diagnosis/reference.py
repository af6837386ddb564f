"""Which of several credible recipes serving is held against: the one that accuses it least."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.recipes import Recipe

if TYPE_CHECKING:
    from workbench.diagnose.search import SearchResult


def nearest_credible(found: SearchResult, serving: Recipe | None) -> Recipe:
    """Return the recipe to take for training's: the best, or among those nearly as good the nearest to serving's.

    A slot is called wrong only if every recipe of the 95% credible set has it otherwise. Of what these frames leave
    open in all of them, serving's own choice stands.
    """
    if serving is None:
        return found.recipe
    credible = [each for candidate in found.ties for each in (candidate.recipe, *candidate.also)] or [found.recipe]
    nearest = min(credible, key=lambda each: len(each - serving))
    varied = {slot for each in credible for slot in credible[0] - each}
    same: dict[str, Any] = {
        slot: getattr(serving, slot)
        for slot, choices in found.undecided.items()
        if slot not in varied and getattr(serving, slot) in choices
    }
    return nearest.replace(**same)
