"""Gates: figures of a difference that must hold, such as `flips<=0.01`, for a build that stops where they do not."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.errors import InvalidValue, unknown
from workbench.reports.diff.difference import WELL, RunDiff
from workbench.reports.diff.figure import flat, is_number

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le, ">=": operator.ge, "==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
GATE = re.compile(r"\s*(.+?)\s*(<=|>=|==|!=|<|>)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(%?)\s*")
OF_ANSWERS = ("flips", "kl", "mean_change", "max_change", "lost", "new", "renamed", "boxes", "moved", "largest_change")


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate that was looked at."""

    asked: str  # as it was typed
    name: str
    value: float  # NaN where it is not known, which holds no gate
    holds: bool

    @property
    def found(self) -> str:
        """Return what the figure is."""
        return f"{self.name} is {'not known' if math.isnan(self.value) else f'{self.value:.6g}'}"

    def __str__(self) -> str:
        return f"gate {'holds' if self.holds else 'does not hold'}: {self.asked} ({self.found})"


def check_gates(diff: RunDiff, gates: Iterable[str]) -> tuple[Gate, ...]:
    """Hold a difference against gates, each a figure, an operator and a number; 1% is 0.01.

    Figures are `flips` (share of frames), `kl` (mean, nats), `mean_change` and `max_change` (of probabilities), `boxes`
    (lost, new and renamed, as a share of A's), `lost`, `new`, `renamed`, `moved` (1 - mean IoU) and `largest_change`
    (of plain numbers): the largest of all answers, or of one as `NAME.flips`. `changes` counts what changed and
    `unmatched` the frames that one run alone answered. A recorded metric is meant by its name, B's value, and by
    `NAME.change`, B's minus A's; `metrics.NAME` where it is called as one of these. No gate holds for a run B that did
    not end well, and none on a figure that is not known, as those of all answers are where B lacks some.

    Raises:
        InvalidValue: a gate that cannot be read.
        UnknownName: neither run has such a figure; the text names the closest.
    """
    known = gated(diff)
    found = []
    for asked in gates:
        match = GATE.fullmatch(asked)
        if match is None:
            raise InvalidValue(f"cannot read the gate {asked!r}; write FIGURE, <=, >=, <, >, == or !=, and a number")
        name, sign, number, percent = match.groups()
        if name not in known:
            raise unknown("figure", name, known)
        value, limit = known[name], float(number) / (100 if percent else 1)
        ended = diff.b.manifest["status"] in WELL
        found.append(Gate(asked, name, value, ended and not math.isnan(value) and OPERATORS[sign](value, limit)))
    return tuple(found)


def gated(diff: RunDiff) -> dict[str, float]:
    """Return all figures that a gate may name, with their values."""
    known = {**_metrics(diff), **_answers(diff), "changes": float(len(diff.causes))}
    alone = sum(len(each.pair.only_a) + len(each.pair.only_b) for each in diff.answers)
    return known | ({"unmatched": float(alone)} if diff.answers else {})


def _metrics(diff: RunDiff) -> dict[str, float]:
    a, b = (dict(flat(_without_recipes(run.metrics))) for run in (diff.a, diff.b))
    now = {name: float(value) for name, value in b.items() if is_number(value)}
    gone = {name: math.nan for name, value in a.items() if is_number(value) and name not in now}
    moved = {f"{name}.change": value - a[name] for name, value in now.items() if is_number(a.get(name))}
    found = now | gone | moved
    return {f"metrics.{name}" if name in OF_ANSWERS else name: value for name, value in found.items()}


def _without_recipes(metrics: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in metrics.items() if not name.startswith("recipe")}


def _answers(diff: RunDiff) -> dict[str, float]:
    """Return each figure of each answer, and the worst of all answers; of accuracy the change."""
    found: dict[str, float] = {}
    worst: dict[str, float] = {}
    for each in diff.answers:
        figures = {figure.name: figure.change for figure in each.figures if figure.before is None}
        for name, value in figures.items() if each.frames else (("flips", math.nan),):
            found[f"{each.name}.{name}"] = value
            worst[name] = value if math.isnan(value) else max(value, worst.get(name, value))
        for figure in each.figures:
            if figure.before is not None and figure.after is not None:
                found |= {
                    f"{each.name}.{figure.name}": figure.after,
                    f"{each.name}.{figure.name}.change": figure.change,
                }
    if diff.lost:  # what is not known may be worse
        worst = dict.fromkeys(("flips", *worst), math.nan)
    return found | worst
