"""Signs of what a model expects, and how several of them for one slot become one expectation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

SURE = 0.5  # an expectation below it is shown, but does not narrow others and is no cause for a warning


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a slot of the recipe should be, by what the model says."""

    slot: str
    values: tuple[Any, ...]  # choices that fit, the best first
    evidence: str  # a sentence a person can check
    confidence: float  # 0..1

    @property
    def best(self) -> Any:
        """The choice that fits best."""
        return self.values[0]


def merged(signs: Iterable[Expectation]) -> dict[str, Expectation]:
    """Return one expectation a slot: the surest sign's, narrowed by those that agree, weakened by contrary ones."""
    found: dict[str, Expectation] = {}
    for sign in sorted(signs, key=lambda sign: -sign.confidence):
        known = found.get(sign.slot)
        found[sign.slot] = sign if known is None else _joined(known, sign)
    return found


def _joined(known: Expectation, other: Expectation) -> Expectation:
    shared = tuple(value for value in known.values if value in other.values)
    if not shared:
        evidence = f"{known.evidence}; but {other.evidence}"
        return replace(known, evidence=evidence, confidence=known.confidence * (1 - other.confidence / 2))
    evidence = f"{known.evidence}; {other.evidence}"
    if len(shared) == len(known.values):  # two independent signs of the same
        confidence = 1 - (1 - known.confidence) * (1 - other.confidence)
        return replace(known, evidence=evidence, confidence=round(confidence, 3))
    if other.confidence < SURE:
        return replace(known, evidence=evidence)
    return replace(known, values=shared, evidence=evidence, confidence=other.confidence)
