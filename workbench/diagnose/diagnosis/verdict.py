"""A diagnosis in one to three sentences: what is wrong, what it costs, and what to do; or what cannot be said."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from workbench.diagnose.box_comparison import BoxComparison
from workbench.diagnose.comparison import Comparison
from workbench.diagnose.diagnosis.words import clause, listed, noun, short
from workbench.recipes import SLOTS

if TYPE_CHECKING:
    from workbench.diagnose.diagnosis.diagnosis import Diagnosis

FIRST = ("color", "range", "size", "fit", "resize")  # what a person should read first
MOST = 5  # clauses in a sentence
TELLING = 0.995  # a share above which one slot is the whole loss


def spoken(found: Diagnosis) -> str:
    """Return the verdict of a diagnosis."""
    sentences = [*_training(found), *_serving(found), *_around(found)]
    if found.wrong and found.serving and found.serving.faults:
        sentences += _cost(found)
    sentences += ["The fixed function is below."] if found.wrong and found.code and _feeds_wrong(found) else []
    return (
        " ".join(sentences) or f"Nothing was asked of {found.model}: give a serving function, or frames to search on."
    )


def _training(found: Diagnosis) -> list[str]:
    """Say what the model was trained with, where that had to be found."""
    search = found.search
    if search is None:
        return []
    if found.training is None or not (search.decided or found.serving):
        return [search.verdict, *_needs(search)]
    best = search.ranking[0]
    if search.decided:
        return [f"{found.model} was trained with {short(found.training)} ({best.probability:.0%} sure)."]
    return [f"{found.model} was most probably trained with {short(found.training)}, but {_first_low(search.verdict)}",
            *_needs(search)]  # fmt: skip


def _needs(search: Any) -> list[str]:
    needs = str(search.needs or "").strip()
    if not needs or needs in search.verdict:
        return []
    return [needs if needs.endswith(".") else f"{needs}."]


def _serving(found: Diagnosis) -> list[str]:
    serving = found.serving
    if serving is None:
        return []
    clauses = [clause(slot, a, b) for slot, (a, b) in _ordered(found.differs)]
    clauses += [_first_low(each.sentence).rstrip(".") for each in serving.slips]
    if not clauses:
        same = "gives the tensors the model was trained with" if found.search is None else (
            "does nothing that these frames show to be wrong")  # fmt: skip
        return [f"The serving function {same} on these {found.frames} frames{_open(serving)}."]
    more = len(clauses) - MOST
    told = clauses[:MOST] + ([f"{more} more slots differ"] if more > 0 else [])
    return [f"The serving function {_joined(told)}{_nearest(serving)}."]


def _nearest(serving: Any) -> str:
    return "" if serving.exact else f" (the nearest recipe there is; the rest is {serving.psnr_db:.0f} dB away)"


def _open(serving: Any) -> str:
    return f"; they cannot tell {listed([noun(slot) for slot in serving.undecided])}" if serving.undecided else ""


def _around(found: Diagnosis) -> list[str]:
    return [f"{part.capitalize()}: {each.sentence}." for each in found.findings for part in [PARTS[each.where]]]


PARTS = {
    "serving": "serving",
    "model": "the model",
    "display": "the display",
    "regions": "the regions",
    "boxes": "the boxes",
    "drawing": "the drawing",
}


def _cost(found: Diagnosis) -> list[str]:
    if found.cost is None:
        return []
    text = _price(found.cost)
    shares = found.attribution.shares if found.attribution else {}
    if shares and len(shares) > 1:
        first = max(shares, key=lambda name: shares[name])
        share = "nearly all" if shares[first] > TELLING else f"{shares[first]:.0%}"
        text += f"; {share} of the loss is {noun(first)}"
    return [f"On these {found.frames} frames that {text}."]


def _price(cost: Comparison | BoxComparison) -> str:
    """Say what serving costs against training."""
    if isinstance(cost, BoxComparison):
        boxes, lost, new = cost.counts[0], int(cost.lost.sum()), int(cost.new.sum())
        moved = (
            "" if math.isnan(cost.mean_overlap) else f", moves the others by {1 - cost.mean_overlap:.2f} IoU"
        )
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


def _feeds_wrong(found: Diagnosis) -> bool:
    return bool(found.serving and found.serving.faults)


def _first_low(text: str) -> str:
    """Lower the first letter of a sentence, but not of an abbreviation."""
    return text if re.match(r"[A-Z][A-Z0-9]", text) else text[:1].lower() + text[1:]
