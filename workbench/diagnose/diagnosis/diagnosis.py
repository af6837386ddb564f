"""Diagnosis: what is wrong between a model and what feeds it, what that costs, and the function that is right."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.diagnose.attribute import Attribution
from workbench.diagnose.box_comparison import BoxComparison
from workbench.diagnose.comparison import Comparison
from workbench.diagnose.diagnosis.finding import Finding
from workbench.diagnose.diagnosis.verdict import named, priced, spoken
from workbench.diagnose.diagnosis.words import clause, plain
from workbench.models.contract import Contract
from workbench.recipes import Recipe

if TYPE_CHECKING:
    from workbench.diagnose.identify import Identification
    from workbench.diagnose.search import SearchResult

COLUMNS = ("where", "fault", "training", "serving", "share of the loss", "what is wrong")


@dataclass(frozen=True, slots=True, eq=False)
class Diagnosis:
    """What `find_preprocessing` found."""

    model: str
    frames: int
    contract: Contract
    training: Recipe | None  # what the model was trained with: as given, or the most probable; None where unknown
    search: SearchResult | None = None  # how training was found; None where it was given
    serving: Identification | None = None  # what the serving function does; None without one
    cost: Comparison | BoxComparison | None = (
        None  # training against serving; None without both, or where one is refused
    )
    attribution: Attribution | None = None  # of that cost, over the slots that differ
    findings: tuple[Finding, ...] = ()  # what is wrong and no slot of a recipe
    code: str = ""  # one function with numpy and cv2 that does as training did; "" where that is not known
    notes: tuple[str, ...] = ()  # what could not be said, and why

    def __repr__(self) -> str:
        return f"Diagnosis({self.verdict})"

    @property
    def differs(self) -> dict[str, tuple[Any, Any]]:
        """Slot -> (training's choice, serving's), of the slots in which they differ."""
        return dict(self.serving.differs) if self.serving else {}

    @property
    def faults(self) -> frozenset[str]:
        """The names of everything that is wrong: slots, slips, and findings."""
        found = frozenset(each.fault for each in self.findings)
        return found | (self.serving.faults if self.serving else frozenset())

    @property
    def wrong(self) -> bool:
        """Tell whether anything is: something named, or tensors that are not those of a known training."""
        return bool(self.faults) or (self.search is None and self.unexplained)

    @property
    def unexplained(self) -> bool:
        """Tell whether serving makes other tensors, and no slot or slip that is known says why."""
        return self.serving is not None and not self.serving.exact and not self.serving.faults

    @property
    def kept(self) -> float | None:
        """The share of answers, boxes or regions that stay right, by what costs most; None where none is counted."""
        shares = [each.kept for each in self.findings if each.kept is not None]
        if isinstance(self.cost, BoxComparison):
            shares.append(1 - float(self.cost.lost.sum()) / max(self.cost.counts[0], 1))
        elif self.cost is not None:
            shares.append(1 - float(self.cost.flips.mean()))
        return min(shares, default=None)

    @property
    def says(self) -> str:
        """What is wrong, without what it costs and what is to be done; the start of the verdict."""
        return named(self)

    @property
    def price(self) -> str:
        """What is wrong costs this much, in a few words; "" where nothing is wrong, or nothing was counted."""
        return priced(self)

    @property
    def verdict(self) -> str:
        """One to three sentences that a person can act on."""
        return spoken(self)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each thing that is wrong: slots first, the costliest of them first."""
        alone = dict.fromkeys(self.faults, 1.0) if len(self.faults) == 1 and self.cost is not None else {}
        shares = self.attribution.shares if self.attribution else alone
        rows = [
            ("serving", slot, plain(a), plain(b), _share(slot, shares), clause(slot, a, b))
            for slot, (a, b) in self.differs.items()
        ]
        rows.sort(key=lambda row: 0.0 if math.isnan(row[4]) else -row[4])
        unknown = float("nan")
        slips = self.serving.slips if self.serving else ()
        rows += [("serving", each.name, "", "", unknown, each.sentence) for each in slips]
        rows += [(each.where, each.fault, "", "", unknown, each.sentence) for each in self.findings]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def to_dict(self) -> dict[str, Any]:
        """Return the diagnosis in plain types."""
        parts = {"search": self.search, "serving": self.serving, "cost": self.cost, "attribution": self.attribution}
        return {
            "model": self.model,
            "frames": self.frames,
            "verdict": self.verdict,
            "faults": sorted(self.faults),
            "training": self.training.to_dict() if self.training else None,
            "findings": [each.to_dict() for each in self.findings],
            "notes": list(self.notes),
            "contract": self.contract.to_dict(),
        } | {name: part.to_dict() for name, part in parts.items() if part is not None}


def _share(slot: str, shares: dict[str, float]) -> float:
    """Return the share of the player that a slot is, alone or with others."""
    return next((value for name, value in shares.items() if slot in name.split("+")), float("nan"))
