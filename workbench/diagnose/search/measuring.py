"""What a network makes of the tensors of one recipe: what takes the time of a search, and may run elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.inference.answers import fixed_batch, inferred
from workbench.models import Model
from workbench.models.keras.statistics import Moments, TrainingStatistics, training_statistics
from workbench.models.model import check_batch

# The first normalization sees colour and range best: over the networks of benchmarks/zoo (seeds 0..19) and the samples
# the right recipe had the least discrepancy more often by the first than by the mean of four, which see the domain too.
# One on the input itself has three channels only, and then the next counts as well.
CHANNELS = 8
BATCH = 16


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What a network made of N frames."""

    moments: Moments | None  # at its first normalizations, (N, S) each; None where it keeps no statistics of training
    answers: dict[str, np.ndarray] | None  # raw outputs (N, ...) by name; None where it was not run to its end


class Measuring:
    """A network that is asked.

    Args:
        model: the network.
        pause: called before each batch; it may raise to stop.

    Attributes:
        statistics: what it keeps of training; None without BatchNormalization, or where it is no Keras model.
    """

    def __init__(self, model: Model, *, pause: Callable[[], None] = lambda: None) -> None:
        self.model, self._pause = model, pause
        self.statistics = _statistics(model)

    def of(self, batches: Sequence[np.ndarray], *, outputs: bool) -> Measured:
        """Run the network on the tensors of one recipe.

        Args:
            batches: tensors (n, ...) of consecutive frames.
            outputs: run it to its end.

        Raises:
            InputMismatch: the tensors do not fit the model.
        """
        parts = [batch[at : at + BATCH] for batch in batches for at in range(0, len(batch), BATCH)]
        moments = None if self.statistics is None else self._moments(parts, self.statistics)
        return Measured(moments, self._answers(parts) if outputs else None)

    def _moments(self, parts: Sequence[np.ndarray], statistics: TrainingStatistics) -> Moments:
        for part in parts[:1]:
            check_batch(part, self.model.inputs, self.model.name)
        mean, square = zip(*(statistics.measure([part]) for part in self._one_by_one(parts)), strict=True)
        return np.concatenate(mean), np.concatenate(square)

    def _answers(self, parts: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        answers = [answer for part in self._one_by_one(parts) for answer in inferred(self.model, part)]
        return {name: np.concatenate([answer[name] for answer in answers]) for name in answers[0]}

    def _one_by_one(self, parts: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
        for part in parts:
            self._pause()
            yield part


def joined(parts: Sequence[Measured]) -> Measured:
    """Put together what a network made of frames that follow each other."""
    first = parts[0]
    moments = answers = None
    if first.moments is not None:
        mean, square = zip(*(each.moments for each in parts if each.moments is not None), strict=True)
        moments = np.concatenate(mean), np.concatenate(square)
    if first.answers is not None:
        known = [each.answers for each in parts if each.answers is not None]
        answers = {name: np.concatenate([each[name] for each in known]) for name in first.answers}
    return Measured(moments, answers)


def _statistics(model: Model) -> TrainingStatistics | None:
    """Return what a Keras model keeps; that of the original, where the model runs on another engine."""
    original: Any = getattr(model, "original", None)
    owner: Any = original() if callable(original) else model
    if getattr(owner, "runtime", "") != "keras" or len(owner.inputs) != 1 or fixed_batch(owner) is not None:
        return None
    return training_statistics(owner.keras, channels=CHANNELS)
