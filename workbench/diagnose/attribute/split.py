"""Split: a loss and its parts, as a value; what is said of it is in `wording.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.diagnose.attribute.metrics import Losses
from workbench.diagnose.attribute.players import Player
from workbench.diagnose.attribute.shapley import interactions, shapley
from workbench.diagnose.resampling import Interval, percentiles

if TYPE_CHECKING:
    import pandas as pd

NOTHING = 1e-9  # a total loss that is none


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """What each player costs, over all orders in which they may be changed: exact Shapley values."""

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
    def interactions(self) -> pd.DataFrame:
        """Player x player: how much more two cost together than one by one; below 0 one hides the other."""
        import pandas as pd

        names = list(self.values)
        return pd.DataFrame(interactions(self.losses.mean), index=names, columns=names)
