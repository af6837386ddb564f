"""Static figures of one frame: what the model sees through some recipes, and A beside B.

Each function returns a `matplotlib.figure.Figure` of its own; pyplot's global state is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from workbench.errors import InvalidValue
from workbench.frames import open_frames
from workbench.frames.frame import Frame, FrameSequence
from workbench.models import Model
from workbench.recipes import Recipe, to_picture
from workbench.recipes.callables import Preprocess
from workbench.views.answers import Answer
from workbench.views.charts import bars_height, draw_bars
from workbench.views.panes import PaneMaker, Panes, answers_to, readable
from workbench.views.paper import A_COLOR, B_COLOR, INK, SMALL, WIDTH, Paper, row_height, shorten
from workbench.views.presentation import captions, in_words, summary
from workbench.views.state import ViewerState

Picture = Frame | np.ndarray | str | Path
GAP = 0.14  # inches between pictures
LINE = 0.2  # inches a line of text takes


def figure_seen(frame: Picture, recipes: Mapping[str, Preprocess], *, expected: Recipe | None = None) -> Figure:
    """Show a frame and, for each named recipe, its tensor as a model trained with `expected` sees it.

    Without `expected` each tensor is read by its own recipe's conventions, which shows geometry but hides a
    wrong range or colour.

    Raises:
        InvalidValue: no recipe, or a function whose numbers only `expected` could explain.
    """
    if not recipes:
        raise InvalidValue("figure_seen needs at least one named recipe, such as {'own': recipe}")
    frames = _sequence(frame)
    maker = PaneMaker(frames)
    seen = {name: _seen(maker.tensor(recipe, 0), recipe, expected) for name, recipe in recipes.items()}
    details = ["as decoded", *(_difference(recipe, expected) for recipe in recipes.values())]
    images = [frames[0].image, *seen.values()]
    height = row_height(images, gap=GAP)
    page = Paper(height + 2 * LINE + 0.06, spoken=f"The frame as seen through: {', '.join(recipes)}")
    left = 0.0
    for title, detail, image in zip(["original", *recipes], details, images, strict=True):
        width = height * image.shape[1] / image.shape[0]
        page.words(left, 0, shorten(title, int(width * 11)), weight="bold")
        page.words(left, LINE, shorten(detail, int(width * 14)), size=SMALL)
        page.picture(image, left, 2 * LINE + 0.04, height=height)
        left += width + GAP
    return page


def figure_compare(
    frame: Picture, recipes: tuple[Preprocess, Preprocess], model: Model | None = None, *, top: int = 5
) -> Figure:
    """Show a frame as recipes A and B make it, their difference, and what the model answers to both.

    A is the recipe the model was trained with; B's tensor is shown as that model sees it.
    """
    state = ViewerState(1, *recipes)
    panes = PaneMaker(_sequence(frame))(state)
    return draw_comparison(panes, state, answers_to(model, panes, state, k=top) if model else ())


def draw_comparison(panes: Panes, state: ViewerState, answers: Sequence[Answer] = ()) -> Figure:
    """Draw panes and answers that are there already."""
    height = row_height(panes.images, gap=GAP)
    pictures, bars = 3.5 * LINE + 0.06, max((bars_height(each) for each in answers), default=0.0)
    charts = pictures + height + 2 * LINE
    page = Paper(charts + (1.2 * LINE + bars if answers else -0.5 * LINE), spoken=_spoken(state, answers))
    page.words(0, 0, shorten(f"A → B: {summary(state) or 'the same recipe twice'}", 120), weight="bold", size=11)
    left = 0.0
    for image, text, color in zip(panes.images, captions(panes), (INK, A_COLOR, B_COLOR, INK), strict=True):
        page.words(left, 1.5 * LINE, text["title"], weight="bold", color=color)
        page.words(left, 2.5 * LINE, text["detail"], size=SMALL)
        page.picture(image, left, pictures, height=height)
        foot = f"0 … {text['scale']} levels" if text["scale"] else text["size"]
        page.words(left, pictures + height + 0.05, foot, size=SMALL)
        left += height * image.shape[1] / image.shape[0] + GAP
    width = (WIDTH - 0.5) / 2
    for place, (each, color) in enumerate(zip(answers, (A_COLOR, B_COLOR), strict=False)):
        page.words(place * (width + 0.5), charts, f"{'AB'[place]} predicts", weight="bold", color=color)
        draw_bars(page, each, at=(place * (width + 0.5), charts + 1.2 * LINE), width=width, color=color)
    return page


def _sequence(frame: Picture) -> FrameSequence:
    source = [frame.image] if isinstance(frame, Frame) else [frame] if isinstance(frame, np.ndarray) else frame
    frames = open_frames(source)
    if not isinstance(frames, FrameSequence) or not len(frames):
        raise InvalidValue(f"a figure needs a frame that stays; got {frame!r}; take one: frames[0]")
    return frames


def _seen(tensor: np.ndarray, preprocess: Preprocess, expected: Recipe | None) -> np.ndarray:
    trained = expected or preprocess
    if not isinstance(trained, Recipe):
        raise InvalidValue("a function's numbers have no meaning of their own; give expected, the trained recipe")
    picture: np.ndarray = to_picture(tensor[None], readable(trained, preprocess))[0]
    return picture


def _difference(preprocess: Preprocess, expected: Recipe | None) -> str:
    if not isinstance(preprocess, Recipe):
        return "a function"
    if expected is None:
        return in_words(preprocess.size)
    return ", ".join(f"{slot} {in_words(b)}" for slot, (_, b) in (expected - preprocess).items()) or "as trained"


def _spoken(state: ViewerState, answers: Sequence[Answer]) -> str:
    best = [each.rows[0][0] if each.rows else each.note for each in answers]
    said = f"; the model answers {' to A and '.join(best)} to B" if len(best) == 2 else ""
    return f"A and B side by side, with {summary(state) or 'no difference'}{said}"
