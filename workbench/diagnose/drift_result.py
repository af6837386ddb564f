"""Drift: where two models that should be the same part, and what the difference looks like."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.diagnose.difference import Difference

if TYPE_CHECKING:
    import pandas as pd

ALIKE = 0.5  # likeness from which a differing pair before a later agreeing one is a divergence and no chance


@dataclass(frozen=True, slots=True, eq=False)
class OutputPair:
    """An output of A and the output of B that stands for it."""

    a: str  # empty: B's output has none to go with it
    b: str  # empty: A's output has none
    shape: tuple[int, ...]  # A's, (N, ...)
    matched_by: str  # name, content or size
    difference: Difference | None  # None for an output without a partner
    top1_agreement: float | None = None  # share of frames with the same most probable class, where it is of classes

    @property
    def agrees(self) -> bool:
        """Whether both give the same values, each at its place or in another layout."""
        return self.difference is not None and self.difference.agrees

    @property
    def same_values(self) -> bool:
        """Whether both hold the same values, be it in another order."""
        return self.agrees or (self.difference is not None and self.difference.kind == "order")


@dataclass(frozen=True, slots=True, eq=False)
class LayerPair:
    """A layer of A and the layer of B that makes the same, or should."""

    a: str
    b: str
    shape_a: tuple[int, ...]  # (1, ...)
    shape_b: tuple[int, ...]
    difference: Difference
    likeness: float  # 0 to 1, of the values and their quantiles


@dataclass(frozen=True, slots=True, eq=False)
class Drift:
    """What two models make of one batch, held against each other."""

    model_a: str
    model_b: str
    outputs: tuple[OutputPair, ...]  # in A's order
    layers: tuple[LayerPair, ...] = ()  # aligned, in the order they run; empty where a side does not show them
    names_a: tuple[str, ...] = ()  # all of A's layers, in the order they run
    names_b: tuple[str, ...] = ()
    layers_note: str = ""  # why there are no layers

    @property
    def agrees(self) -> bool:
        """Whether every output has a partner that gives the same values."""
        return all(pair.agrees for pair in self.outputs)

    @property
    def relative(self) -> float:
        """The largest of the outputs' max |a - b| / max |a|; NaN if one cannot be compared."""
        values = [pair.difference.relative if pair.difference else math.nan for pair in self.outputs]
        return math.nan if any(map(math.isnan, values)) else max(values, default=math.nan)

    @property
    def top1_agreement(self) -> float | None:
        """The smallest share of frames with the same most probable class; None where no output is of classes."""
        return min((p.top1_agreement for p in self.outputs if p.top1_agreement is not None), default=None)

    @property
    def first(self) -> LayerPair | None:
        """The first aligned layers that differ, where the outputs do; None if there are none to name."""
        place = None if self.agrees else first_divergence(self.layers)
        return None if place is None else self.layers[place]

    @property
    def last_before(self) -> LayerPair | None:
        """The last aligned layers that agree before `first`; the last that agree at all where there is none."""
        first = self.first
        before = self.layers if first is None else self.layers[: self.layers.index(first)]
        return next((pair for pair in reversed(before) if pair.difference.agrees), None)

    @property
    def suspects(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The layers of A and of B after `last_before` up to `first`: what changed is in one of them."""
        first, before = self.first, self.last_before
        if first is None:
            return (), ()
        return (
            _between(self.names_a, before.a if before else None, first.a),
            _between(self.names_b, before.b if before else None, first.b),
        )

    @property
    def verdict(self) -> str:
        """One sentence a person can act on."""
        names = f"{self.model_a} and {self.model_b}"
        if self.agrees:
            return f"{names} agree{self._within()}."
        worst = max((pair for pair in self.outputs if not pair.agrees), key=_size)
        if worst.difference is None:
            side, name = ("A", worst.a) if worst.a else ("B", worst.b)
            return f"{names} differ: output {name!r} of {side} has no partner."
        said = f"{names} differ: output {worst.a!r}, {worst.difference.text}{_amount(worst.difference)}"
        return f"{said}; {self._where()}."

    def _within(self) -> str:
        stepped = [p.difference.text for p in self.outputs if p.difference and p.difference.kind == "steps"]
        if stepped:
            return f": {stepped[0]}"
        return f" within {self.relative:.1e} of the largest value" if self.relative else " bit for bit"

    def _where(self) -> str:
        first, before = self.first, self.last_before
        if first is None:
            return self.layers_note or "no aligned layers differ before it"
        after = f", after {_short(before.a)} agreed within {before.difference.relative:.1e}" if before else ""
        found = f"first at layer {_short(first.a)} of A, {_short(first.b)} of B"
        inside = f"; in A that is {', '.join(self.suspects[0])}" if len(self.suspects[0]) > 1 else ""
        return f"{found}: {first.difference.text}{_amount(first.difference)}{inside}{after}"

    def to_frame(self) -> pd.DataFrame:
        """Return one row a pair of layers, in the order they run, then one a pair of outputs."""
        import pandas as pd

        inner = [
            _row("layer", pair.a, pair.b, pair.difference) | {"likeness": pair.likeness, "first": pair is self.first}
            for pair in self.layers
        ]
        outer = [
            _row("output", pair.a, pair.b, pair.difference)
            | {"top-1 agreement": pair.top1_agreement, "matched by": pair.matched_by}
            for pair in self.outputs
        ]
        return pd.DataFrame([*inner, *outer])

    def to_dict(self) -> dict[str, Any]:
        """Return the drift in plain types."""
        first = self.first
        return {
            "model_a": self.model_a,
            "model_b": self.model_b,
            "agrees": self.agrees,
            "relative": self.relative,
            "top1_agreement": self.top1_agreement,
            "outputs": [_plain(pair.a, pair.b, pair.difference) for pair in self.outputs],
            "layers_aligned": len(self.layers),
            "layers_that_agree": sum(pair.difference.agrees for pair in self.layers),
            "first": None if first is None else _plain(first.a, first.b, first.difference),
            "suspects": [list(names) for names in self.suspects],
            "verdict": self.verdict,
        }


def first_divergence(layers: Sequence[LayerPair]) -> int | None:
    """Return the place of the first pair of layers that differs.

    A differing pair before one that agrees again lies on another branch, or is a chance match: it counts only if it
    is clearly alike, or holds the same values in another order.
    """
    last = max((place for place, pair in enumerate(layers) if pair.difference.agrees), default=-1)
    for place, pair in enumerate(layers):
        clear = pair.likeness >= ALIKE or pair.difference.kind == "order"
        if not pair.difference.agrees and (place > last or clear):
            return place
    return None


def _between(names: tuple[str, ...], before: str | None, last: str) -> tuple[str, ...]:
    start = 0 if before is None else names.index(before) + 1
    return names[start : names.index(last) + 1]


def _size(pair: OutputPair) -> float:
    apart = pair.difference
    return math.inf if apart is None or math.isnan(apart.relative) else apart.relative


def _short(name: str) -> str:
    """Return a name as it is told: of a fused layer's many names the first, of a long one the end."""
    first = name.partition(";")[0]
    return repr(first if len(first) <= 64 else f"...{first[-60:]}") + (" (fused)" if ";" in name else "")


def _amount(apart: Difference) -> str:
    return "" if math.isnan(apart.relative) else f" (max {apart.relative:.2g} of the largest value)"


def _row(kind: str, a: str, b: str, apart: Difference | None) -> dict[str, Any]:
    told = _plain(a.partition(";")[0], b.partition(";")[0], apart)  # of a fused layer's many names the first
    return {"of": kind} | {key: told[key] for key in ("a", "b", "kind", "relative", "rms", "text") if key in told}


def _plain(a: str, b: str, apart: Difference | None) -> dict[str, Any]:
    if apart is None:
        return {"a": a, "b": b, "kind": "alone", "text": "no partner on the other side"}
    found = {"a": a, "b": b, "kind": apart.kind, "text": apart.text, "relative": apart.relative, "rms": apart.rms}
    return found | ({"repair": apart.repair} if apart.repair and not apart.agrees else {})
