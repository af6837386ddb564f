"""Explanations, findings and what can be asked for, as plain JSON values for the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.diagnose.search.space import varied
from workbench.models import Model
from workbench.recipes import Recipe
from workbench.recipes.callables import Preprocess
from workbench.views.finding import NO_MODEL, Finding, nearest
from workbench.views.presentation import in_words
from workbench.views.state import SIDES, ViewerState, function_name

if TYPE_CHECKING:
    from workbench.diagnose.attribute import Attribution
    from workbench.diagnose.search import Candidate, SearchResult

SHOWN = 5  # recipes of the ranking


def refusals(state: ViewerState, model: Model | None) -> dict[str, str]:
    """Return why each question cannot be asked here; empty where it can."""
    named = [f"{side} is the function {function_name(each)}" for side, each in _functions(state).items()]
    slots = f"{' and '.join(named)}, which has no slots to split a loss over" if named else ""
    code = f"{named[0]}, whose code is its own; put a Recipe in its place" if "A" in _functions(state) else ""
    without = NO_MODEL if model is None else ""
    return {"explain": without or slots, "find": without, "code": code}


def explained(state: ViewerState, attribution: Attribution | None) -> dict[str, Any]:
    """Return what an explanation of `state` shows: a bar a slot, the largest first; None is of A and B the same."""
    if attribution is None:
        return {"rows": [], "verdict": "A and B are the same: change a slot of B to see what it costs."}
    values, shares = attribution.values, attribution.shares
    low, high = min(0.0, *values.values()), max(0.0, *values.values())
    span = (high - low) or 1.0
    rows = [
        {
            "slot": player.name,
            "slots": list(player.slots),
            "change": " → ".join(player.told),
            "left": (min(values[player.name], 0.0) - low) / span,
            "width": abs(values[player.name]) / span,
            "helps": values[player.name] < 0,
            "share": _signed(f"{shares[player.name]:.0%}") if shares else "",
            "value": _signed(f"{values[player.name]:+.3g}"),
        }
        for player in sorted(attribution.players, key=lambda player: -values[player.name])
    ]
    return {"rows": rows, "verdict": attribution.verdict}


def found(finding: Finding, state: ViewerState, *, length: int) -> dict[str, Any]:
    """Return what a search shows: how far it is, and its ranking as differences from A."""
    told: dict[str, Any] = {
        "phase": finding.phase,
        "frames": finding.frames,
        "length": length,
        "done": finding.done,
        "total": finding.total,
        "doing": finding.doing,
        "rows": [],
    }
    if finding.result is None:
        return told
    result = finding.result
    rows = [_row(place, each, result, state) for place, each in enumerate(result.ranking[:SHOWN])]
    return told | {"verdict": result.verdict, "rows": rows}


def changes(recipe: Recipe, a: Preprocess) -> str:
    """Say in which slots a recipe differs from A; the whole recipe where A is a function."""
    if not isinstance(a, Recipe):
        return ", ".join(f"{slot} {in_words(value)}" for slot, value in recipe.settings().items())
    differ = a - recipe
    return ", ".join(f"{slot} {in_words(mine)} → {in_words(its)}" for slot, (mine, its) in differ.items()) or "as A"


def _row(place: int, each: Candidate, result: SearchResult, state: ViewerState) -> dict[str, Any]:
    recipe = nearest(each, state.a)
    others = [other for other in (each.recipe, *each.also) if other is not recipe]
    return {
        "place": place,
        "change": changes(recipe, state.a),
        "also": [changes(other, state.a) for other in others],
        "alike": _alike((recipe, *others)),
        "share": each.probability,
        "text": _percent(each.probability),
        "tied": not result.decided and any(each is tie for tie in result.ties),
        "evidence": ", ".join(f"{sign} {_signed(f'{nats:+.2f}')}" for sign, nats in each.evidence.items()),
        "used": {side: getattr(state, side) == recipe for side in SIDES},
    }


def _alike(recipes: Sequence[Recipe]) -> str:
    """Say in which slots recipes differ that these frames cannot tell apart."""
    named = ", ".join(varied(recipes))
    return f"{named} not told apart ({len(recipes)} recipes)" if named else ""


def _signed(number: str) -> str:
    return number.replace("-", "−")  # as wide as a plus


def _percent(share: float) -> str:
    return "< 0.1%" if 0 < share < 0.001 else f"{share:.1%}"


def _functions(state: ViewerState) -> Mapping[str, Any]:
    return {name: each for name, each in (("A", state.a), ("B", state.b)) if not isinstance(each, Recipe)}
