"""A search's questions as jobs: so many candidates and so many frames each, of whole batches, merged in order.

A job names its frames; in the first round that they are in, the pictures go with it. Workers keep them, and one that
lacks them later says so and is sent them then. So no worker decodes what has been decoded.
"""

from __future__ import annotations

import uuid
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from workbench.diagnose.search.measuring import BATCH, Measured, Measuring, joined
from workbench.diagnose.search.tensors import Tensors
from workbench.errors import ClusterError
from workbench.frames.arrays import ArraySequence
from workbench.inference.segments.held_model import ModelFile, held
from workbench.recipes import Recipe

if TYPE_CHECKING:
    from workbench.cluster import Cluster, Outcome

JOBS_A_WORKER = 2  # of one question; a worker that is slower, or has started later, does fewer
HELD = 8  # groups of 16 frames that a worker keeps; of 1080p, 0.8 GB


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Some candidates on some frames."""

    model: ModelFile
    recipes: tuple[Recipe, ...]
    frames: str  # what the frames are called; equal names are equal frames
    outputs: bool
    pictures: tuple[np.ndarray, ...] | None = None  # (H, W, 3) uint8 RGB; None: the worker may have them


def answered(question: Question) -> list[Measured] | None:
    """Return what the network makes of each candidate; None where the pictures are not here.

    Raises:
        WorkbenchError: the model cannot be loaded, or does not take the tensors.
    """
    tensors = _held_tensors(question)
    if tensors is None:
        return None
    measuring, places = _measuring(question.model), range(len(tensors))
    return [measuring.of(tensors.of(recipe, places), outputs=question.outputs) for recipe in question.recipes]


_tensors: OrderedDict[str, Tensors] = OrderedDict()


def _held_tensors(question: Question) -> Tensors | None:
    if question.pictures is not None:
        _tensors[question.frames] = Tensors(ArraySequence(question.pictures), range(len(question.pictures)))
        while len(_tensors) > HELD:
            _tensors.popitem(last=False)
    elif question.frames in _tensors:
        _tensors.move_to_end(question.frames)
    return _tensors.get(question.frames)


@lru_cache(maxsize=1)
def _measuring(model: ModelFile) -> Measuring:
    return Measuring(held(model))


class AskingCluster:
    """On a cluster; see `Asking`.

    Args:
        cluster: an open one.
        model: the network, by name.
        tensors: of the frames, which are decoded here.
        pause: called when a job ends; it may raise to stop.
    """

    def __init__(
        self, cluster: Cluster, model: ModelFile, tensors: Tensors, *, pause: Callable[[], None] = lambda: None
    ) -> None:
        self._cluster, self._model, self._tensors, self._pause = cluster, model, tensors, pause
        self._search = uuid.uuid4().hex
        self._sent: set[str] = set()

    def __call__(self, recipes: Sequence[Recipe], places: tuple[int, ...], *, outputs: bool) -> Iterator[Measured]:
        """Yield what the network makes of each recipe, in order, once all is known."""
        parts = [part for _, some in groupby(recipes, _decoding) for part in self._split(list(some), places)]
        questions = [self._question(*part, outputs=outputs) for part in parts]
        answers = self._answers(questions, parts)
        self._sent |= {question.frames for question in questions}
        found: dict[Recipe, list[Measured]] = {}
        for (some, _), answer in zip(parts, answers, strict=True):  # a recipe's frames in order
            for recipe, measured in zip(some, answer, strict=True):
                found.setdefault(recipe, []).append(measured)
        return (joined(found[recipe]) for recipe in recipes)

    def _split(
        self, recipes: list[Recipe], places: tuple[int, ...]
    ) -> Iterator[tuple[tuple[Recipe, ...], tuple[int, ...]]]:
        """Yield parts of the product of candidates and frames, those of a candidate in the order of its frames."""
        step = BATCH if all(recipe.size for recipe in recipes) else len(places)  # else a batch is what is of one size
        groups = [places[at : at + step] for at in range(0, len(places), step)]
        wanted = -(-JOBS_A_WORKER * max(1, self._cluster.workers) // len(groups))
        for some in np.array_split(np.arange(len(recipes)), min(wanted, len(recipes))):
            for group in groups:
                yield tuple(recipes[number] for number in some), group

    def _question(self, recipes: tuple[Recipe, ...], places: tuple[int, ...], *, outputs: bool) -> Question:
        frames = f"{self._search} {_decoding(recipes[0])} {places}"
        question = Question(self._model, recipes, frames, outputs)
        return question if frames in self._sent else self._with_pictures(question, places)

    def _with_pictures(self, question: Question, places: tuple[int, ...]) -> Question:
        pictures = self._tensors.pictures(question.recipes[0])
        return replace(question, pictures=tuple(pictures[place] for place in places))

    def _answers(
        self, questions: Sequence[Question], parts: Sequence[tuple[tuple[Recipe, ...], tuple[int, ...]]]
    ) -> list[list[Measured]]:
        found: dict[int, list[Measured]] = {}
        waiting = dict(enumerate(questions))
        while waiting:
            jobs = {str(number): question for number, question in waiting.items()}
            lacking = {}
            for outcome in self._outcomes(jobs):
                self._pause()
                number = int(outcome.key)
                if outcome.error:
                    raise ClusterError(f"the search cannot go on: {outcome.error}")
                if outcome.value is None:
                    lacking[number] = self._with_pictures(waiting[number], parts[number][1])
                else:
                    found[number] = outcome.value
            waiting = lacking
        return [found[number] for number in range(len(questions))]

    def _outcomes(self, jobs: Mapping[str, Question]) -> Iterator[Outcome]:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sending large graph")  # the pictures, once; a worker keeps them
            yield from self._cluster.run(answered, jobs)


def _decoding(recipe: Recipe) -> tuple[str, str]:
    return recipe.decode, recipe.exif
