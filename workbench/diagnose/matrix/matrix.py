"""Matrix: what every training x serving pair of recipes costs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.diagnose.matrix.grouping import Grouping
from workbench.diagnose.matrix.measure import Measure
from workbench.diagnose.resampling import Interval
from workbench.errors import InvalidValue, unknown
from workbench.readable import visible
from workbench.whole_file import write_text

if TYPE_CHECKING:
    import pandas as pd


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
    columns: Grouping  # of the S columns: alike where the models answer alike, mixed ones left out
    recipes: dict[str, dict[str, Any]]  # "training" -> name -> list of recipes, "serving" -> name -> slots; plain types

    def __repr__(self) -> str:
        return visible(f"Matrix({self.verdict})")

    def __len__(self) -> int:
        """N, the frames that every cell has seen."""
        return int(self.flips.per_frame.shape[2])

    @property
    def measures(self) -> dict[str, Measure]:
        """The measures (R, S) that are there, by name: accuracy, change, flips, kl."""
        all_of_them = {"accuracy": self.accuracy, "change": self.change, "flips": self.flips, "kl": self.kl}
        return {name: each for name, each in all_of_them.items() if each is not None}

    def difference(self, measure: str, a: tuple[str, str], b: tuple[str, str]) -> tuple[float, Interval]:
        """Return a measure of cell B minus that of cell A, each (training, serving), with its 95% interval, paired.

        Raises:
            UnknownName: there is no such measure, row or column.
        """
        if measure not in self.measures:
            raise unknown("measure", measure, self.measures)
        return self.measures[measure].difference(self._place(*a), self._place(*b))

    def _place(self, training: str, serving: str) -> tuple[int, int]:
        for kind, name, known in (("training", training, self.training), ("serving", serving, self.serving)):
            if name not in known:
                raise unknown(f"{kind} recipe", name, known)
        return self.training.index(training), self.serving.index(serving)

    @property
    def verdict(self) -> str:
        """One sentence a person can act on: what the right recipe gives, and the most a wrong one takes."""
        counts = {"model": len(self.training), "serving recipe": len(self.serving), "frame": len(self)}
        models, recipes, frames = (f"{n:,} {noun}{'' if n == 1 else 's'}" for noun, n in counts.items())
        said = f"{models} x {recipes} on {frames}"
        if self.own.all():
            return f"{said}: every model is served as it was trained."
        if self.change is None or self.baseline is None:
            shares = np.where(self.own, -1.0, self.flips.mean)
            place = np.unravel_index(shares.argmax(), shares.shape)
            return f"{said}: {self._cell(place)} flips {shares[place]:.0%} of the answers, the most of all."
        right, lost = self.baseline.mean, np.where(self.own, np.inf, self.change.mean)
        place = np.unravel_index(lost.argmin(), lost.shape)
        points = [100 * float(each[place]) for each in (lost, self.change.low, self.change.high)]
        said_points = "by {:+.0f} points (95% {:+.0f} to {:+.0f})".format(*points).replace("-", "−")
        range_ = f"accuracy {' to '.join(dict.fromkeys((f'{right.min():.0%}', f'{right.max():.0%}')))} as trained"
        return f"{said}: {range_}; {self._cell(place)} changes it {said_points}, the worst of all."

    def _cell(self, place: Any) -> str:
        return f"{self.training[place[0]]} served as {self.serving[place[1]]}"

    def to_frame(self) -> pd.DataFrame:
        """Return one row a cell: training, serving, own, and each measure with the ends of its 95% interval."""
        import pandas as pd

        cells = list(np.ndindex(len(self.training), len(self.serving)))
        table = pd.DataFrame(
            {
                "training": [self.training[r] for r, _ in cells],
                "serving": [self.serving[c] for _, c in cells],
                "own": self.own.ravel(),
            }
        )
        for name, each in self.measures.items():
            table[name] = each.mean.ravel()
            table[f"{name}_low"], table[f"{name}_high"] = each.low.ravel(), each.high.ravel()
        return table

    def table(self, measure: str) -> pd.DataFrame:
        """Return a measure as R rows and S columns, likes side by side; rows that were mixed stand last.

        Raises:
            UnknownName: there is no such measure.
        """
        import pandas as pd

        if measure not in self.measures:
            raise unknown("measure", measure, self.measures)
        rows, columns = [*self.rows.order, *np.flatnonzero(self.mixed)], list(self.columns.order)
        values = self.measures[measure].mean[np.ix_(rows, columns)]
        return pd.DataFrame(values, [self.training[r] for r in rows], [self.serving[c] for c in columns])

    def to_dict(self) -> dict[str, Any]:
        """Return everything in plain types: recipes, groups and cells."""
        cells = self.to_frame().round(6)
        return {
            "frames": len(self),
            "training": list(self.training),
            "serving": list(self.serving),
            "mixed": [name for name, mixed in zip(self.training, self.mixed, strict=True) if mixed],
            "recipes": self.recipes,
            "groups": {
                "training": _members(self.rows, self.training), "serving": _members(self.columns, self.serving)
            },
            "baseline": None if self.baseline is None else self._baseline(self.baseline),
            "cells": cells.astype(object).where(cells.notna(), None).to_dict("records"),
            "verdict": self.verdict,
        }  # fmt: skip

    def _baseline(self, measure: Measure) -> list[dict[str, Any]]:
        """Return the accuracy of each row under its own recipe, with the ends of its interval."""
        ends = zip(
            self.training,
            *(each[:, 0].round(6).tolist() for each in (measure.mean, measure.low, measure.high)),
            strict=True,
        )
        return [
            dict(zip(("training", "accuracy", "accuracy_low", "accuracy_high"), each, strict=True)) for each in ends
        ]

    def save(self, out: str | Path) -> None:
        """Write the matrix to a `.csv` (one row a cell) or `.json` file, whole or not at all.

        Raises:
            InvalidValue: another ending, or no file can be written there.
        """
        suffix = Path(out).suffix.lower()
        if suffix not in (".csv", ".json"):
            raise InvalidValue(f"{out}: a matrix is written as .csv or .json; name such a file")
        write_text(out, json.dumps(self.to_dict(), indent=1) + "\n" if suffix == ".json" else self._csv())

    def _csv(self) -> str:
        return str(self.to_frame().round(6).to_csv(index=False, lineterminator="\n"))


def _members(grouping: Grouping, names: tuple[str, ...]) -> dict[str, list[str]]:
    return {group: [names[number] for number in members] for group, members in grouping.groups.items()}
