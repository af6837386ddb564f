"""A diagnosis in one to three sentences: what is wrong, what it costs, and what to do; or what cannot be said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from workbench.diagnose.box_comparison import BoxComparison
from workbench.diagnose.comparison import Comparison
from workbench.diagnose.diagnosis.found import Found
from workbench.diagnose.diagnosis.words import COLORS, RANGES, clause, listed, noun
from workbench.recipes import SLOTS

if TYPE_CHECKING:
    from workbench.diagnose.search import Candidate, SearchResult

FIRST = ("color", "range", "size", "fit", "resize")  # what a person should read first
SIGNS = {
    "contract": "what it says of itself",
    "statistics": "the statistics its BatchNormalization layers keep",
    "reference": "the reference outputs",
    "labels": "the labels",
    "confidence": "how sure its answers are",
}
MOST = 5  # clauses in a sentence
TELLING = 0.995  # a share above which one slot is the whole loss


def spoken(found: Found) -> str:
    """Return the verdict of a diagnosis."""
    sentences = [named(found)] if named(found) else []
    if found.wrong and found.serving:
        sentences += _cost(found)
    sentences += ["The fixed function is below."] if found.wrong and found.code and _feeds_wrong(found) else []
    return (
        " ".join(sentences) or f"Nothing was asked of {found.model}: give a serving function, or frames to search on."
    )


def _training(found: Found) -> list[str]:
    """Say what the model was trained with, where that had to be found."""
    search = found.search
    if search is None or found.training is None:
        return []
    if not search.decided:
        return [f"{found.model}: {_unnamed(search.verdict, found.model)}.", *_doubts(found)]
    best = search.ranking[0]
    by = listed([SIGNS[sign] for sign in _deciding(search)]) or "what is usual"
    sure = "over 99%" if best.probability > 0.99 else f"{best.probability:.0%}"
    left = [noun(slot) for slot in search.searched if slot in search.undecided and slot not in ("color", "range")]
    open_ = [f"These frames cannot tell {listed(left)}."] if left and found.serving is None else []
    return [f"{found.model} was trained with {short_of(best)} ({sure} sure, by {by}).", *open_]


def _doubts(found: Found) -> list[str]:
    """Name what is served and may be wrong: credible, but the most probable recipes have it otherwise."""
    if found.search is None or found.serving is None or found.training is None:
        return []
    best = found.search.ranking[0]
    usual = [each for each in (best.recipe, *best.also)]
    doubted = [
        slot for slot in ("color", "range") if all(getattr(r, slot) != getattr(found.training, slot) for r in usual)
    ]
    names = {"color": COLORS, "range": RANGES}
    return [
        f"Whether {names[slot].get(getattr(found.training, slot), getattr(found.training, slot))} is right stays open."
        for slot in doubted
    ]


def short_of(candidate: Candidate) -> str:
    """Return what the recipes a candidate stands for have in common, in a few words."""
    recipes = (candidate.recipe, *candidate.also)
    colors = " or ".join(dict.fromkeys(COLORS[each.color] for each in recipes))
    ranges = " or ".join(dict.fromkeys(RANGES.get(each.range, each.range) for each in recipes))
    size = candidate.recipe.size
    return f"{colors}, {ranges}{f', {size[0]} x {size[1]}' if size else ''}"


def _deciding(search: SearchResult) -> list[str]:
    """Return the signs that put the best a nat or more before the next, the strongest first."""
    best, second = (each.evidence for each in (search.ranking * 2)[:2])
    gain = {sign: value - second.get(sign, 0.0) for sign, value in best.items()}
    return [sign for sign in sorted(gain, key=lambda sign: -gain[sign]) if gain[sign] >= 1]


def _unnamed(verdict: str, model: str) -> str:
    return verdict.removeprefix(f"{model}: ").rstrip(".")


def _serving(found: Found) -> list[str]:
    serving = found.serving
    if serving is None:
        return []
    clauses = [clause(slot, a, b) for slot, (a, b) in _ordered(found.differs)]
    slips = [f"{each.sentence[:1].upper()}{each.sentence[1:].rstrip('.')}." for each in serving.slips]
    if found.unexplained:
        return [_unexplained(found, serving)]
    if not clauses and not slips:
        same = "gives the tensors the model was trained with" if found.search is None else (
            "does nothing that these frames show to be wrong")  # fmt: skip
        return [f"The serving function {same} on these {found.frames} frames{_open(serving)}."]
    if not clauses:
        return slips
    more = len(clauses) - MOST
    told = clauses[:MOST] + ([f"{more} more slots differ"] if more > 0 else [])
    return [f"The serving function {_joined(told)}{_nearest(serving)}.", *slips]


def _unexplained(found: Found, serving: Any) -> str:
    others = "other tensors than the model was trained with" if found.search is None else "tensors of no known recipe"
    near = f"PSNR {serving.psnr_db:.0f} dB" if math.isfinite(serving.psnr_db) else "of other sizes"
    return f"The serving function gives {others} ({near} to the nearest recipe), and nothing known says why."


def _nearest(serving: Any) -> str:
    return "" if serving.exact else f" (nearly: no recipe gives these numbers, PSNR {serving.psnr_db:.0f} dB)"


def _open(serving: Any) -> str:
    return f"; they cannot tell {listed([noun(slot) for slot in serving.undecided])}" if serving.undecided else ""


def _around(found: Found) -> list[str]:
    return [f"{part.capitalize()}: {each.sentence}." for each in found.findings for part in [PARTS[each.where]]]


PARTS = {
    "serving": "serving",
    "model": "the model",
    "display": "the display",
    "regions": "the regions",
    "boxes": "the boxes",
    "drawing": "the drawing",
}


def _cost(found: Found) -> list[str]:
    if found.cost is None:
        return []
    text = told_cost(found.cost)
    shares = found.attribution.shares if found.attribution else {}
    if shares and len(shares) > 1:
        first = max(shares, key=lambda name: shares[name])
        share = "nearly all" if shares[first] > TELLING else f"{shares[first]:.0%}"
        text += f"; {share} of the loss is {noun(first)}"
    return [f"On these {found.frames} frames that {text}."]


def named(found: Found) -> str:
    """Return what is wrong, in sentences."""
    return " ".join([*_training(found), *_serving(found), *_around(found)])


def priced(found: Found) -> str:
    """Return what a diagnosis costs in a few words."""
    if not found.wrong:
        return ""
    if found.cost is not None:
        return told_cost(found.cost)
    if any(each.fault == "refused" for each in found.findings):
        return "no answer: the model refuses every frame"
    counted = [each for each in found.findings if each.kept is not None]
    if counted:
        worst = min(counted, key=lambda each: each.kept or 0.0)
        return f"loses {1 - (worst.kept or 0.0):.0%} of the {worst.where}"
    return "no answer; what a person is shown" if found.findings else ""


def told_cost(cost: Comparison | BoxComparison) -> str:
    """Say what serving costs against training."""
    if isinstance(cost, BoxComparison):
        boxes, lost, new = cost.counts[0], int(cost.lost.sum()), int(cost.new.sum())
        moved = "" if math.isnan(cost.mean_overlap) else f" and moves the others by {1 - cost.mean_overlap:.2f} IoU"
        return f"loses {lost} of {boxes} boxes{f' and adds {new}' if new else ''}{moved}"
    flips = int(cost.flips.sum())
    text = f"flips {flips} of {len(cost)} answers" if flips else "flips no answer"
    if cost.accuracy:
        text += f" (right: {cost.accuracy[0]:.0%}, now {cost.accuracy[1]:.0%})"
    return text if flips else f"{text}, and moves probabilities by {cost.mean_change:.2f} on average"


def _ordered(differs: dict[str, tuple[Any, Any]]) -> list[tuple[str, tuple[Any, Any]]]:
    rank = {slot: place for place, slot in enumerate((*FIRST, *SLOTS))}
    return sorted(differs.items(), key=lambda item: rank.get(item[0], len(rank)))


def _joined(clauses: list[str]) -> str:
    return clauses[0] if len(clauses) == 1 else f"{', '.join(clauses[:-1])}, and {clauses[-1]}"


def _feeds_wrong(found: Found) -> bool:
    return bool(found.serving and (found.serving.faults or found.unexplained))
