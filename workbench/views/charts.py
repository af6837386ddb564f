"""Charts of what models answer: top classes as bars, a clip over time, accuracy of variants.

Each figure is a `matplotlib.figure.Figure` of its own; pyplot's global state is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from workbench.errors import InvalidValue
from workbench.frames.frame import FrameSequence
from workbench.results import Classification, Prediction
from workbench.views.answers import Answer
from workbench.views.paper import INK, SERIES, SMALL, WIDTH, Paper, row_height, shorten

BAR = 0.24  # inches from bar to bar
LINE = 0.2
GAP = 0.14


def figure_topk(predictions: Mapping[str, Prediction | Classification], index: int = 0, *, top: int = 5) -> Figure:
    """Show the most probable classes of frame `index`, one block of bars for each named prediction."""
    answers = {name: _answer(_classes(name, given), index, top) for name, given in predictions.items()}
    columns = min(len(answers), 2)
    if not columns:
        raise InvalidValue("figure_topk needs at least one named prediction, such as {'A': prediction}")
    block = max(bars_height(each) for each in answers.values()) + 2 * LINE
    page = Paper(block * -(-len(answers) // columns), spoken=f"Top {top} classes of: {', '.join(answers)}")
    width = (WIDTH - 0.4 * (columns - 1)) / columns
    for place, (name, each) in enumerate(answers.items()):
        left, above = place % columns * (width + 0.4), place // columns * block
        color = SERIES[place % len(SERIES)]
        page.words(left, above, shorten(name, 60), weight="bold", color=color)
        draw_bars(page, each, at=(left, above + 1.2 * LINE), width=width, color=color)
    return page


def figure_costs(accuracies: Mapping[str, float], *, count: int | None = None, title: str = "Top-1 accuracy") -> Figure:
    """Show the accuracy (0..1) of named variants as bars; the first is the one to be held against.

    With `count`, the number of pictures, each is written as a count too.
    """
    if not accuracies:
        raise InvalidValue("figure_costs needs at least one named accuracy, such as {'own recipe': 0.95}")
    rows, first = list(accuracies.items()), next(iter(accuracies.values()))
    page = Paper(LINE * 1.8 + 0.32 * len(rows), spoken=_spoken_costs(title, accuracies))
    page.words(0, 0, title, weight="bold", size=11)
    labels = min(max(len(name) for name in accuracies) * 0.082 + 0.2, WIDTH * 0.45)
    axes = page.place(labels, LINE * 1.6, WIDTH - labels - 1.9, 0.32 * len(rows))
    axes.set(xlim=(0, 1), ylim=(len(rows) - 0.5, -0.5), xticks=[], yticks=[])
    for place, (name, value) in enumerate(rows):
        color = SERIES[0] if value >= first else SERIES[1]
        axes.barh(place, 1, height=0.56, color=INK, alpha=0.16)
        axes.barh(place, value, height=0.56, color=color)
        middle = LINE * 1.6 + 0.32 * (place + 0.5)
        page.words(0, middle, shorten(name, int(labels / 0.08)), va="center", weight="bold" if place == 0 else "normal")
        page.words(WIDTH - 1.78, middle, _cost(value, first, count, place), va="center")
    return page


def figure_strip(frames: FrameSequence, predictions: Mapping[str, Prediction], *, thumbnails: int = 7) -> Figure:
    """Show a clip over time: thumbnails with each prediction's answer, its probability in every frame, and flips.

    A flip is a frame in which a prediction's most probable class is not that of the first one.

    Raises:
        InvalidValue: no prediction, one without class probabilities, or not one answer a frame.
    """
    classes = {name: _classes(name, given) for name, given in predictions.items()}
    if not classes or any(len(each) != len(frames) for each in classes.values()):
        counts = ", ".join(f"{name} {len(each)}" for name, each in classes.items()) or "none"
        raise InvalidValue(f"figure_strip needs one answer a frame: {len(frames)} frames, answers: {counts}")
    shown = sorted({round(i) for i in np.linspace(0, len(frames) - 1, min(thumbnails, len(frames)))})
    images = [frames[i].image for i in shown]
    height = row_height(images, gap=GAP, most=1.5)
    lines = LINE * len(classes) * 2
    page = Paper(height + LINE * 1.3 + lines + 1.95, spoken=_spoken_strip(classes))
    _thumbnails(page, frames, shown, height=height, classes=classes)
    _timeline(page, predictions, classes, top=height + LINE * 1.3 + lines + 0.35)
    return page


def draw_bars(page: Paper, given: Answer, *, at: tuple[float, float], width: float, color: str) -> None:
    """Draw one answer's classes as labelled bars, or its note; `at` is (left, top) in inches."""
    left, top = at
    if given.note:
        page.words(left, top, shorten(given.note, int(width * 14)), size=SMALL)
        top += BAR
    if not given.rows:
        return
    labels, numbers = width * 0.42, 0.55
    axes = page.place(left + labels, top, width - labels - numbers, BAR * len(given.rows))
    axes.set(xlim=(0, 1), ylim=(len(given.rows) - 0.5, -0.5), xticks=[], yticks=[])
    for place, (label, share) in enumerate(given.rows):
        axes.barh(place, 1, height=0.5, color=INK, alpha=0.16)
        axes.barh(place, share, height=0.5, color=color)
        middle, weight = top + BAR * (place + 0.5), "bold" if place == 0 else "normal"
        page.words(left, middle, shorten(label, int(labels * 12)), va="center", size=SMALL, weight=weight)
        page.words(left + width, middle, f"{share:.1%}", va="center", ha="right", size=SMALL, weight=weight)


def bars_height(given: Answer) -> float:
    """Return the height in inches that `draw_bars` takes."""
    return BAR * max(len(given.rows), 1)


def _thumbnails(
    page: Paper, frames: FrameSequence, shown: list[int], *, height: float, classes: Mapping[str, Classification]
) -> None:
    """Draw thumbnails in a row, and below each what every prediction says of it."""
    left = 0.0
    reference = next(iter(classes.values()))
    for index in shown:
        frame = frames[index]
        width = height * frame.image.shape[1] / frame.image.shape[0]
        page.picture(frame.image, left, 0, height=height)
        time = "" if frame.time_s is None else f" · {frame.time_s:.2f} s"
        page.words(left, height + 0.05, f"{frame.index}{time}", size=SMALL)
        for place, each in enumerate(classes.values()):
            flipped = each.best[index] != reference.best[index]
            top = height + LINE * (1.4 + 2 * place)
            words = f"{'≠ ' if flipped else ''}{each.label(index)}"
            color = SERIES[place % len(SERIES)]
            page.words(
                left,
                top,
                shorten(words, int(width * 11.5)),
                size=SMALL,
                color=color,
                weight="bold" if flipped else "normal",
            )
            page.words(left, top + LINE * 0.85, f"{each.confidence[index]:.0%}", size=SMALL, color=color)
        left += width + GAP


def _timeline(
    page: Paper, predictions: Mapping[str, Prediction], classes: Mapping[str, Classification], *, top: float
) -> None:
    """Draw each prediction's probability over all frames, and a mark wherever one flips."""
    numbers = next(iter(predictions.values())).indices
    axes = page.place(0.45, top, WIDTH - 0.5, 1.1)
    axes.set(
        xlim=(numbers[0] - 0.5, numbers[-1] + 0.5), ylim=(-0.06 - 0.1 * (len(classes) - 1), 1.04), yticks=[0, 0.5, 1]
    )
    axes.set_yticklabels(["0", "50%", "100%"])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="y", color=INK, alpha=0.25, linewidth=0.8)
    caption = "frame; lines: probability of the most probable class" + "; marks: flips" * (len(classes) > 1)
    page.words(0.45, top + 1.4, caption, size=SMALL)
    reference = next(iter(classes.values())).best
    for place, (name, each) in enumerate(classes.items()):
        color, marker = SERIES[place % len(SERIES)], "o" if len(numbers) < 40 else ""
        axes.plot(numbers, each.confidence, color=color, linewidth=1.6, marker=marker, markersize=3.5)
        flips = numbers[each.best != reference]
        axes.plot(flips, np.full(len(flips), -0.06 - 0.1 * (place - 1)), "|", color=color, markersize=7)
        note = "" if place == 0 else f": {len(flips)} of {len(numbers)} answers flip"
        page.words(
            0.45 + place * 3.4, top - 0.3, shorten(f"— {name}{note}", 52), color=color, size=SMALL, weight="bold"
        )


def _classes(name: str, given: Prediction | Classification) -> Classification:
    classes = given.classification if isinstance(given, Prediction) else given
    if classes is None:
        raise InvalidValue(f"{name!r} has no class probabilities to draw; its outputs are of another kind")
    return classes


def _answer(classes: Classification, index: int, top: int) -> Answer:
    rows = tuple(classes.top(top)[index])
    return Answer(rows=rows) if rows else Answer(note="NaN or Inf in the output: no class can be named.")


def _cost(value: float, first: float, count: int | None, place: int) -> str:
    counted = f"{round(value * count)}/{count} · " if count else ""
    lost = f"  ({100 * (value - first):+.0f})".replace("-", "−") if place else ""
    return f"{counted}{value:.0%}{lost}"


def _spoken_costs(title: str, accuracies: Mapping[str, float]) -> str:
    return f"{title}: " + ", ".join(f"{name} {value:.0%}" for name, value in accuracies.items())


def _spoken_strip(classes: Mapping[str, Classification]) -> str:
    changes = [sum(x != y for x, y in pairwise(each.best)) for each in classes.values()]
    return "Answers over time: " + ", ".join(f"{n} changes {c} times" for n, c in zip(classes, changes, strict=True))
