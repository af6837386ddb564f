"""A diagnosis as lines of text for a terminal: the verdict first, then the evidence."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from workbench.diagnose.diagnosis.diagnosis import Diagnosis
from workbench.diagnose.diagnosis.words import plain
from workbench.models.contract.value import shown
from workbench.recipes import Recipe

WIDTH = 100  # letters a line
BAR = 24  # letters of a full bar
MOST = 8  # candidates that are listed
EIGHTHS = " ▏▎▍▌▋▊▉█"


def lines(found: Diagnosis) -> list[str]:
    """Return everything but the code: the verdict, what differs, the ranking, the split of the loss, the contract."""
    parts = [
        textwrap.wrap(found.verdict, WIDTH),
        _titled("What is wrong", _wrong(found)),
        _titled("Which preprocessing the model was trained with", _ranking(found)),
        _titled("Where the loss comes from", _shares(found)),
        _titled("What the model itself says", _contract(found)),
        _titled("Not said", [f"  {line}" for note in found.notes for line in textwrap.wrap(note, WIDTH - 2)]),
    ]
    return [line for part in parts if part for line in (*part, "")][:-1]


def code_title(found: Diagnosis) -> str:
    """Say what the code of a diagnosis is: right, or only the most probable."""
    undecided = found.search is not None and not found.search.decided
    return "The most probable of the functions that cannot be told apart" if undecided else "The right function"


def bar(share: float) -> str:
    """Return a bar for a share from 0 to 1, BAR letters wide; nothing for less than none."""
    eighths = round(min(max(share, 0.0), 1.0) * BAR * 8)
    return f"{'█' * (eighths // 8)}{EIGHTHS[eighths % 8].strip()}".ljust(BAR)


def _titled(title: str, rows: Iterable[str]) -> list[str]:
    rows = list(rows)
    return [title, *rows] if rows else []


def _wrong(found: Diagnosis) -> Iterable[str]:
    table = found.to_frame()
    for row in table.itertuples(index=False, name=None):
        _, fault, training, serving, share, sentence = row
        part = "" if math.isnan(share) else f" · {share:.0%} of the loss"
        yield f"  {fault:<14} {f'{training} → {serving}' if training or serving else ''}{part}".rstrip()
        yield from (f"  {'':<14} {line}" for line in textwrap.wrap(sentence, WIDTH - 17))
    cures = [each.cure for each in found.findings if each.cure]
    yield from (f"  {'cure':<14} {line}" for cure in cures for line in textwrap.wrap(cure, WIDTH - 17))


def _ranking(found: Diagnosis) -> Iterable[str]:
    if found.search is None:
        return
    ranking = found.search.ranking
    varied = sorted({slot for each in ranking[:MOST] for slot in ranking[0].recipe - each.recipe}, key=_place)
    for each in ranking[:MOST]:
        values = "  ".join(f"{slot} {plain(getattr(each.recipe, slot))}" for slot in varied)
        more = f"  (+ {len(each.also)} alike)" if each.also else ""
        yield f"  {bar(each.probability)} {each.probability:>6.1%}  {values}{more}"
        yield f"  {'':<{BAR + 8}} {_evidence(each.evidence)}".rstrip()
    if len(ranking) > MOST:
        yield f"  and {len(ranking) - MOST} more"


def _evidence(evidence: Mapping[str, float]) -> str:
    """Write how far a candidate is behind by each sign, in nats."""
    return "  ".join(f"{sign} {value:+.1f}".replace("-", "−") for sign, value in evidence.items() if abs(value) >= 0.05)


def _shares(found: Diagnosis) -> Iterable[str]:
    split = found.attribution
    if split is None or len(split.values) < 2:
        return
    for name, value in sorted(split.values.items(), key=lambda item: -item[1]):
        share = split.shares.get(name, 0.0)
        low, high = split.intervals[name]
        yield f"  {bar(share)} {share:>6.0%}  {name}: {value:.2f} of {split.total:.2f} ({low:.2f} to {high:.2f})"


def _contract(found: Diagnosis) -> Iterable[str]:
    for slot, each in found.contract.slots.items():
        yield f"  {slot:<14} {shown(each)} ({each.confidence:.0%})"
    for name, why in found.contract.undecided.items():
        yield from _cell(name, f"not said: {why}")
    serving = found.serving.recipe if found.serving and found.serving.faults else None
    for sentence in found.contract.contradictions(serving) if serving else ():
        yield from _cell("contradiction", sentence)


def _cell(name: str, text: str) -> Iterable[str]:
    for number, line in enumerate(textwrap.wrap(text, WIDTH - 17)):
        yield f"  {'' if number else name:<14} {line}"


def _place(slot: str) -> Any:
    return list(Recipe().to_dict()).index(slot) if slot in Recipe().to_dict() else 99
