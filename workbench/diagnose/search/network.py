"""The network that is asked: what a recipe's tensors make of it, up to its first normalizations and at its outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from workbench.diagnose.search.signs import Scores, discrepancy, information, likelihood, mismatch, weightings
from workbench.errors import InputMismatch, InvalidValue
from workbench.inference.answers import fixed_batch, inferred, only_classification
from workbench.models import Model
from workbench.models.keras.statistics import TrainingStatistics, training_statistics
from workbench.models.model import check_batch

# The first normalization sees colour and range best: over the networks of benchmarks/zoo (seeds 0..19) and the samples
# the right recipe had the least discrepancy more often by the first than by the mean of four, which see the domain too.
# One on the input itself has three channels only, and then the next counts as well.
CHANNELS = 8
FLOOR = 1e-7  # the smallest probability: an 8-bit softmax gives exactly 0
BATCH = 16


class Network:
    """A model with what is known of the right answers.

    Args:
        model: the one that is asked.
        labels: (N,) true classes, where known.
        reference: raw outputs (N, ...) by name, where known.
        repeated: (N,) equal numbers for frames that show the same.
        pause: called before each batch; it may raise to stop.

    Attributes:
        statistics: what it keeps of training; None without BatchNormalization, or where it is no Keras model.
        finite: whether anything that it made so far was.
    """

    def __init__(
        self,
        model: Model,
        *,
        labels: np.ndarray | None,
        reference: dict[str, np.ndarray] | None,
        repeated: np.ndarray,
        pause: Callable[[], None] = lambda: None,
    ) -> None:
        self.model, self.labels, self.reference, self._pause = model, labels, reference, pause
        self._repeated = repeated
        self.statistics = _statistics(model)
        self.finite = False
        self._spread = {name: float(np.nanstd(values)) or 1.0 for name, values in (reference or {}).items()}

    @property
    def needs_outputs(self) -> bool:
        """Tell whether nothing is known of a recipe without running the network to its end."""
        return self.labels is not None or self.reference is not None or self.statistics is None

    def scores(self, batches: Sequence[np.ndarray], places: Sequence[int], *, outputs: bool) -> Scores:
        """Return the numbers of one recipe.

        Args:
            batches: its tensors of the frames at `places`.
            places: numbers of the frames.
            outputs: run the network to its end.

        Raises:
            InputMismatch: the tensors do not fit the model.
            InvalidValue: there are labels, but the outputs are no class probabilities.
        """
        repeated = self._repeated[list(places)]
        weights = weightings(repeated)
        parts = [batch[at : at + BATCH] for batch in batches for at in range(0, len(batch), BATCH)]
        found: dict[str, np.ndarray] = {}
        if self.statistics is not None:
            found["statistics"] = self._discrepancy(parts, weights)
        log_p = None
        if outputs:
            answers = self._answers(parts)
            log_p = self._log_probabilities(answers)
            found |= self._judged(answers, log_p, list(places), weights)
        return Scores(len(np.unique(repeated)), found, log_p)

    def _discrepancy(self, parts: Sequence[np.ndarray], weights: np.ndarray) -> np.ndarray:
        assert self.statistics is not None
        for part in parts[:1]:
            check_batch(part, self.model.inputs, self.model.name)
        moments = [self.statistics.measure([part]) for part in self._one_by_one(parts)]
        mean, square = (np.concatenate(each) for each in zip(*moments, strict=True))
        self.finite |= bool(np.isfinite(square).all(axis=1).any())
        return discrepancy(self.statistics, mean, square, weights)

    def _answers(self, parts: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        answers = [answer for part in self._one_by_one(parts) for answer in inferred(self.model, part)]
        return {name: np.concatenate([answer[name] for answer in answers]) for name in answers[0]}

    def _one_by_one(self, parts: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
        for part in parts:
            self._pause()
            yield part

    def _log_probabilities(self, answers: dict[str, np.ndarray]) -> np.ndarray | None:
        found = only_classification(answers, self.model)
        if found is None:
            return None
        self.finite |= bool(found.finite.any())
        return np.asarray(np.log(np.maximum(found.probabilities, FLOOR)))

    def _judged(
        self, answers: dict[str, np.ndarray], log_p: np.ndarray | None, places: list[int], weights: np.ndarray
    ) -> dict[str, np.ndarray]:
        found = {}
        if self.labels is not None:
            if log_p is None:
                shapes = ", ".join(f"{name} {values.shape}" for name, values in answers.items())
                raise InvalidValue(
                    f"{self.model.name} gives no class probabilities ({shapes}), so labels say nothing about it; leave "
                    "labels out, or give reference= outputs"
                )
            found["labels"] = likelihood(log_p, self._expected(places, log_p.shape[1]), weights)
        if self.reference is not None:
            found["reference"] = mismatch(self._residuals(answers, places), weights)
        if log_p is not None and not found:
            found["confidence"] = information(log_p, weights)
        return found

    def _expected(self, places: list[int], classes: int) -> np.ndarray:
        assert self.labels is not None
        if self.labels.max() >= classes:
            raise InvalidValue(
                f"label {int(self.labels.max())} is outside the {classes} classes of {self.model.name}, which count "
                "from 0; give class indices in the model's order"
            )
        return np.asarray(self.labels[places])

    def _residuals(self, answers: dict[str, np.ndarray], places: list[int]) -> np.ndarray:
        """Return the root mean square difference from the reference of each frame, in spreads of each output."""
        assert self.reference is not None
        squares = []
        for name, values in self.reference.items():
            if name not in answers or answers[name].shape[1:] != values.shape[1:]:
                given = ", ".join(f"{known} {rows.shape[1:]}" for known, rows in answers.items())
                raise InputMismatch(
                    f"the reference output {name!r} {values.shape[1:]} a frame is none of {self.model.name}'s: {given}"
                )
            apart = (answers[name].astype(np.float64) - values[places]) / self._spread[name]
            squares.append(np.mean(apart.reshape(len(places), -1) ** 2, axis=1))
            self.finite |= bool(np.isfinite(squares[-1]).any())
        return np.asarray(np.sqrt(np.mean(squares, axis=0)))


def _statistics(model: Model) -> TrainingStatistics | None:
    """Return what a Keras model keeps; that of the original, where the model runs on another engine."""
    original: Any = getattr(model, "original", None)
    owner: Any = original() if callable(original) else model
    if getattr(owner, "runtime", "") != "keras" or len(owner.inputs) != 1 or fixed_batch(owner) is not None:
        return None
    return training_statistics(owner.keras, channels=CHANNELS)
