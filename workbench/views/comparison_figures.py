"""Figures of a comparison: the frames that flip, the classes they are of, and where in the picture A and B differ.

Each figure is a `matplotlib.figure.Figure` of its own; pyplot's global state is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from workbench.diagnose.attribute.metrics import UNITS
from workbench.diagnose.attribute.wording import figure
from workbench.diagnose.box_comparison import BoxComparison
from workbench.diagnose.comparison import Comparison
from workbench.diagnose.difference_map import DifferenceMap
from workbench.errors import InvalidValue
from workbench.frames import open_frames
from workbench.frames.frame import FrameSequence
from workbench.recipes.callables import Preprocess
from workbench.results import Classification
from workbench.views.answers import Answer
from workbench.views.box_figures import figure_detections
from workbench.views.charts import BAR, draw_bars
from workbench.views.panes import PaneMaker
from workbench.views.paper import A_COLOR, B_COLOR, INK, SMALL, WIDTH, Paper, shorten
from workbench.views.presentation import where
from workbench.views.state import ViewerState

if TYPE_CHECKING:
    import pandas as pd

LINE, GAP, ROW = 0.2, 0.14, 0.32  # inches
PICTURE = 1.3  # inches
MOST_CLASSES = 15
DARK, LIGHT = "#1a1a1a", "#ffffff"
HEAT = LinearSegmentedColormap.from_list("levels", ["#f2f2f0", "#f0a860", "#9c3d00"])
BACK = LinearSegmentedColormap.from_list("recovered", ["#f0a860", "#f2f2f0", "#7fb2e6"])  # orange, pale, blue


def figure_flips(
    comparison: Comparison | BoxComparison,
    frames: Any,
    recipes: tuple[Preprocess, Preprocess],
    *,
    limit: int = 4,
    top: int = 3,
) -> Figure:
    """Show the worst flipped frames: the picture, what the model sees of it under A and under B, both answers.

    A is the recipe as in training; both tensors are shown as a model trained with it takes them. Of boxes the frame
    is shown twice, with A's boxes and with B's.

    Args:
        comparison: what A and B answered.
        frames: those that were compared; an opened sequence, or anything `open_frames` takes that stays.
        recipes: those of A and B.
        limit: at most so many frames, the worst first: by divergence, or by boxes lost, new and renamed.
        top: classes of each answer.

    Raises:
        InvalidValue: not the frames that were compared, or two functions in the recipes' place.
    """
    source = open_frames(frames)
    if not isinstance(source, FrameSequence) or len(source) != len(comparison):
        raise InvalidValue(f"figure_flips needs the {len(comparison)} frames that were compared, and they must stay")
    worst = _worst_flips(comparison)[:limit]
    if not worst:
        return _line(f"No answer flips on these {len(comparison)} frames.")
    if isinstance(comparison, BoxComparison):
        sides = {"A": comparison.a, "B": comparison.b}
        return figure_detections(source, sides, threshold=comparison.threshold, indices=worst)
    maker = PaneMaker(source)
    rows = {index: maker(ViewerState(len(source), *recipes, index=index)).images[:3] for index in worst}
    maker.close()
    pictures = max(PICTURE * sum(image.shape[1] / image.shape[0] for image in each) for each in rows.values()) + 2 * GAP
    wide = min(pictures, 0.55 * WIDTH)
    block = max(BAR * top + 3.4 * LINE, PICTURE * wide / pictures + 2.2 * LINE) + LINE
    page = Paper(block * len(rows) - LINE, spoken=comparison.verdict)
    for place, (index, images) in enumerate(rows.items()):
        page.words(0, place * block, shorten(_whose(comparison, source, index), 110), weight="bold")
        _pictures(page, images, top=place * block + 1.2 * LINE, height=PICTURE * wide / pictures)
        _both_answers(page, comparison, index, at=(wide + 0.3, place * block + 1.2 * LINE), rows=top)
    return page


def figure_per_class(comparison: Comparison | BoxComparison) -> Figure:
    """Show which classes a change hits: the share of frames that flip, or of boxes lost or renamed, as bars.

    At most 15 classes, those with most of them first; `per_class()` has all.
    """
    table = comparison.per_class()
    boxes = isinstance(comparison, BoxComparison)
    shown = table[table["boxes_a"] > 0] if boxes else table
    if not len(shown):
        return _line("A has no box of any class.")
    rest = len(shown) - MOST_CLASSES
    shown = shown.head(MOST_CLASSES)
    words = "boxes lost or renamed, of A's" if boxes else "frames that flip"
    page = Paper(2.9 * LINE + ROW * len(shown) + (LINE if rest > 0 else 0), spoken=f"{words}: {comparison.verdict}")
    page.words(0, 0, f"By class: {words}", weight="bold", size=11)
    labels, numbers = 2.9, 3.6
    axes = page.place(labels, 2.2 * LINE, WIDTH - labels - numbers, ROW * len(shown))
    axes.set(xlim=(0, 1), ylim=(len(shown) - 0.5, -0.5), xticks=[], yticks=[])
    for place, row in enumerate(_rows(shown)):
        hit, count = (row["lost"] + row["renamed"], row["boxes_a"]) if boxes else (row["flips"], row["frames"])
        axes.barh(place, 1, height=0.56, color=INK, alpha=0.16)
        axes.barh(place, hit / count, height=0.56, color=B_COLOR)
        middle = 2.2 * LINE + ROW * (place + 0.5)
        page.words(0, middle, shorten(str(row["class"]), 32), va="center", weight="bold" if hit else "normal")
        page.words(WIDTH - numbers + 0.12, middle, f"{hit} of {count}", va="center")
        page.words(WIDTH - numbers + 1.12, middle, shorten(_besides(row), 34), va="center", size=SMALL)
    if rest > 0:
        page.words(0, 2.4 * LINE + ROW * len(shown), f"{rest} more classes", size=SMALL)
    return page


def figure_difference_map(found: DifferenceMap, frame: np.ndarray | None = None) -> Figure:
    """Show where two recipes differ, and how much of the loss each region gives back when it is as in training.

    Args:
        found: the map.
        frame: a picture (h, w, 3) uint8 RGB to stand beside it, such as what the model sees of one frame.
    """
    height = 2.9
    wide = height * found.pixels.shape[1] / found.pixels.shape[0]
    parts = 1 + (frame is not None) + (found.recovered is not None)
    scale = min(1.0, (WIDTH - GAP * (parts - 1)) / (wide * parts))
    height, wide = height * scale, wide * scale
    page = Paper(height + 2.6 * LINE, spoken=found.verdict)
    left = 0.0
    if frame is not None:
        page.words(left, 0, "one frame", weight="bold")
        page.place(left, 2.4 * LINE, wide, height).imshow(frame, aspect="auto")
        page.axes[-1].set_axis_off()
        left += wide + GAP
    page.words(left, 0, "where the tensors differ", weight="bold")
    page.words(left, LINE, f"mean of {found.count} frames, 0 to {found.pixels.max():.0f} levels", size=SMALL)
    heat = page.place(left, 2.4 * LINE, wide, height)
    heat.imshow(found.pixels, cmap=HEAT, vmin=0, vmax=float(found.pixels.max()) or 1.0, aspect="auto")
    heat.set_axis_off()
    if found.recovered is not None:
        left += wide + GAP
        page.words(left, 0, "what each region gives back", weight="bold")
        page.words(left, LINE, _share_of(found), size=SMALL)
        _regions(page, found, found.recovered, at=(left, 2.4 * LINE), size=(wide, height))
    return page


def _pictures(page: Paper, images: Sequence[np.ndarray], *, top: float, height: float) -> None:
    """Draw a flipped frame, and what the model sees of it under A and under B."""
    left = 0.0
    for image, name, color in zip(images, ("frame", "A", "B"), (INK, A_COLOR, B_COLOR), strict=True):
        page.words(left, top, name, size=SMALL, color=color, weight="bold")
        page.picture(image, left, top + LINE, height=height)
        left += height * image.shape[1] / image.shape[0] + GAP


def _both_answers(page: Paper, comparison: Comparison, index: int, *, at: tuple[float, float], rows: int) -> None:
    left, top = at
    width = (WIDTH - left - 2 * GAP) / 2
    for place, (side, color) in enumerate(((comparison.a, A_COLOR), (comparison.b, B_COLOR))):
        assert side.classification is not None  # held when the comparison was made
        across = left + place * (width + 2 * GAP)
        page.words(across, top, f"{'AB'[place]} answers", size=SMALL, color=color, weight="bold")
        answer = _answer(side.classification, index, rows)
        draw_bars(page, answer, at=(across, top + 1.1 * LINE), width=width, color=color)


def _worst_flips(comparison: Comparison | BoxComparison) -> list[int]:
    if isinstance(comparison, BoxComparison):
        harm = (comparison.lost + comparison.new + comparison.renamed).astype(float)
    else:
        harm = np.where(np.isfinite(comparison.kl), comparison.kl, np.inf)
    return [int(i) for i in np.argsort(-harm, kind="stable") if comparison.flips[i]]


def _answer(classes: Classification, index: int, rows: int) -> Answer:
    found = tuple(classes.top(rows)[index])
    return Answer(rows=found) if found else Answer(note="NaN or Inf: no class")


def _whose(comparison: Comparison, source: FrameSequence, index: int) -> str:
    classes = comparison.a.classification
    known = comparison.truth is not None and classes is not None
    truth = f"; true class {classes.labels[comparison.truth[index]]}" if known else ""  # type: ignore[union-attr, index]
    return f"{where(source, index)}{truth}"


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(column): value for column, value in row.items()} for row in table.to_dict("records")]


def _besides(row: dict[str, Any]) -> str:
    """Say what stands right of a class's bar."""
    parts = []
    if "accuracy_a" in row:
        parts.append(f"right {row['accuracy_a']:.0%} → {row['accuracy_b']:.0%}")
    if row.get("instead"):
        parts.append(f"now {row['instead']}")
    if row.get("new"):
        parts.append(f"{row['new']} new")
    if "precision_a" in row and not np.isnan(row["precision_a"]):
        parts.append(f"precision {row['precision_a']:.2f} → {row['precision_b']:.2f}")
    return ", ".join(parts)


def _share_of(found: DifferenceMap) -> str:
    if not found.loss > 0:
        return "no answer changes"
    return f"of a loss of {figure(found.loss, found.loss)} ({UNITS[found.metric]}); below 0: worse"


def _regions(
    page: Paper, found: DifferenceMap, values: np.ndarray, *, at: tuple[float, float], size: tuple[float, float]
) -> None:
    rows, columns = found.grid
    axes = page.place(*at, *size)
    axes.set(xlim=(0, columns), ylim=(rows, 0), xticks=[], yticks=[])
    most = float(np.nanmax(np.abs(values))) or 1.0
    for row, column in np.ndindex(rows, columns):
        value = float(values[row, column])
        across, down = [column, column + 1, column + 1, column], [row, row, row + 1, row + 1]
        axes.fill(across, down, color=BACK(0.5 + 0.5 * value / most), ec=LIGHT)
        if found.loss > 0 and size[0] / columns > 0.42:
            text = f"{round(100 * value / found.loss)}%".replace("-", "−")
            axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=DARK, size=SMALL)


def _line(words: str) -> Paper:
    page = Paper(2 * LINE, spoken=words)
    page.words(0, 0, words, size=SMALL)
    return page
