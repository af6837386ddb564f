"""Diagnosis: what is wrong between a model and what feeds it, what that costs, and the function that is right."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.diagnose.box_comparison import BoxComparison
from workbench.diagnose.diagnosis.found import Found
from workbench.diagnose.diagnosis.verdict import named, priced, spoken
from workbench.diagnose.diagnosis.words import clause, plain
from workbench.readable import visible

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("where", "fault", "training", "serving", "share of the loss", "what is wrong")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Diagnosis(Found):
    """What `find_preprocessing` found, and how it is said."""

    def __repr__(self) -> str:
        """Return the verdict."""
        return visible(f"Diagnosis({self.verdict})")

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
        import pandas as pd

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
