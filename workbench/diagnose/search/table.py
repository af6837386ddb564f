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


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """What is known of the classes of a space before any frame is looked at."""

    coloring: np.ndarray  # (classes of colorings,) log prior
    family: np.ndarray  # (classes of colorings,) int, see `posterior.Places`
    members: np.ndarray  # (classes of geometries,) how many settings each stands for
    cast: float  # of the frames, see `frame_colors.cast`


def table(scores: Mapping[Cell, Scores], places: tuple[int, ...], prior: Prior) -> Table:
    """Combine the scores of cells that ran on the same frames.

    A sign that a cell lacks (the network was not run to its end) is that of the same coloring's first geometry.

    Args:
        scores: by cell.
        places: numbers of the frames.
        prior: of all classes.
    """
    cells = tuple(scores)
    signs = {sign: None for each in scores.values() for sign in each.by_sign}
    whole = [_whole(scores, cell, list(signs)) for cell in cells]
    classes = next((each.log_probabilities.shape[1] for each in whole if each.log_probabilities is not None), None)
    coloring = np.array([cell[0] for cell in cells])
    where = posterior.Places(coloring, prior.family[coloring], _shares(cells, prior.members), prior.cast)
    evidence = posterior.nats(whole, where, classes)
    probability = posterior.posterior(evidence, prior.coloring[coloring] + np.log(where.share))
    told = {"contract": prior.coloring[coloring]} | {sign: values[:, 0] for sign, values in evidence.items()}
    return Table(cells, probability, told, scores, places)


def _whole(scores: Mapping[Cell, Scores], cell: Cell, signs: Sequence[str]) -> Scores:
    mine, first = scores[cell], scores[cell[0], 0]
    found = {sign: mine.by_sign.get(sign, first.by_sign.get(sign)) for sign in signs}
    known = {sign: values for sign, values in found.items() if values is not None}
    return Scores(mine.frames, known, first.log_probabilities)


def _shares(cells: Sequence[Cell], members: np.ndarray) -> np.ndarray:
    """Return each geometry's part of its coloring, among the geometries that ran with it."""
    whole: dict[int, float] = {}
    for coloring, geometry in cells:
        whole[coloring] = whole.get(coloring, 0.0) + members[geometry]
    return np.array([members[geometry] / whole[coloring] for coloring, geometry in cells])
