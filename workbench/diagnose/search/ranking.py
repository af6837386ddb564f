"""From the tables of a search to its candidates."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from workbench.diagnose.search.halving import Halving
from workbench.diagnose.search.result import Candidate
from workbench.diagnose.search.table import Cell, Table
from workbench.recipes import Recipe

CREDIBLE = 0.99  # of a coloring's probability: the geometries in it cannot be told apart, the others are spoken against
NO_POWER = 1.0  # nats; a geometry that is better by less does not take the place of the first


def ranked(search: Halving) -> tuple[Candidate, ...]:
    """Return the candidates of a finished search, best first."""
    probability, evidence = _last_words(search.rounds)
    found = []
    for coloring in range(len(search.colorings)):
        cells = [cell for cell in probability if cell[0] == coloring]
        for group in _grouped(cells, probability, search.rounds[-1]):
            found.append((_candidate(search, group, _homes(search, cells)), group))
    made = [
        Candidate(recipe, also, float(sum(probability[cell] for cell in group)), evidence[first])
        for (recipe, also, first), group in found
    ]
    best = {sign: max(each.evidence.get(sign, -np.inf) for each in made) for sign in evidence[next(iter(evidence))]}
    relative = [
        Candidate(each.recipe, each.also, each.probability,
                  {sign: value - best[sign] for sign, value in each.evidence.items()})
        for each in made
    ]  # fmt: skip
    return tuple(sorted(relative, key=lambda each: (-each.probability, -sum(each.evidence.values()))))


def _last_words(rounds: list[Table]) -> tuple[dict[Cell, float], dict[Cell, dict[str, float]]]:
    """Return probability and evidence of every cell by the last round it was in, which shares what is left."""
    probability: dict[Cell, float] = {}
    evidence: dict[Cell, dict[str, float]] = {}
    for found in rounds:
        dropped = sum(p for cell, p in probability.items() if cell not in found.cells)
        for number, cell in enumerate(found.cells):
            probability[cell] = float(found.probability[number]) * (1 - dropped)
            evidence[cell] = {sign: float(values[number]) for sign, values in found.evidence.items()}
    return probability, evidence


def _grouped(cells: list[Cell], probability: dict[Cell, float], last: Table) -> Iterable[list[Cell]]:
    """Split the geometries of one coloring: those that hold its probability together, then each of the others."""
    order = sorted(cells, key=lambda cell: -probability[cell])
    whole, total = sum(probability[cell] for cell in cells), 0.0
    group: list[Cell] = []
    for cell in order:
        if total >= CREDIBLE * whole and group:
            break
        group.append(cell)
        total += probability[cell]
    nats = dict(zip(last.cells, last.total, strict=True))
    if cells[0] in group and nats.get(group[0], 0.0) - nats.get(cells[0], 0.0) < NO_POWER:
        group.sort(key=lambda cell: cell != cells[0])  # the first geometry speaks for all where none is better
    yield group
    yield from ([cell] for cell in order if cell not in group)


def _homes(search: Halving, cells: list[Cell]) -> dict[int, int]:
    """Return for each class of geometries the one that it is counted with: itself, where it ran in the last round."""
    ran = [geometry for _, geometry in cells]
    homes = {}
    for number in range(len(search.geometries)):
        alike = [geometry for geometry in ran if search.same_fit(number, geometry)]
        homes[number] = number if number in ran else (alike or ran)[0]
    return homes


def _candidate(search: Halving, group: list[Cell], homes: dict[int, int]) -> tuple[Recipe, tuple[Recipe, ...], Cell]:
    first = group[0]
    mine = {geometry for _, geometry in group}
    geometries = sorted((n for n, home in homes.items() if home in mine), key=lambda n: n != first[1])
    recipes = [
        search.axes.recipe(coloring, geometry)
        for number in geometries
        for geometry in search.geometries[number].members
        for coloring in search.colorings[first[0]].members
    ]
    return recipes[0], tuple(recipes[1:]), first
