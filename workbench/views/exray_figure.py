"""Kinds of preprocessing faults over models, with intervals, beside the figures that a paper has for them.

The figure is a `matplotlib.figure.Figure` of its own; pyplot's global state is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workbench.diagnose.exray import KINDS, OWN, PUBLISHED, SHOWN
from workbench.diagnose.matrix import Matrix
from workbench.errors import InvalidValue
from workbench.views.paper import INK, SERIES, SMALL, WIDTH, Paper, shorten

LINE, ROW, APART = 0.2, 0.19, 0.22  # inches: a line of text, a model's interval, between two kinds
NAMES, GAP, LONGEST = 1.5, 0.45, 56  # inches: names of the kinds, between the panels; letters of a model's name
MARKERS = "osD^vP"
FAULTS = tuple(kind for kind in KINDS if kind != OWN)


def figure_exray(found: Mapping[str, Matrix]) -> Figure:
    """Show what each kind of fault costs each model: accuracy in points, and the share of answers that flip.

    Open diamonds are what ML-EXray gives for MobileNetV2, and gray bars reach over all seven of its classifiers.

    Args:
        found: name of a model -> its matrix, as `exray` gives it.

    Raises:
        InvalidValue: there is no model.
    """
    if not found:
        raise InvalidValue("figure_exray needs at least one model, such as {'cifar10-cnn': exray(...)}")
    labelled = {name: each for name, each in found.items() if each.change is not None}
    block = ROW * (len(found) + 1) + APART
    head = LINE * (3.2 + len(found))
    page = Paper(head + block * len(FAULTS) + 2.2 * LINE, spoken=_spoken(found))
    page.words(0, 0, "What the faults of ML-EXray cost these models", weight="bold", size=11)
    _legend(page, found)
    width = (WIDTH - NAMES - GAP - 0.15) / 2
    points = page.place(NAMES, head, width, block * len(FAULTS))
    flips = page.place(NAMES + width + GAP, head, width, block * len(FAULTS))
    for axes in (points, flips):
        axes.set(ylim=(block * len(FAULTS), 0), yticks=[])
        axes.grid(axis="x", color=INK, alpha=0.22, linewidth=0.8)
    for place, kind in enumerate(FAULTS):
        page.words(0, head + block * (place + 0.42), kind, va="center", weight="bold", size=SMALL)
        _published(points, kind, block * place + APART / 2 + ROW * (len(found) + 0.5))
    for place, (name, matrix) in enumerate(found.items()):
        down = [block * row + APART / 2 + ROW * (place + 0.5) for row in range(len(FAULTS))]
        if name in labelled:
            _intervals(points, matrix, "change", down, place)
        _intervals(flips, matrix, "flips", down, place)
    points.axvline(0, color=INK, linewidth=1)
    flips.set_xlim(-1, 101)
    below = head + block * len(FAULTS) + 1.4 * LINE
    page.words(NAMES, below, "top-1 accuracy against the own recipe, points", size=SMALL)
    page.words(NAMES + width + GAP, below, "answers that flip against the own recipe, %", size=SMALL)
    return page


def _legend(page: Paper, found: Mapping[str, Matrix]) -> None:
    for place, (name, matrix) in enumerate(found.items()):
        known = ", labelled" if matrix.change is not None else ", without labels"
        words = f"{shorten(name, LONGEST)}: {len(matrix)} frames{known}"
        _key(page, LINE * (1.75 + place), words, place)
    paper = f"{SHOWN} in ML-EXray (Qiu et al., MLSys 2022); bar: all {len(PUBLISHED)} classifiers there"
    _key(page, LINE * (1.75 + len(found)), paper, None)


def _key(page: Paper, top: float, words: str, place: int | None) -> None:
    axes = page.place(NAMES, top - 0.07, 0.2, 0.14)
    axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
    style = {"marker": "d", "markerfacecolor": "none", "color": INK} if place is None else _style(place)
    axes.plot([0.5], [0.5], linestyle="", markersize=6, **style)  # type: ignore[arg-type]
    page.words(NAMES + 0.26, top, words, va="center", size=SMALL)


def _style(place: int) -> dict[str, str]:
    return {"marker": MARKERS[place % len(MARKERS)], "color": SERIES[place % len(SERIES)]}


def _intervals(axes: Axes, matrix: Matrix, name: str, down: list[float], place: int) -> None:
    """Draw a model's figure under every fault with its interval, in percent; a fault that is none to it is said."""
    measure = matrix.measures[name]
    for kind, top in zip(FAULTS, down, strict=True):
        cell = 0, matrix.serving.index(kind)
        if matrix.own[cell]:
            axes.text(1, top, "its own", color=SERIES[place % len(SERIES)], size=SMALL - 1.5, va="center")
            continue
        mean, low, high = (100 * float(each[cell]) for each in (measure.mean, measure.low, measure.high))
        axes.hlines(top, low, high, color=SERIES[place % len(SERIES)], linewidth=2, alpha=0.75)
        axes.plot([mean], [top], linestyle="", markersize=6, **_style(place))  # type: ignore[arg-type]


def _published(axes: Axes, kind: str, down: float) -> None:
    """Draw the paper's figure for one fault, and how far its classifiers lie apart; nothing where it has none."""
    if kind not in PUBLISHED[SHOWN]:
        return
    changes = [100 * (each[kind] - each[OWN]) for each in PUBLISHED.values()]
    axes.hlines(down, min(changes), max(changes), color=INK, linewidth=5, alpha=0.3)
    there = 100 * (PUBLISHED[SHOWN][kind] - PUBLISHED[SHOWN][OWN])
    axes.plot([there], [down], "d", markersize=6, markerfacecolor="none", color=INK)


def _spoken(found: Mapping[str, Matrix]) -> str:
    told = []
    for name, matrix in found.items():
        flips = matrix.flips.mean[0]
        told.append(f"{name} flips " + ", ".join(f"{flips[matrix.serving.index(kind)]:.0%} {kind}" for kind in FAULTS))
    return "; ".join(told)
