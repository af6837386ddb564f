"""Figures of models side by side: how far they agree, what each costs, what each answers to a frame.

Each figure is a `matplotlib.figure.Figure` of its own; pyplot's global state is left alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from workbench.diagnose.model_comparison import ModelComparison, answer_in_words
from workbench.errors import InvalidValue
from workbench.frames.frame import FrameSequence
from workbench.views.paper import INK, SERIES, SMALL, WIDTH, Paper, shorten

LINE, ROW, CELL = 0.2, 0.32, 0.62  # inches: a line of text, a row of bars, the height of a cell
WIDEST_CELL = 1.1
LETTER = 0.082  # inches a letter takes on average
GAP = 0.2
SHADES = LinearSegmentedColormap.from_list("agreement", ["#f6dcc3", "#eef1f4", "#2a6cb8"])  # orange, pale, blue
DARK, LIGHT, WHITE_FROM = "#1a1a1a", "#ffffff", 0.92  # letters on a cell; white ones above this share


def figure_agreement(comparison: ModelComparison) -> Figure:
    """Show the agreement matrix as a heat map: for classes the share of frames with the same answer.

    For boxes it is the mean matched overlap; a dash stands where two kinds of answers cannot be compared.
    """
    names, shares = comparison.names, comparison.agreement
    left = min(max(map(len, names)) * LETTER + 0.2, WIDTH * 0.35)
    width = min((WIDTH - left) / len(names), WIDEST_CELL)
    top = 3.4 * LINE
    page = Paper(top + CELL * len(names), spoken=_spoken_agreement(comparison))
    page.words(0, 0, "Agreement", weight="bold", size=11)
    page.words(0, 1.2 * LINE, f"{_kind(comparison)}, {len(comparison)} frames", size=SMALL)
    axes = page.place(left, top, width * len(names), CELL * len(names))
    axes.set(xlim=(0, len(names)), ylim=(len(names), 0), xticks=[], yticks=[])
    for row, name in enumerate(names):
        middle = top + CELL * (row + 0.5)
        weight = "bold" if row == 0 else "normal"
        page.words(0, middle, shorten(name, int(left / LETTER)), va="center", weight=weight)
        across = left + width * (row + 0.5)
        page.words(across, top - 0.9 * LINE, shorten(name, int(width / LETTER)), ha="center", size=SMALL, weight=weight)
        for column, share in enumerate(shares[row]):
            color = "#dddddd" if math.isnan(share) else SHADES(share)
            axes.fill([column, column + 1, column + 1, column], [row, row, row + 1, row + 1], color=color, ec=LIGHT)
            ink = LIGHT if share > WHITE_FROM else DARK
            page.words(left + width * (column + 0.5), middle, _share(share), ha="center", va="center", color=ink)
    return page


def figure_model_costs(comparison: ModelComparison) -> Figure:
    """Show milliseconds a frame, seconds to load and megabytes of every model as bars.

    Raises:
        InvalidValue: nothing was measured.
    """
    if not comparison.costs:
        raise InvalidValue("nothing was measured; run compare_models with measure=True")
    names, costs = comparison.names, comparison.costs
    panels: dict[str, dict[str, float | None]] = {
        "ms a frame": {name: costs[name].latency_ms for name in names},
        "seconds to load": {name: costs[name].load_seconds for name in names},
        "MB in a process of its own": {name: costs[name].memory_mb for name in names},
    }
    shown = {title: values for title, values in panels.items() if any(v is not None for v in values.values())}
    left = min(max(map(len, names)) * LETTER + 0.2, WIDTH * 0.3)
    width = (WIDTH - left - GAP * (len(shown) - 1)) / len(shown)
    page = Paper(3 * LINE + ROW * len(names), spoken=_spoken_costs(shown))
    page.words(0, 0, "What each costs", weight="bold", size=11)
    for place, name in enumerate(names):
        middle = 2.6 * LINE + ROW * (place + 0.5)
        page.words(0, middle, shorten(name, int(left / LETTER)), va="center", weight="normal" if place else "bold")
    for place, (title, values) in enumerate(shown.items()):
        _bars(page, title, list(values.values()), left=left + place * (width + GAP), width=width)
    return page


def figure_answers(
    frames: FrameSequence, comparison: ModelComparison, indices: Sequence[int] | None = None, *, columns: int = 4
) -> Figure:
    """Show frames, and below each what every model answers; another answer than the first model's is marked.

    Args:
        frames: the frames that were compared.
        comparison: what the models answered.
        indices: which frames; by default up to eight, those on which most models flip first.
        columns: pictures in a row.

    Raises:
        InvalidValue: there are not as many frames as answers, or no such frame.
    """
    if len(frames) != len(comparison):
        raise InvalidValue(f"figure_answers needs the frames that were compared: {len(comparison)}; got {len(frames)}")
    shown = _most_disputed(comparison, 8) if indices is None else list(indices)
    if not shown or not all(0 <= i < len(frames) for i in shown):
        raise InvalidValue(f"figure_answers: frames go from 0 to {len(frames) - 1}; got {shown}")
    images = [frames[i].image for i in shown]
    width = (WIDTH - GAP * (columns - 1)) / columns
    height = min(max(width * image.shape[0] / image.shape[1] for image in images), 0.75 * width)
    block = height + LINE * (len(comparison.names) + 0.6)
    page = Paper(block * -(-len(shown) // columns), spoken=f"{len(shown)} frames with the answers of every model")
    for place, (index, image) in enumerate(zip(shown, images, strict=True)):
        left, top = place % columns * (width + GAP), place // columns * block
        fitted = min(height, width * image.shape[0] / image.shape[1])
        page.picture(image, left, top, height=fitted)
        _answers(page, comparison, index, at=(left, top + height + 0.25 * LINE), width=width)
    return page


def _answers(page: Paper, comparison: ModelComparison, index: int, *, at: tuple[float, float], width: float) -> None:
    left, top = at
    for row, (name, prediction) in enumerate(comparison.predictions.items()):
        said = answer_in_words(prediction, index, threshold=comparison.threshold)
        flipped = comparison.flips[name][index]
        words = f"{name}: {'≠ ' if flipped else ''}{said}"
        weight, color = "bold" if flipped else "normal", SERIES[row % len(SERIES)]
        page.words(
            left,
            top + LINE * row,
            shorten(words, int(width * (12 if flipped else 14))),
            size=SMALL,
            weight=weight,
            color=color,
        )


def _most_disputed(comparison: ModelComparison, count: int) -> list[int]:
    flips = np.sum(list(comparison.flips.values()), axis=0)
    return [int(i) for i in np.argsort(-flips, kind="stable")[:count]]


def _bars(page: Paper, title: str, values: Sequence[float | None], *, left: float, width: float) -> None:
    page.words(left, 1.3 * LINE, title, size=SMALL, weight="bold")
    numbers = 0.75
    most = max(value for value in values if value is not None)
    axes = page.place(left, 2.6 * LINE, width - numbers, ROW * len(values))
    axes.set(xlim=(0, most), ylim=(len(values) - 0.5, -0.5), xticks=[], yticks=[])
    for place, value in enumerate(values):
        middle = 2.6 * LINE + ROW * (place + 0.5)
        axes.barh(place, most, height=0.56, color=INK, alpha=0.16)
        if value is not None:
            axes.barh(place, value, height=0.56, color=SERIES[place % len(SERIES)])
        text = "no file" if value is None else f"{value:.3g}" if value < 1000 else f"{value:.0f}"
        page.words(left + width - numbers + 0.08, middle, text, va="center", size=SMALL)


def _kind(comparison: ModelComparison) -> str:
    """Say what the shares are of: they differ between classes and boxes."""
    sides = comparison.predictions.values()
    classes = ["share of frames with the same top answer"] if any(each.classification for each in sides) else []
    boxes = ["mean overlap of the boxes that match"] if any(each.detections is not None for each in sides) else []
    return "; ".join(classes + boxes) or "no classes and no boxes"


def _share(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.0%}"


def _spoken_agreement(comparison: ModelComparison) -> str:
    first, *others = comparison.names
    told = [f"{n} {_share(s)}" for n, s in zip(others, comparison.agreement[0, 1:], strict=True)]
    return f"Agreement with {first}: {', '.join(told) or 'nothing to compare'}"


def _spoken_costs(panels: Mapping[str, Mapping[str, float | None]]) -> str:
    parts = []
    for title, values in panels.items():
        told = ", ".join(f"{name} {value:.3g}" for name, value in values.items() if value is not None)
        parts.append(f"{title}: {told}")
    return "; ".join(parts)
