"""Attribution: the loss between two recipes, split over the slots in which they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.diagnose.attribute.metrics import DEFINITIONS
from workbench.diagnose.attribute.shapley import shapley
from workbench.diagnose.attribute.split import Split
from workbench.diagnose.attribute.wording import sentence
from workbench.readable import visible

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Attribution(Split):
    """What each differing slot costs, and how it is said and tabled."""

    def __repr__(self) -> str:
        """Return the verdict."""
        return visible(f"Attribution({self.verdict})")

    @property
    def per_frame(self) -> pd.DataFrame | None:
        """One row a frame, one column a player: its part of that frame's loss; None for average precision."""
        import pandas as pd

        if self.losses.per_frame is None:
            return None
        return pd.DataFrame(shapley(self.losses.per_frame).T, columns=list(self.values), index=self.indices)

    @property
    def coalitions(self) -> pd.DataFrame:
        """One row a mix: which players are as in serving, and the loss; training first, serving last."""
        import pandas as pd

        numbers = np.arange(len(self.losses.mean))
        table = pd.DataFrame({name: (numbers >> place & 1).astype(bool) for place, name in enumerate(self.values)})
        return table.assign(loss=self.losses.mean)

    @property
    def verdict(self) -> str:
        """One sentence a person can act on."""
        return sentence(self)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a player, the largest part first.

        `alone` is the loss with nothing but this player as in serving, `mended` what is left with nothing but it as
        in training.
        """
        import pandas as pd

        columns = ["slot", "training", "serving", "value", "low", "high", "share", "alone", "mended"]
        everything, rows = len(self.losses.mean) - 1, []
        for place, player in enumerate(self.players):
            name = player.name
            alone, mended = self.losses.mean[1 << place], self.losses.mean[everything ^ 1 << place]
            share = self.shares.get(name, float("nan"))
            rows.append(
                [name, *player.told, self.values[name], *self.intervals[name], share, float(alone), float(mended)]
            )
        table = pd.DataFrame(rows, columns=columns)
        return table.sort_values("value", ascending=False, kind="stable", ignore_index=True)

    def to_dict(self) -> dict[str, Any]:
        """Return the attribution in plain types."""
        pairs = self.interactions
        return {
            "frames": len(self),
            "metric": self.metric,
            "definition": DEFINITIONS[self.metric],
            "reason": self.reason,
            "total": _round(self.total),
            "total_interval": [_round(each) for each in self.total_interval],
            "values": {name: _round(value) for name, value in self.values.items()},
            "intervals": {name: [_round(low), _round(high)] for name, (low, high) in self.intervals.items()},
            "shares": {name: _round(share) for name, share in self.shares.items()},
            "slots": {s: [list(v) if isinstance(v, tuple) else v for v in pair] for s, pair in self.slots.items()},
            "interactions": {
                f"{one} x {other}": _round(float(pairs.loc[one, other]))
                for place, one in enumerate(pairs.index)
                for other in pairs.columns[:place]
            },
            "aside": dict(self.aside),
            "verdict": self.verdict,
        }


def _round(value: float) -> float:
    return round(float(value), 6)
