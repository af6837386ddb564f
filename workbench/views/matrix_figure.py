"""A training x serving matrix as a heat map: likes side by side, every cell with its interval.

The figure is a `matplotlib.figure.Figure` of its own, and can be saved as a picture or, for a paper, as SVG or PDF.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import radians, sin

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from workbench.diagnose.matrix import Matrix, Measure
from workbench.views.matrix_axes import Axis, axis, lettered, row_axis
from workbench.views.matrix_cells import SAID, Shades, in_figures, interval_in_figures, measure_of, shades
from workbench.views.paper import SERIES, SMALL, WIDTH, Paper, shorten
from workbench.views.trees import draw_tree, merges

LINE, LETTER = 0.2, 0.074  # inches: a line of text, the width of a small letter
CELL, WIDEST = 0.46, 1.15  # inches: height of a cell, and its width at most
TREE, BAR = 0.5, 0.16  # inches: height of a tree, of the bar with a group's letter
TINY = 7.0  # points: the interval in a cell
ROOM_NAME, ROOM, ROOM_BOTH = 0.12, 0.22, 0.5  # inches: the narrowest column that takes its name; figures; intervals
NARROWEST = 0.06  # inches: of a cell without any
SLANT = 38  # degrees of the columns' names
LONGEST_NAME, LONGEST_GROUP = 30, 60  # letters
TITLE = "Rows: how a model was trained; columns: how it is served"


@dataclass(frozen=True, slots=True)
class Grid:
    """What is drawn, and where its cells lie, in inches from the top left of the page."""

    matrix: Matrix
    name: str  # of the measure
    rows: Axis
    columns: Axis
    left: float
    top: float

    @property
    def measure(self) -> Measure:
        """The measure that is drawn."""
        return measure_of(self.matrix, self.name)

    @property
    def bottom(self) -> float:
        """Inches to the end of the last row."""
        return self.top + self.rows.length


def figure_matrix(matrix: Matrix, *, measure: str = "", title: str = TITLE) -> Figure:
    """Show a measure of every training x serving pair as a heat map.

    Rows and columns stand in the order of their clusters, with the trees at the sides and a gap between groups; a row
    that was trained under several recipes stands apart. A cell has its figure and its 95% interval; the row's own
    recipe is outlined. The letters of an accuracy are bold where the paired interval of its change leaves 0 out.

    Args:
        matrix: what `train_serve_matrix` gave.
        measure: accuracy, change, flips or kl; by default accuracy where it is known, else flips.
        title: the heading.

    Raises:
        UnknownName: there is no such measure.
        InvalidValue: the measure needs true classes, and none were given.
    """
    grid = _grid(matrix, measure or next(iter(matrix.measures)))
    painted = shades(grid.name, grid.measure.mean)
    longest = min(max(map(len, matrix.serving)), LONGEST_NAME)
    foot = grid.bottom + longest * LETTER * sin(radians(SLANT)) + 1.5 * LINE
    told = _told(grid)
    width = max(WIDTH, grid.left + grid.columns.length + TREE + 0.3)  # more than a page takes at the narrowest
    page = Paper(foot + LINE * len(told), width=width, spoken=_spoken(grid))
    page.words(0, 0, title, weight="bold", size=11)
    page.words(0, 1.3 * LINE, f"{SAID[grid.name]} · {len(matrix):,} frames{_as_trained(grid)}", size=SMALL)
    _scale(page, grid, painted)
    _trees(page, grid)
    _cells(page, grid, painted)
    _names(page, grid)
    for line, text in enumerate(told):
        page.words(0, foot + LINE * line, text, size=SMALL)
    return page


def _grid(matrix: Matrix, name: str) -> Grid:
    count = measure_of(matrix, name).mean.shape[1]
    left = min(max(map(len, matrix.training)), LONGEST_NAME) * LETTER + 0.25
    width = max(min((WIDTH - left - TREE - 0.4) / count - 0.06, WIDEST), NARROWEST)
    columns = axis(matrix.columns, matrix.columns.order, step=width)
    return Grid(matrix, name, row_axis(matrix, step=CELL), columns, left, 3.4 * LINE + TREE)


def _cells(page: Paper, grid: Grid, painted: Shades) -> None:
    axes = page.place(grid.left, grid.top, grid.columns.length, grid.rows.length)
    axes.set(xlim=(0, grid.columns.length), ylim=(grid.rows.length, 0), xticks=[], yticks=[])
    for row, down in grid.rows.places.items():
        for column, across in grid.columns.places.items():
            color, ink = painted.of(grid.measure.mean[row, column])
            axes.add_patch(Rectangle((across, down), grid.columns.step, CELL, facecolor=color, linewidth=0))
            if grid.matrix.own[row, column]:
                inside = (across + 0.03, down + 0.03), grid.columns.step - 0.06, CELL - 0.06
                axes.add_patch(Rectangle(*inside, fill=False, edgecolor=ink, linewidth=1.6))
            _write(page, grid, (row, column), ink)


def _write(page: Paper, grid: Grid, cell: tuple[int, int], ink: str) -> None:
    """Write a cell's figure, and below it its interval, as far as there is room; 0 against itself has no interval."""
    if grid.columns.step < ROOM:
        return
    middle, top = grid.left + grid.columns.middles[cell[1]], grid.top + grid.rows.places[cell[0]]
    said = in_figures(grid.name, grid.measure.mean[cell])
    range_ = interval_in_figures(grid.name, grid.measure.low[cell], grid.measure.high[cell])
    itself = grid.name != "accuracy" and grid.matrix.own[cell] and not grid.matrix.mixed[cell[0]]
    alone = itself or grid.columns.step < ROOM_BOTH
    weight = "bold" if _sure(grid, cell) else "normal"
    page.words(middle, top + (0.23 if alone else 0.18), said, ha="center", va="center", color=ink, weight=weight)
    if not alone:
        page.words(middle, top + 0.34, range_, ha="center", va="center", color=ink, size=TINY)


def _trees(page: Paper, grid: Grid) -> None:
    """Draw the columns' tree above the cells and the rows' to their right, and a bar over every group of several."""
    matrix, rows, columns = grid.matrix, grid.rows, grid.columns
    above = page.place(grid.left, grid.top - TREE - BAR - 0.08, columns.length, TREE)
    above.set(xlim=(0, columns.length), xticks=[], yticks=[])
    draw_tree(above, merges(matrix.columns.linkage, columns.middles))
    beside = page.place(grid.left + columns.length + 0.08, grid.top, TREE, rows.length)
    beside.set(ylim=(rows.length, 0), xticks=[], yticks=[])
    single = {row: middle for row, middle in rows.middles.items() if not matrix.mixed[row]}
    draw_tree(beside, merges(matrix.rows.linkage, single), lying=True)
    for place, (letter, (_, members)) in enumerate(lettered(matrix.columns).items()):
        first, last = (pick(columns.places[member] for member in members) for pick in (min, max))
        width, color = last - first + columns.step, SERIES[place % len(SERIES)]
        bar = page.place(grid.left + first, grid.top - BAR - 0.04, width, BAR)
        bar.set(xticks=[], yticks=[])
        bar.add_patch(Rectangle((0, 0), 1, 1, facecolor=color, linewidth=0))
        middle = grid.left + first + width / 2, grid.top - 0.04 - BAR / 2
        page.words(*middle, letter, ha="center", va="center", size=SMALL, color="white", weight="bold")


def _names(page: Paper, grid: Grid) -> None:
    """Write the rows' names to their left, and the columns' slanted below, each ending under its own middle."""
    for row, middle in grid.rows.middles.items():
        style = "italic" if grid.matrix.mixed[row] else "normal"
        words = shorten(grid.matrix.training[row], LONGEST_NAME)
        page.words(grid.left - 0.12, grid.top + middle, words, ha="right", va="center", size=SMALL, style=style)
    slanted = {"ha": "right", "rotation": SLANT, "rotation_mode": "anchor", "size": SMALL}
    for column, middle in grid.columns.middles.items() if grid.columns.step >= ROOM_NAME else ():
        words = shorten(grid.matrix.serving[column], LONGEST_NAME)
        page.words(grid.left + middle + 0.06, grid.bottom + 0.07, words, **slanted)


def _scale(page: Paper, grid: Grid, painted: Shades) -> None:
    """Draw the scale of the colours at the top right."""
    finite = grid.measure.mean[np.isfinite(grid.measure.mean)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    width, left, top = 1.5, WIDTH - 2.1, 0.02
    axes = page.place(left, top, width, 0.12)
    steps = [to_rgb(painted.of(step)[0]) for step in np.linspace(low, high, 120)]
    axes.imshow([steps], aspect="auto")  # one picture: bars side by side have seams in a vector drawing
    axes.set(xticks=[], yticks=[])
    page.words(left - 0.06, top + 0.06, in_figures(grid.name, low), ha="right", va="center", size=SMALL)
    page.words(left + width + 0.06, top + 0.06, in_figures(grid.name, high), va="center", size=SMALL)


def _sure(grid: Grid, cell: tuple[int, int]) -> bool:
    """Tell whether a cell's accuracy differs from the row's own beyond chance."""
    change = grid.matrix.change
    if change is None or grid.name not in ("accuracy", "change"):
        return False
    return bool(change.low[cell] > 0 or change.high[cell] < 0)


def _told(grid: Grid) -> list[str]:
    """Return the lines below the cells: how to read one, and what the groups are."""
    bold = "; bold: beyond chance not that of the own recipe" if grid.name in ("accuracy", "change") else ""
    apart = "; italic, apart: trained under a mixture" if grid.matrix.mixed.any() else ""
    several = lettered(grid.matrix.columns).items()
    groups = [f"{letter}  {shorten(name, LONGEST_GROUP)}" for letter, (name, _) in several]
    served = [shorten(f"answered alike:  {'  ·  '.join(groups)}", 170)] if groups else []
    small = "; small: 95% interval over the frames" if grid.columns.step >= ROOM_BOTH else ""
    own = "; outlined: the model's own recipe" if grid.matrix.own.any() else ""
    return [f"{own}{small}{bold}{apart}".removeprefix("; "), *served]


def _as_trained(grid: Grid) -> str:
    """Return what the models reach under their own recipes, where not every row has a cell that says it."""
    base = grid.matrix.baseline
    if base is None or grid.name not in ("accuracy", "change") or grid.matrix.own.any(axis=1).all():
        return ""
    ends = dict.fromkeys(f"{100 * end:.0f}" for end in (base.mean.min(), base.mean.max()))
    return f" · as trained {' to '.join(ends)}"


def _spoken(grid: Grid) -> str:
    rows = []
    for training, means in zip(grid.matrix.training, grid.measure.mean, strict=True):
        cells = (f"{name} {in_figures(grid.name, mean)}" for name, mean in zip(grid.matrix.serving, means, strict=True))
        rows.append(f"{training}: {', '.join(cells)}")
    return f"{SAID[grid.name]}. {'; '.join(rows)}"
