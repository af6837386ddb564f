"""The figure of an attribution: what each slot costs, how sure that is, and which slots depend on each other.

It is a `matplotlib.figure.Figure` of its own; pyplot's global state is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from workbench.diagnose.attribute import Attribution
from workbench.diagnose.attribute.metrics import DEFINITIONS
from workbench.diagnose.attribute.wording import figure
from workbench.views.paper import A_COLOR, B_COLOR, INK, SMALL, WIDTH, Paper, shorten

LINE, ROW, CELL = 0.2, 0.46, 0.34  # inches: a line of text, a slot's bar, a cell of the matrix
NAMES, NUMBERS = 3.3, 2.5  # inches left of the bars and right of them
WIDEST = 1.1  # inches of a cell
LETTER, SMALL_LETTER = 0.088, 0.074  # inches a letter takes on average, of both sizes
SHADES = LinearSegmentedColormap.from_list("interaction", ["#7fb2e6", "#f2f2f0", "#f0a860"])  # blue, pale, orange
DARK, LIGHT = "#1a1a1a", "#ffffff"


def figure_attribution(attribution: Attribution) -> Figure:
    """Show each slot's part of the loss as a bar with its 95% interval, the total, and the interactions of pairs.

    Bars that cost are orange, those that give back blue. In the matrix blue pairs cost less together than one by one
    (one hides the other), orange ones more.
    """
    count = len(attribution.players)
    matrix = count > 1 and bool(attribution.total or np.abs(attribution.interactions.to_numpy()).max() > 0)
    top, bars = 3.3 * LINE, ROW * (count + 1)
    notes = len(attribution.aside)
    height = top + bars + 0.4 * LINE + (4.9 * LINE + CELL * (count - 1) if matrix else 0) + 1.2 * LINE * notes
    page = Paper(height, spoken=attribution.verdict)
    page.words(0, 0, f"What each slot costs, on {len(attribution)} frames", weight="bold", size=11)
    page.words(0, 1.25 * LINE, shorten(DEFINITIONS[attribution.metric], 140), size=SMALL)
    _bars(page, attribution, top=top)
    if matrix:
        _matrix(page, attribution, top=top + bars + 1.6 * LINE)
    for place, (slot, why) in enumerate(attribution.aside.items()):
        below = height - 1.2 * LINE * (notes - place) - 0.1 * LINE
        page.words(0, below, shorten(f"{slot} set aside: {why}", 140), size=SMALL)
    return page


def _bars(page: Paper, attribution: Attribution, *, top: float) -> None:
    table = attribution.to_frame()
    width = WIDTH - NAMES - NUMBERS
    axes = page.place(NAMES, top, width, ROW * (len(table) + 1))
    bounds = [0.0, attribution.total, *attribution.total_interval, *table["low"], *table["high"], *table["value"]]
    least, most = min(bounds), max(bounds)
    room = 0.02 * ((most - least) or 1.0)
    axes.set(xlim=(least - room, most + room), ylim=(len(table) + 0.5, -0.5), xticks=[], yticks=[])
    axes.axvline(0, color=INK, linewidth=0.8)
    page.words(WIDTH - NUMBERS + 0.62, top - LINE, "part", ha="right", size=SMALL)
    page.words(WIDTH, top - LINE, "95% interval", ha="right", size=SMALL)
    for place, row in enumerate(table.to_dict("records")):
        middle, values = top + ROW * (place + 0.5), (row["value"], row["low"], row["high"])
        _bar(axes, place, values, B_COLOR if row["value"] >= 0 else A_COLOR)
        page.words(0, middle - 0.02, shorten(row["slot"], int(NAMES / LETTER)), va="bottom", weight="bold")
        change = shorten(" → ".join(filter(None, (row["training"], row["serving"]))), int(NAMES / SMALL_LETTER))
        page.words(0, middle + 0.02, change, size=SMALL)
        share = "" if np.isnan(row["share"]) else f"{round(100 * row['share'])}%".replace("-", "−")
        _numbers(page, middle, [figure(each, attribution.total) for each in values], share)
    middle = top + ROW * (len(table) + 0.5)
    whole = (attribution.total, *attribution.total_interval)
    _bar(axes, len(table), whole, INK)
    page.words(0, middle, "together", va="center", weight="bold")
    _numbers(page, middle, [figure(each, attribution.total) for each in whole], "")


def _bar(axes: Axes, place: int, values: tuple[float, float, float], color: str) -> None:
    value, low, high = values
    axes.barh(place - 0.1, value, height=0.44, color=color)
    below = place + 0.27
    if low == high:  # one frame, or all frames alike: nothing that a sample of them could tell
        return
    axes.plot([low, high], [below, below], color=INK, linewidth=1.4, solid_capstyle="butt")
    axes.plot([low, high], [below, below], "|", color=INK, markersize=6, markeredgewidth=1.4)


def _numbers(page: Paper, middle: float, values: Sequence[str], share: str) -> None:
    value, low, high = values
    page.words(WIDTH - NUMBERS + 0.62, middle, value, va="center", ha="right", weight="bold")
    page.words(WIDTH - NUMBERS + 1.18, middle, share, va="center", ha="right")
    page.words(WIDTH, middle, f"{low} to {high}", va="center", ha="right", size=SMALL)


def _matrix(page: Paper, attribution: Attribution, *, top: float) -> None:
    order = attribution.to_frame()["slot"].tolist()
    pairs = attribution.interactions.loc[order, order].to_numpy()
    count, most = len(order) - 1, float(np.abs(pairs).max()) or 1.0
    width = min((WIDTH - NAMES) / count, WIDEST)
    page.words(0, top, "Pairs", weight="bold")
    page.words(NAMES, top, "below 0: one hides the other; above 0: they are worse together", size=SMALL)
    first = top + 2.7 * LINE
    axes = page.place(NAMES, first, width * count, CELL * count)
    axes.set(xlim=(0, count), ylim=(count, 0), xticks=[], yticks=[])
    for place in range(count):
        page.words(0, first + CELL * (place + 0.5), shorten(order[place + 1], int(NAMES / LETTER)), va="center")
        across = NAMES + width * (place + 0.5)
        page.words(across, first - LINE, shorten(order[place], int(width / SMALL_LETTER)), ha="center", size=SMALL)
    for row, column in ((r, c) for r in range(count) for c in range(r + 1)):
        value = float(pairs[row + 1, column])
        corners, down = [column, column + 1, column + 1, column], [row, row, row + 1, row + 1]
        axes.fill(corners, down, color=SHADES(0.5 + 0.5 * value / most), ec=LIGHT)
        text = figure(value, attribution.total or most)
        axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=DARK, size=SMALL)
