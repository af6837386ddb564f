"""Recipes that ran on the same frames, held against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.diagnose.search import posterior
from workbench.diagnose.search.signs import Scores

Cell = tuple[int, int]  # numbers of a class of colorings and of a class of geometries


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """What is known of some cells."""

    cells: tuple[Cell, ...]
    probability: np.ndarray  # (cells,), sums to 1
    evidence: Mapping[str, np.ndarray]  # sign -> (cells,) nats, relative to the best cell of that sign
    scores: Mapping[Cell, Scores]
    places: tuple[int, ...]  # numbers of the frames they ran on

    @property
    def total(self) -> np.ndarray:
        """(cells,) nats of all signs together."""
        return np.asarray(np.sum(list(self.evidence.values()), axis=0))

    def probability_of(self, coloring: int) -> float:
        """Return the probability of one class of colorings."""
        return float(sum(p for p, cell in zip(self.probability, self.cells, strict=True) if cell[0] == coloring))


def table(
    scores: Mapping[Cell, Scores], places: tuple[int, ...], *, log_prior: np.ndarray, share: Mapping[int, float]
) -> Table:
    """Combine the scores of cells that ran on the same frames.

    A sign that a cell lacks (the network was not run to its end) is that of the same coloring's first geometry.

    Args:
        scores: by cell.
        places: numbers of the frames.
        log_prior: of the classes of colorings.
        share: how many settings a class of geometries stands for.
    """
    cells = tuple(scores)
    signs = {sign: None for each in scores.values() for sign in each.by_sign}
    whole = [_whole(scores, cell, list(signs)) for cell in cells]
    classes = next((each.log_probabilities.shape[1] for each in whole if each.log_probabilities is not None), None)
    evidence = posterior.nats(whole, classes)
    prior = np.array([log_prior[coloring] for coloring, _ in cells])
    probability = posterior.posterior(evidence, prior + _shares(cells, share))
    told = {"contract": prior - prior.max()} | {sign: values[:, 0] for sign, values in evidence.items()}
    return Table(cells, probability, told, scores, places)


def _whole(scores: Mapping[Cell, Scores], cell: Cell, signs: Sequence[str]) -> Scores:
    mine, first = scores[cell], scores[cell[0], 0]
    found = {sign: mine.by_sign.get(sign, first.by_sign.get(sign)) for sign in signs}
    return Scores(mine.frames, {sign: values for sign, values in found.items() if values is not None},
                  first.log_probabilities)  # fmt: skip


def _shares(cells: Sequence[Cell], share: Mapping[int, float]) -> np.ndarray:
    """Return the log of each geometry's part of its coloring, among the geometries that ran with it."""
    whole: dict[int, float] = {}
    for coloring, geometry in cells:
        whole[coloring] = whole.get(coloring, 0.0) + share[geometry]
    return np.log([share[geometry] / whole[coloring] for coloring, geometry in cells])
