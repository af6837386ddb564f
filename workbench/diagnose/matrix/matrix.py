"""Matrix: what every training x serving pair of recipes costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.diagnose.matrix.grouping import Grouping
from workbench.diagnose.matrix.measure import Measure


@dataclass(frozen=True, eq=False)
class Matrix:
    """R models, each trained under a recipe of its own, served N frames under S recipes."""

    training: tuple[str, ...]  # R names of rows
    serving: tuple[str, ...]  # S names of columns
    own: np.ndarray  # (R, S) bool: the serving recipe is the one, or one of those, that the row was trained under
    mixed: np.ndarray  # (R,) bool: trained under several recipes; such rows stand last
    flips: Measure  # (R, S): another most probable class than under the row's own recipe
    kl: Measure  # (R, S): Kullback-Leibler divergence from the answer under the row's own recipe, in nats
    accuracy: Measure | None  # (R, S): the most probable class is the true one; None without true classes
    change: Measure | None  # (R, S): accuracy minus the row's accuracy under its own recipe, paired; None likewise
    baseline: Measure | None  # (R, 1): accuracy under the row's own recipe, also where no column is that
    rows: Grouping  # of the R rows: alike where they break under the same serving recipes
    columns: Grouping  # of the S columns: alike where the models answer alike
    recipes: dict[str, dict[str, Any]]  # "training" and "serving" -> name -> slots in plain types

    def __len__(self) -> int:
        """N, the frames that every cell has seen."""
        return int(self.flips.per_frame.shape[2])

    @property
    def measures(self) -> dict[str, Measure]:
        """The measures (R, S) that are there, by name: accuracy, change, flips, kl."""
        all_of_them = {"accuracy": self.accuracy, "change": self.change, "flips": self.flips, "kl": self.kl}
        return {name: each for name, each in all_of_them.items() if each is not None}
