"""The network that is asked: what a recipe's tensors make of it, up to its first normalizations and at its outputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from workbench.diagnose.search.measuring import Measured, Measuring
from workbench.diagnose.search.signs import Scores, discrepancy, information, likelihood, mismatch, weightings
from workbench.errors import InputMismatch, InvalidValue
from workbench.inference.answers import only_classification
from workbench.models import Model

FLOOR = 1e-7  # the smallest probability: an 8-bit softmax gives exactly 0


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
        measuring: runs it.
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
        self.model, self.labels, self.reference = model, labels, reference
        self._repeated = repeated
        self.measuring = Measuring(model, pause=pause)
        self.statistics = self.measuring.statistics
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
            InputMismatch: the tensors do not fit the model; or as `judged`.
        """
        return self.judged(self.measuring.of(batches, outputs=outputs), places)

    def judged(self, measured: Measured, places: Sequence[int]) -> Scores:
        """Return the numbers of one recipe by what the network made of the frames at `places`.

        Raises:
            InputMismatch: the reference is of other outputs.
            InvalidValue: there are labels, but the outputs are no class probabilities.
        """
        repeated = self._repeated[list(places)]
        weights = weightings(repeated)
        found: dict[str, np.ndarray] = {}
        if measured.moments is not None and self.statistics is not None:
            mean, square = measured.moments
            self.finite |= bool(np.isfinite(square).all(axis=1).any())
            found["statistics"] = discrepancy(self.statistics, mean, square, weights)
        log_p = None
        if measured.answers is not None:
            log_p = self._log_probabilities(measured.answers)
            found |= self._judged(measured.answers, log_p, list(places), weights)
        return Scores(len(np.unique(repeated)), found, log_p)

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
