"""What one recipe's tensors made of a network, as numbers that can be held against another recipe's.

Frames that show something of their own are exchangeable, so each number comes with its sampling noise by the Bayesian
bootstrap (Rubin 1981): the same DRAWS weightings for every recipe, the first of them even. Frames that repeat each
other (`repeats.py`) share one weight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from workbench.models.keras.statistics import TrainingStatistics

DRAWS = 200
FAR = 1e6  # stands for what is not finite
TEMPERATURES = np.geomspace(1 / 32, 32, 21)  # with 1 in the middle
# Prior standard deviation of log temperature: trained networks need 0.5 to 3 (Guo et al. 2017). One that is fed 255
# times too much answers the same, only as much surer, if it has no normalization: that costs such a recipe likelihood.
SPREAD = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The numbers of one recipe by sign, each (DRAWS,); held only against those of the same frames."""

    frames: int  # that show something of their own
    by_sign: Mapping[str, np.ndarray]
    log_probabilities: np.ndarray | None = field(default=None, repr=False)  # (frames, classes)


def weightings(repeated: np.ndarray) -> np.ndarray:
    """Return weights (DRAWS, frames), each row summing to 1; even in the first row, Dirichlet(1, ...) in the others.

    Args:
        repeated: a number for each frame, equal for those that share one weight.
    """
    numbers, counts = np.unique(repeated, return_inverse=True, return_counts=True)[1:]
    drawn = np.random.default_rng(0).dirichlet(np.ones(len(counts)), DRAWS)
    drawn[0] = 1 / len(counts)
    return np.asarray((drawn / counts)[:, numbers])


def discrepancy(stored: TrainingStatistics, mean: np.ndarray, square: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return how far the moments of a network's channels are from training, (DRAWS,), 0 for the same.

    The Kullback-Leibler divergence of two Gaussians, of what these frames make from what is stored, averaged over
    the channels of a layer, then over the layers. Variances have the layer's own epsilon added, below which it sees
    no difference; channels that were always 0 in training are left out.

    Args:
        stored: the statistics of training.
        mean: (frames, S) means of each channel of each frame.
        square: (frames, S) mean squares.
        weights: (DRAWS, frames).
    """
    with np.errstate(all="ignore"):
        middle = weights @ mean.astype(np.float64)
        variance = np.maximum(weights @ square.astype(np.float64) - middle**2, 0) + stored.epsilon
        known = stored.variance + stored.epsilon
        ratio = variance / known
        apart = 0.5 * (ratio - 1 - np.log(ratio) + (middle - stored.mean) ** 2 / known)
    alive = stored.variance > 0
    layers = [apart[:, alive & (stored.layer == layer)] for layer in np.unique(stored.layer)]
    each = [values.mean(axis=1) for values in layers if values.shape[1]]
    return np.asarray(np.nan_to_num(np.mean(each, axis=0), nan=FAR, posinf=FAR).clip(max=FAR))


def likelihood(log_probabilities: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the mean log-likelihood of the labels a frame, (DRAWS,); see `frame_likelihoods`.

    It is not below that of a guess: labels which a recipe answers worse than by chance may be wrong themselves, and say
    no more against it than against one that always answers the same.
    """
    guess = -np.log(log_probabilities.shape[1])
    return np.asarray(np.maximum(weights @ frame_likelihoods(log_probabilities, labels), guess))


def frame_likelihoods(log_probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the log-likelihood of each frame's label, (frames,), at the temperature that suits this recipe.

    Networks are too sure of themselves, the more so on tensors they were not trained on; one temperature a recipe
    (Guo et al. 2017) takes that out, and costs what is unusual about it, shared by the frames. A frame whose answer is
    not finite counts as a guess.
    """
    classes = log_probabilities.shape[1]
    whole = np.isfinite(log_probabilities).all(axis=1)
    rows = np.where(whole[:, None], log_probabilities, 0.0)
    best, chosen = -np.inf, np.full(len(rows), -np.log(classes))
    for temperature in TEMPERATURES:
        scaled = rows / temperature
        scaled -= scaled.max(axis=1, keepdims=True)
        found = scaled[np.arange(len(rows)), labels] - np.log(np.exp(scaled).sum(axis=1))
        found = np.where(whole, found, -np.log(classes))
        found = found - 0.5 * (np.log(temperature) / SPREAD) ** 2 / len(rows)
        if found.sum() > best:
            best, chosen = found.sum(), found
    return np.asarray(chosen)


def information(log_probabilities: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return how much the answers say about the frames, (DRAWS,), in nats: sure of each, and not of the same always.

    The mutual information of frame and class: the entropy of the mean answer less the mean entropy (Bridle et al.
    1991). The mean entropy alone would prefer a network that answers one class with 1.0 to every frame.
    """
    log_p = np.where(np.isfinite(log_probabilities), log_probabilities, -np.log(log_probabilities.shape[1]))
    p = np.exp(log_p)
    means = weights @ p
    return np.asarray(-(means * np.log(means + 1e-12)).sum(axis=1) + weights @ (p * log_p).sum(axis=1))


def mismatch(residuals: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the root mean square of residuals (frames,), (DRAWS,)."""
    return np.asarray(np.sqrt(weights @ np.nan_to_num(residuals, nan=FAR, posinf=FAR).clip(max=FAR) ** 2))
