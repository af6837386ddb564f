"""Static figures of detections: frames with their boxes in a grid, and the regions a cascade cut out of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from workbench.errors import InvalidValue
from workbench.frames import open_frames
from workbench.frames.frame import FrameSequence
from workbench.inference.cascade_mistakes import Cutter
from workbench.inference.sources import check_limit
from workbench.recipes.callables import Preprocess
from workbench.results import Prediction
from workbench.results.cascade import Cascade
from workbench.views.box_style import at_least
from workbench.views.boxes import overlay_boxes, shrunk
from workbench.views.drawing import fit
from workbench.views.paper import DPI, SMALL, WIDTH, Paper, shorten
from workbench.views.presentation import where

if TYPE_CHECKING:
    import supervision as sv

LINE = 0.2  # inches a line of text takes
GAP = 0.14
TALLEST = 4.2  # inches of one frame
LETTERS = 9 * DPI // 72  # pixels of the figure: 9 points, as all its small text
REGION = 1.15  # inches of one region, high and wide
Boxes = Sequence["sv.Detections"] | Prediction | Cascade  # one Detections a frame, or a result that has them


class _Cell(NamedTuple):
    """One picture of a grid, and what stands above and below it."""

    picture: np.ndarray
    above: str
    below: str = ""


def figure_detections(  # noqa: PLR0913 - the frames, their boxes, and four options by name
    frames: Any,
    detections: Boxes | Mapping[str, Boxes],
    *,
    threshold: float = 0.0,
    columns: int = 2,
    limit: int = 12,
    indices: Sequence[int] | None = None,
) -> Figure:
    """Show frames with their boxes in a grid; several named detections of the same frames stand side by side.

    Args:
        frames: an opened sequence, or anything `open_frames` takes that stays.
        detections: one `Detections` a frame, a Prediction or Cascade, or name -> such.
        threshold: the score, 0 to 1, from which on a box is drawn.
        columns: pictures in a row; with several named detections there is one column for each.
        limit: at most so many frames, spread evenly from the first to the last.
        indices: the frames to show, in this order, in place of those.

    Raises:
        InvalidValue: not one `Detections` a frame, no frames that stay, no such frame, or a limit below 1.
    """
    check_limit(limit)
    named = by_name(detections)
    source = frames_for(frames, named)
    spread = np.linspace(0, len(source) - 1, min(limit, len(source)))
    shown = sorted({round(i) for i in spread}) if indices is None else list(indices)
    if not shown or not all(0 <= index < len(source) for index in shown):
        raise InvalidValue(f"figure_detections: frames go from 0 to {len(source) - 1}; got {shown}")
    columns = len(named) if len(named) > 1 else max(1, min(columns, len(shown)))
    width = (WIDTH - GAP * (columns - 1)) / columns
    cells = []
    for index in shown:
        image = source[index].image
        for name, each in named.items():
            small, boxes = shrunk(image, each[index], height=round(TALLEST * DPI), width=round(width * DPI))
            drawn = overlay_boxes(small, boxes, threshold=threshold, size=LETTERS)
            count = len(at_least(each[index], threshold))
            words = (name, where(source, index), f"{count} {'box' if count == 1 else 'boxes'}")
            cells.append(_Cell(drawn, " · ".join(filter(None, words))))
    return _grid(cells, columns=columns, width=width)


def figure_regions(
    frames: Any, cascade: Cascade, *, detector_recipe: Preprocess | None = None, limit: int = 24
) -> Figure:
    """Show the regions a cascade cut out, with the detector's class above and the classifier's answer below.

    A cascade with mistakes is shown with them: what its classifier was given.

    Args:
        frames: those the cascade is of; an opened sequence, or anything `open_frames` takes that stays.
        cascade: its boxes, margin and mistakes say what is cut.
        detector_recipe: as in the cascade; needed for the mistakes that fit the frame once more.
        limit: at most so many regions, the first ones.

    Raises:
        InvalidValue: fewer frames than the cascade has, a mistake needs a `detector_recipe`, or a limit below 1.
    """
    check_limit(limit)
    source = frames_for(frames, {"": cascade.detections})
    cutter = Cutter(cascade.margin, cascade.mistakes, detector_recipe)
    cells = list(islice(_regions(source, cascade, cutter), limit))
    if not cells:
        return _nothing(f"No region of these {len(source)} frames was classified.")
    columns = int((WIDTH + GAP) / (REGION + GAP))
    return _grid(cells, columns=columns, width=REGION)


def by_name(detections: Boxes | Mapping[str, Boxes]) -> dict[str, tuple[sv.Detections, ...]]:
    """Return named detections as a mapping, and a bare list under the empty name.

    Raises:
        InvalidValue: there are none, or a prediction has no boxes.
    """
    named = detections if isinstance(detections, Mapping) else {"": detections}
    if not named:
        raise InvalidValue("at least one list of detections is needed, such as {'detector': prediction.detections}")
    return {str(name): _listed(each) for name, each in named.items()}


def _listed(boxes: Boxes) -> tuple[sv.Detections, ...]:
    found = boxes.detections if isinstance(boxes, Prediction | Cascade) else boxes
    if found is None:
        raise InvalidValue("this prediction has no boxes; name the format of its outputs: predict(..., boxes=NAME)")
    return tuple(found)


def frames_for(frames: Any, named: Mapping[str, Sequence[Any]]) -> FrameSequence:
    """Return the frames as a sequence, cut off where the detections end.

    Raises:
        InvalidValue: a stream, no frames, or not as many detections under each name, or more than frames.
    """
    source = open_frames(frames)
    if not isinstance(source, FrameSequence):
        raise InvalidValue(f"{source.origin} is a stream; keep some of its frames first: take(source, limit=100)")
    lengths = {name: len(each) for name, each in named.items()}
    count = next(iter(lengths.values()))
    if not count or set(lengths.values()) != {count} or count > len(source):
        told = ", ".join(f"{name or 'detections'} {length}" for name, length in lengths.items())
        raise InvalidValue(f"one Detections a frame is needed; got {told} for {len(source)} frames")
    return source if count == len(source) else source[:count]


def _regions(frames: FrameSequence, cascade: Cascade, cutter: Cutter) -> Iterator[_Cell]:
    for index, found in enumerate(cascade.detections):
        if not len(found):
            continue
        cut = cutter(frames[index].image, found.xyxy)
        side = round(REGION * DPI)
        for place, region in zip(cut.places, cut.pictures, strict=True):
            score = "" if found.confidence is None else f" {found.confidence[place]:.0%}"
            yield _Cell(
                fit(region, height=side, width=side),
                f"{found.data['class_name'][place]}{score}",
                f"{found.data['answer'][place]} {found.data['answer_score'][place]:.0%}",
            )


def _nothing(words: str) -> Paper:
    """Return a page with one line in place of pictures, so that a report goes on where nothing was found."""
    page = Paper(2 * LINE, spoken=words)
    page.words(0, 0, words, size=SMALL)
    return page


def _grid(cells: Sequence[_Cell], *, columns: int, width: float) -> Paper:
    """Lay cells out in rows, each as high as its highest picture, with a line above and, where wanted, below."""
    rows = [cells[i : i + columns] for i in range(0, len(cells), columns)]
    heights = [max(cell.picture.shape[0] for cell in row) / DPI for row in rows]
    foot = LINE if any(cell.below for cell in cells) else 0.0
    total = sum(heights) + len(rows) * (LINE + foot) + (len(rows) - 1) * GAP
    page = Paper(total, spoken="; ".join(" ".join(filter(None, (cell.above, cell.below))) for cell in cells))
    top = 0.0
    for row, height in zip(rows, heights, strict=True):
        for place, cell in enumerate(row):
            left, high = place * (width + GAP), cell.picture.shape[0] / DPI
            page.words(left, top, shorten(cell.above, int(width * 14)), size=SMALL)
            page.picture(cell.picture, left, top + LINE, height=high)
            page.words(left, top + LINE + high + 0.04, shorten(cell.below, int(width * 13)), size=SMALL, weight="bold")
        top += height + LINE + foot + GAP
    return page
