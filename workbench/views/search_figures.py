"""Figures of a search: the ranking of recipes with the evidence for and against each, and what a model sees by them.

Each figure is a `matplotlib.figure.Figure` of its own; pyplot's global state is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workbench.errors import InvalidValue
from workbench.recipes import Recipe
from workbench.recipes.slots import SLOTS
from workbench.views.figures import Picture, figure_seen
from workbench.views.paper import INK, SERIES, SMALL, WIDTH, Paper, shorten
from workbench.views.presentation import in_words

if TYPE_CHECKING:
    from workbench.diagnose.diagnosis import Diagnosis
    from workbench.diagnose.search import Candidate, SearchResult

LINE, ROW = 0.2, 0.42  # inches: a line of text, a row of the ranking
NAMES, SHARES, GAP = 4.5, 1.6, 1.15  # inches: columns of the ranking, and what is between them
FAR = 12.0  # nats behind at which a bar ends: e^12, 160,000 to 1
SIGNS = ("contract", "statistics", "reference", "labels", "confidence")  # in the order of their weight in words


def figure_ranking(found: SearchResult, *, top: int = 8) -> Figure:
    """Show the most probable recipes: how probable each is, and how far each sign puts it behind the best.

    Raises:
        InvalidValue: there is no candidate.
    """
    shown = found.ranking[:top]
    if not shown:
        raise InvalidValue("there is no candidate to draw; the search tried no recipe")
    head, foot = 3.4 * LINE, 1.4 * LINE
    page = Paper(head + ROW * len(shown) + foot, spoken=found.verdict)
    page.words(0, 0, "Which preprocessing was it trained with?", weight="bold", size=11)
    left = NAMES + SHARES + GAP
    page.words(NAMES, 1.9 * LINE, "probability", size=SMALL)
    _legend(page, left, [sign for sign in SIGNS if any(each.evidence.get(sign) for each in shown)])
    shares = page.place(NAMES, head, SHARES, ROW * len(shown))
    shares.set(xlim=(0, 1), ylim=(len(shown) - 0.5, -0.5), xticks=[], yticks=[])
    signs = page.place(left, head, WIDTH - left, ROW * len(shown))
    signs.set(xlim=(0, FAR), ylim=(len(shown) - 0.5, -0.5), xticks=[], yticks=[])
    for place, (each, name) in enumerate(zip(shown, candidate_names(shown), strict=True)):
        middle = head + ROW * (place + 0.5)
        credible = each in found.ties
        _row(page, each, name, middle=middle, weight="bold" if credible else "normal")
        shares.barh(place, 1, height=0.5, color=INK, alpha=0.16)
        shares.barh(place, each.probability, height=0.5, color=SERIES[0] if credible else INK)
        _evidence(signs, place, each)
    told = "bold: together 95% of the probability · ×n: n recipes that cannot be told apart · bars end at"
    told += f" {FAR:.0f} nats"
    page.words(0, head + ROW * len(shown) + 0.3 * LINE, told, size=SMALL)
    return page


def figure_candidates(frame: Picture, found: Diagnosis, *, top: int = 4) -> Figure:
    """Show what the model sees of a frame under each of the most probable recipes, and under what it is served.

    Every tensor is read as the model takes it if it was trained with the recipe of the diagnosis: BGR looks blue,
    another range too dark or too bright.

    Args:
        frame: a Frame, a picture or a path.
        found: the diagnosis.
        top: candidates of a search at most.

    Raises:
        InvalidValue: the diagnosis has no recipe to read tensors by.
    """
    if found.training is None:
        raise InvalidValue("nothing is known of the training, so nothing says what the model sees; give training")
    candidates = found.search.ranking[:top] if found.search else ()
    recipes = {f"{place}. {_percent(each.probability)}": each.recipe for place, each in enumerate(candidates, start=1)}
    recipes |= {} if candidates else {"training": found.training}
    recipes |= {"served": found.serving.recipe} if found.serving else {}
    return figure_seen(frame, recipes, expected=found.training)


def candidate_names(ranking: Sequence[Candidate]) -> list[str]:
    """Return the slots in which these candidates differ, as each has them."""
    first: Recipe = ranking[0].recipe
    varied = {slot for each in ranking for slot in first - each.recipe}
    ordered = [slot for slot in SLOTS if slot in varied] or ["color", "range"]
    return [" · ".join(in_words(getattr(each.recipe, slot)) for slot in ordered) for each in ranking]


def _row(page: Paper, each: Candidate, name: str, *, middle: float, weight: str) -> None:
    page.words(0, middle, shorten(name, int(NAMES * 11.5)), va="center", size=SMALL, weight=weight)
    alike = f" ×{1 + len(each.also)}" if each.also else ""
    page.words(
        NAMES + SHARES + 0.06, middle, _percent(each.probability) + alike, va="center", size=SMALL, weight=weight
    )


def _legend(page: Paper, left: float, signs: Sequence[str]) -> None:
    page.words(left, 0.75 * LINE, "how far behind the best, by sign", size=SMALL)
    for sign in signs:
        page.words(left, 1.9 * LINE, f"■ {sign}", size=SMALL, color=_color(sign), weight="bold")
        left += 0.085 * len(sign) + 0.35


def _evidence(axes: Axes, place: int, each: Candidate) -> None:
    """Draw the nats that each sign takes from a candidate, one after the other; what speaks for it takes nothing."""
    behind = 0.0
    for sign in SIGNS:
        taken = max(-each.evidence.get(sign, 0.0), 0.0)
        drawn = min(taken, FAR - behind)
        if drawn > 0:
            axes.barh(place, drawn, left=behind, height=0.5, color=_color(sign))
        behind += drawn
    if not behind:
        axes.plot([0.02], [place], "|", color=INK, markersize=9)


def _percent(probability: float) -> str:
    return "<1%" if probability < 0.01 else ">99%" if probability > 0.99 else f"{probability:.0%}"


def _color(sign: str) -> str:
    return SERIES[SIGNS.index(sign) % len(SERIES)]
