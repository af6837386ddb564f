"""A drift as lines of text for a terminal."""

from __future__ import annotations

import math

from workbench.diagnose.difference import Difference
from workbench.diagnose.drift_result import Drift

NAME = 44  # letters of a layer's name; the end of a longer one
AROUND = 2  # layers shown before and after the first that parts


def lines(drift: Drift, *, everything: bool = False) -> list[str]:
    """Return the outputs, the layers around the first that parts (or all of them), and the verdict."""
    first = drift.first
    place = drift.layers.index(first) if first else 0
    chosen = (
        range(len(drift.layers)) if everything else range(max(place - AROUND, 0), place + AROUND + 1 if first else 0)
    )
    shown = [(i, pair) for i, pair in enumerate(drift.layers) if i in chosen]
    text = [
        _line("output" if pair.a and pair.b else "alone", pair.a, pair.b, pair.difference) for pair in drift.outputs
    ]
    text += [
        _line("first" if pair is first else f"layer {i + 1}", pair.a, pair.b, pair.difference) for i, pair in shown
    ]
    agreed = sum(pair.difference.agrees for pair in drift.layers)
    counted = f"{agreed} of {len(drift.layers)} aligned layers agree" if drift.layers else drift.layers_note
    repairs = [f"repair of {p.b!r}: {p.difference.repair}" for p in drift.outputs if p.difference and not p.agrees]
    return [*text, counted, drift.verdict, *(each for each in repairs if not each.endswith(": "))]


def _line(kind: str, a: str, b: str, apart: Difference | None) -> str:
    relative = "" if apart is None or math.isnan(apart.relative) else f"{apart.relative:.1e}"
    said = "no partner" if apart is None else apart.text
    return f"{kind:<10} {relative:>8}  {_end(a):<{NAME}}  {_end(b):<{NAME}}  {said}"


def _end(name: str) -> str:
    first = name.partition(";")[0]
    return first if len(first) <= NAME else f"…{first[1 - NAME :]}"
