"""Attribution: the loss between two recipes, split over the slots in which they differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from workbench.diagnose.attribute.metrics import DEFINITIONS, Losses
from workbench.diagnose.attribute.players import Player
from workbench.diagnose.attribute.shapley import interactions, shapley
from workbench.diagnose.attribute.wording import sentence
from workbench.diagnose.resampling import Interval, percentiles

NOTHING = 1e-9  # a total loss that is none


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """What each differing slot costs, over all orders in which the slots may be changed: exact Shapley values."""

    players: tuple[Player, ...]  # n slots, or groups of slots that only change together
    losses: Losses  # of all 2^n mixes; bit i of a mix's number says whether player i is as in serving
    indices: np.ndarray  # (N,) int, the frames' numbers in their source
    reason: str = ""  # why this metric, where it was chosen
    aside: dict[str, str] = field(default_factory=dict)  # slots that differ and cannot cost an answer -> why
    values: dict[str, float] = field(init=False)  # player -> its part of the total; they sum to it
    intervals: dict[str, Interval] = field(init=False)  # player -> 95% bootstrap interval over the frames

    def __post_init__(self) -> None:
        """Split the loss, and the loss of every bootstrap sample of the frames."""
        names = [player.name for player in self.players]
        values = shapley(self.losses.mean)
        samples = shapley(self.losses.samples)
        object.__setattr__(self, "values", dict(zip(names, values.tolist(), strict=True)))
        object.__setattr__(self, "intervals", dict(zip(names, map(percentiles, samples), strict=True)))

    def __repr__(self) -> str:
        return f"Attribution({self.verdict})"

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def metric(self) -> str:
        """The metric whose loss is split."""
        return self.losses.metric

    @property
    def slots(self) -> dict[str, tuple[Any, Any]]:
        """Slot -> (training's choice, serving's) of all slots that are split."""
        return {slot: pair for player in self.players for slot, pair in player.slots.items()}

    @property
    def total(self) -> float:
        """The loss of serving against training, of the slots that are split."""
        return float(self.losses.mean[-1] - self.losses.mean[0])

    @property
    def total_interval(self) -> Interval:
        """95% bootstrap interval of the total over the frames."""
        return percentiles(self.losses.samples[-1] - self.losses.samples[0])

    @property
    def shares(self) -> dict[str, float]:
        """Player -> its part of the total, 1 for all of it; empty where there is nothing to split."""
        return {} if abs(self.total) < NOTHING else {name: value / self.total for name, value in self.values.items()}

    @property
    def per_frame(self) -> pd.DataFrame | None:
        """One row a frame, one column a player: its part of that frame's loss; None for average precision."""
        if self.losses.per_frame is None:
            return None
        return pd.DataFrame(shapley(self.losses.per_frame).T, columns=list(self.values), index=self.indices)

    @property
    def interactions(self) -> pd.DataFrame:
        """Player x player: how much more two cost together than one by one; below 0 one hides the other."""
        names = list(self.values)
        return pd.DataFrame(interactions(self.losses.mean), index=names, columns=names)

    @property
    def coalitions(self) -> pd.DataFrame:
        """One row a mix: which players are as in serving, and the loss; training first, serving last."""
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
