"""`train_serve_matrix`: models, each with the recipe of its training, served under many recipes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from workbench.diagnose.comparison import Comparison, check_truth
from workbench.diagnose.matrix.grouping import alike_answers, alike_profiles
from workbench.diagnose.matrix.matrix import Matrix
from workbench.diagnose.matrix.measure import Measure
from workbench.errors import InvalidValue
from workbench.inference import predict_many
from workbench.inference.sources import Source
from workbench.models import Model, load_model
from workbench.recipes import Recipe
from workbench.results import Classification, Prediction

FEWEST_RESAMPLES = 100  # below, the 2.5% and 97.5% percentiles are the outermost few samples
Trained = Recipe | Sequence[Recipe]  # what a model was trained under: one recipe, or a mixture
Served = Recipe | Mapping[str, Any]  # a recipe, or slots in which serving differs from the row's own recipe


def train_serve_matrix(  # noqa: PLR0913 - models, recipes, frames and what is known of them, and three options
    models: Mapping[str, tuple[Trained, Model | Any]],
    serving: Mapping[str, Served],
    frames: Source,
    truth: Sequence[int] | np.ndarray | None = None,
    *,
    resamples: int = 1000,
    seed: int = 0,
    progress: bool = True,
) -> Matrix:
    """Run every model under every serving recipe on the same frames, and say what each pair costs.

    A row is held against itself under its own recipe: flips are answers that change, KL is the divergence from the
    answer under that recipe. A row trained under several recipes, which come last, is held against the mean of its
    answers under them, and its accuracy against the mean of its accuracies.

    Args:
        models: name -> (the recipe of training, or several that were mixed; a Model or anything `load_model` takes).
        serving: name -> a recipe, or a mapping of the slots that differ from each row's own: `{"color": "bgr"}`.
        frames: an opened sequence, or anything `open_frames` takes; none that a model was trained on.
        truth: (N,) true class index of each frame, where known.
        resamples: bootstrap samples of the frames, the same for all cells; over many frames fewer are drawn.
        seed: of the draws.
        progress: show a progress bar.

    Raises:
        InvalidValue: no model or serving recipe, a model that gives no class probabilities, not one true class for
            each frame, slots to change in a mixture, fewer than 100 resamples.
        InputMismatch: a recipe's tensors do not fit a model's input; nothing has run then.
        UnknownName: a slot or choice that nobody knows.
    """
    if not models or not serving:
        raise InvalidValue("train_serve_matrix needs a model and a serving recipe, such as {'bgr': {'color': 'bgr'}}")
    if resamples < FEWEST_RESAMPLES:
        raise InvalidValue(f"resamples is a number from {FEWEST_RESAMPLES}, for an interval of 95%; got {resamples}")
    rows = sorted((_Row(name, own, model, serving) for name, (own, model) in models.items()), key=lambda r: r.mixed)
    sides = {(r, c): (recipe, row.model) for r, row in enumerate(rows) for c, recipe in enumerate(row.recipes)}
    found = predict_many(frames, {f"{r} {c}": side for (r, c), side in sides.items()}, progress=progress)
    answers = [[_classes(row, found[f"{r} {c}"]) for c in range(len(row.recipes))] for r, row in enumerate(rows)]
    return _matrix(rows, answers, serving, truth=truth, draws=(resamples, seed))


class _Row:
    """One model: what it was trained under, and the recipes it has to run under, each once."""

    def __init__(self, name: str, own: Trained, model: Any, serving: Mapping[str, Served]) -> None:
        self.name, self.model = name, load_model(model)
        self.own = [own] if isinstance(own, Recipe) else list(own)
        if not self.own:
            raise InvalidValue(f"{name}: a model needs the recipe it was trained under; got none")
        self.mixed = len(self.own) > 1
        self.served = [self._served(column, each) for column, each in serving.items()]
        self.recipes = list(dict.fromkeys([*self.own, *self.served]))

    def _served(self, column: str, served: Served) -> Recipe:
        if isinstance(served, Recipe):
            return served
        if self.mixed:
            raise InvalidValue(
                f"serving {column!r} changes slots of the training recipe, and {self.name!r} was trained under "
                f"{len(self.own)}; give a whole recipe there, or leave {self.name!r} out"
            )
        return self.own[0].replace(**served)

    def of(self, recipes: Sequence[Recipe], answers: Sequence[Prediction]) -> list[Prediction]:
        """Return the answers under these recipes, of those under `self.recipes`."""
        return [answers[self.recipes.index(each)] for each in recipes]


def _classes(row: _Row, answers: Prediction) -> Prediction:
    if answers.classification is None:
        raise InvalidValue(f"{row.name}: a matrix needs one output of class probabilities; got {answers!r}")
    return answers


def _matrix(
    rows: Sequence[_Row],
    answers: Sequence[Sequence[Prediction]],
    serving: Mapping[str, Served],
    *,
    truth: Any,
    draws: tuple[int, int],
) -> Matrix:
    def measure(cells: list[list[np.ndarray]], unit: str, share: bool, itself: np.ndarray | None = None) -> Measure:
        return Measure(np.array(cells, dtype=np.float64), unit, share, *draws, certain=itself)

    mixed = np.array([row.mixed for row in rows])
    is_own = np.array([[each in row.own for each in row.served] for row in rows])
    served = [row.of(row.served, each) for row, each in zip(rows, answers, strict=True)]
    own = [row.of(row.own, each) for row, each in zip(rows, answers, strict=True)]
    pairs = [[Comparison(_merged(mine), each, slots={}) for each in row] for mine, row in zip(own, served, strict=True)]
    itself = is_own & ~mixed[:, None]
    flips = measure([[each.flips for each in row] for row in pairs], "share", True, itself)
    accuracy = base = change = None
    if truth is not None:
        accuracy = measure([[_right(each, truth) for each in row] for row in served], "share", True)
        base = measure([[np.mean([_right(e, truth) for e in row], axis=0)] for row in own], "share", True)
        change = Measure(accuracy.per_frame - base.per_frame, "share", False, *draws, certain=itself)
    single = [row for row in rows if not row.mixed]
    knowing = served[: len(single)] or served  # a mixture answers alike under recipes that others tell apart
    return Matrix(
        training=tuple(row.name for row in rows),
        serving=tuple(serving),
        own=is_own,
        mixed=mixed,
        flips=flips,
        kl=measure([[each.kl for each in row] for row in pairs], "nats", False, itself),
        accuracy=accuracy,
        change=change,
        baseline=base,
        rows=alike_profiles(flips.mean[: len(single)], {row.name: row.own[0].settings() for row in single}),
        columns=alike_answers(_probabilities(knowing), {name: _settings(each) for name, each in serving.items()}),
        recipes={
            "training": {row.name: [each.to_dict() for each in row.own] for row in rows},
            "serving": {name: each.to_dict() if isinstance(each, Recipe) else dict(each)
                        for name, each in serving.items()},
        },
    )  # fmt: skip


def _settings(served: Served) -> dict[str, Any]:
    return served.settings() if isinstance(served, Recipe) else dict(served)


def _merged(own: Sequence[Prediction]) -> Prediction:
    """Return what a row is held against: its answers under its own recipe, or the mean of those under several."""
    if len(own) == 1:
        return own[0]
    classes = [each.classification for each in own if each.classification]
    mean = np.stack([each.probabilities for each in classes]).mean(axis=0, dtype=np.float64)
    return replace(own[0], classification=Classification(mean.astype(np.float32), classes[0].labels))


def _right(answers: Prediction, truth: Any) -> np.ndarray:
    """Return (N,) 1 where the most probable class is the true one, else 0."""
    classes, known = answers.classification, np.asarray(truth)
    assert classes is not None
    check_truth(known, *classes.probabilities.shape)
    return np.asarray(classes.best == known, dtype=np.float64)


def _probabilities(served: Sequence[Sequence[Prediction]]) -> list[np.ndarray]:
    """Return for each row (S, N, C) the probabilities under every serving recipe."""
    return [np.stack([each.classification.probabilities for each in row if each.classification]) for row in served]
