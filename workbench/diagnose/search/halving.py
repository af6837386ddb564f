"""Successive halving over the slots: colour and range first, then geometry among the survivors; few frames, then all.

A recipe that is left behind keeps the probability it had then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from workbench.diagnose.search.asking import Asking
from workbench.diagnose.search.network import Network
from workbench.diagnose.search.progress import Progress
from workbench.diagnose.search.sameness import Class
from workbench.diagnose.search.signs import Scores
from workbench.diagnose.search.space import Axes
from workbench.diagnose.search.table import Cell, Prior, Table, table
from workbench.diagnose.search.tensors import Tensors
from workbench.errors import InvalidValue
from workbench.recipes import Recipe

FEW, MANY = 16, 64  # frames looked at first, and at most; spread evenly over all that are given
COLORINGS, LEAST_COLORING = 8, 1e-3  # survivors of the first look: so many at most, and none less probable
FINALISTS, LEAST_FINALIST = 4, 0.02  # whose geometry is looked at
LEAST_GEOMETRY = 0.03  # of a finalist's probability: a fit whose kernels are looked at, a cell that sees all frames
KERNELS = ("resize", "rounding")  # slots of a geometry that change little


@dataclass(slots=True)
class Halving:
    """One search, as far as it has come."""

    axes: Axes
    colorings: tuple[Class, ...]
    geometries: tuple[Class, ...]
    tensors: Tensors
    network: Network
    prior: Prior
    budget: int
    progress: Progress
    asking: Asking  # runs the network on recipes
    ran: int = 0
    rounds: list[Table] = field(default_factory=list)
    _known: dict[tuple[Cell, tuple[int, ...]], Scores] = field(default_factory=dict)

    def run(self) -> list[Table]:
        """Search, and return the tables of all rounds, the last one decisive for the cells in it.

        Raises:
            InvalidValue: the budget is less than the combinations of color and range, or nothing finite comes out.
            SearchCancelled: the caller's function said so.
        """
        self.progress.expect(min(self.budget, len(self.colorings) * len(self.geometries)))
        few, many = (spread(len(self.tensors), count) for count in (FEW, MANY))
        firsts = [(number, 0) for number in range(len(self.colorings))]
        if self.budget < len(firsts):
            raise InvalidValue(
                f"budget={self.budget} recipes is less than the {len(firsts)} combinations of color and range; give "
                "more, or a smaller space="
            )
        if not self._tells():
            self._known |= {(cell, many): Scores(len(many), {}) for cell in firsts}
            self._look(firsts, many, "the contract alone")
            return self.rounds
        if self.budget >= len(self.colorings) * len(self.geometries):
            self._look(firsts, many, "the whole space", outputs=True)
            self._expect_finite()
            self._look([*firsts, *self._others(range(len(self.colorings)), range(1, len(self.geometries)))],
                       many, "the whole space")  # fmt: skip
            return self.rounds
        found = self._look(firsts, few, "color and range", outputs=True)
        self._expect_finite()
        kept = self._survivors(found)
        if many != few:
            kept = self._survivors(self._look(kept, many, "color and range, all frames", outputs=True))
        cells = self._geometries(kept, few)
        self._look([*kept, *cells], many, "the best of them")
        return self.rounds

    def _tells(self) -> bool:
        """Try one recipe on one frame: a detector without reference has nothing to tell recipes by."""
        recipe = self.axes.recipe(self.colorings[0].leader, 0)
        return bool(self.network.scores(self.tensors.of(recipe, (0,)), (0,), outputs=True).by_sign)

    def _expect_finite(self) -> None:
        if not self.network.finite:
            raise InvalidValue(
                f"{self.network.model.name} gives NaN or Inf for every one of {self.ran} recipes; its weights are "
                "damaged, or recipe= has a dtype or size it was not made for"
            )

    def _survivors(self, found: Table) -> list[Cell]:
        order = np.argsort(-found.probability)[:COLORINGS]
        return [found.cells[i] for i in order if found.probability[i] >= LEAST_COLORING]

    def _geometries(self, kept: list[Cell], few: tuple[int, ...]) -> list[Cell]:
        """Return cells of the finalists worth a last look, after fits and then kernels were looked at on few frames."""
        if len(self.geometries) == 1:
            return []
        last = self.rounds[-1]
        finalists = [cell for cell in kept if last.probability_of(cell[0]) >= LEAST_FINALIST][:FINALISTS]
        fits = [number for number in range(1, len(self.geometries)) if self.same_kernel(number, 0)]
        cells = self._others([coloring for coloring, _ in finalists], fits)
        worth = self._worth(self._look([*finalists, *cells], few, "fit")) if cells else finalists
        kernels = [
            (coloring, number)
            for coloring, fit in worth
            for number in range(len(self.geometries))
            if number not in fits and number and self.same_fit(number, fit)
        ]
        if kernels:
            worth = self._worth(self._look([*finalists, *cells, *self._affordable(kernels, few)], few, "resize"))
        return worth

    def _worth(self, found: Table) -> list[Cell]:
        pairs = sorted(zip(found.probability, found.cells, strict=True), reverse=True)
        return [cell for p, cell in pairs if p >= LEAST_GEOMETRY * found.probability_of(cell[0])]

    def _others(self, colorings: Sequence[int], geometries: Sequence[int]) -> list[Cell]:
        """Return all pairs, the geometries outermost: each is resized once for all colorings."""
        return [(coloring, geometry) for geometry in geometries for coloring in colorings]

    def _affordable(self, cells: list[Cell], places: tuple[int, ...]) -> list[Cell]:
        left, new = self.budget - self.ran, [cell for cell in cells if (cell, places) not in self._known]
        return sorted(new[: max(0, left)], key=lambda cell: (cell[1], cell[0]))

    def same_kernel(self, a: int, b: int) -> bool:
        """Tell whether two classes of geometries differ in the fit only."""
        return all(self._slot(a, slot) == self._slot(b, slot) for slot in KERNELS)

    def same_fit(self, a: int, b: int) -> bool:
        """Tell whether two classes of geometries differ in the kernel only."""
        mine, other = (self.axes.geometries[self.geometries[number].leader] for number in (a, b))
        return all(mine[slot] == other[slot] for slot in mine if slot not in KERNELS)

    def _slot(self, geometry: int, slot: str) -> object:
        return self.axes.geometries[self.geometries[geometry].leader].get(slot)

    def _look(self, cells: Sequence[Cell], places: tuple[int, ...], text: str, *, outputs: bool = False) -> Table:
        """Run what has not run yet on these frames, and hold all of it against each other."""
        self.progress.stage(text)
        unique = list(dict.fromkeys(cells))
        new = [cell for cell in unique if (cell, places) not in self._known]
        recipes = [self._recipe(cell) for cell in new]
        made = self.asking(recipes, places, outputs=outputs or self.network.needs_outputs) if new else ()
        for cell, measured in zip(new, made, strict=True):
            self.ran += not any(known == cell for known, _ in self._known)
            self._known[cell, places] = self.network.judged(measured, places)
            self.progress.step()
        scores = {cell: self._known[cell, places] for cell in unique}
        found = table(scores, places, self.prior)
        self.rounds.append(found)
        return found

    def _recipe(self, cell: Cell) -> Recipe:
        return self.axes.recipe(self.colorings[cell[0]].leader, self.geometries[cell[1]].leader)


def spread(count: int, most: int) -> tuple[int, ...]:
    """Return `most` numbers of 0..count - 1, evenly spread; all of them where there are no more."""
    return tuple(np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int)).tolist())
