"""From the numbers of many recipes to nats of evidence, and to a posterior over the recipes.

Every sign becomes nats by a scale that stands for what the sign cannot see, however many frames there are. The
probability of a recipe is the mean over the bootstrap's weightings of the frames of the softmax of its nats, so a
difference that a few frames make counts for little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.diagnose.search.signs import DRAWS, Scores

SIGNS = ("contract", "statistics", "reference", "labels", "confidence")

# statistics: nats = difference of discrepancy / (STATISTICS + shift * the best one), three times: which kind of range
# fits best, then which colour order and constants of that kind, then which geometry of that coloring. Frames of another
# domain raise the discrepancy of the right recipe, and lower that of a wrong one which undoes what is other about them:
# sharpness and framing differ most between domains, contrast and brightness much, the balance of the colours least.
# In a network's own domain the right one's is 0.002 to 0.05. Seen elsewhere, wrong over right: ranges 3.6 (emotion-cnn
# on whole group photos: x / 255 - 0.5), colours 1.4 (cifar10-cnn on faces), geometries 7 (cifar10-cnn on photos of
# sample:skimage).
# The shifts are the smallest round numbers that leave those among the ties; over the zoo's tuning seeds 0..19 and the
# samples, 16 and 4 frames, own domain and another, half and double of each changes the mean log probability of the
# truth by less than 0.05, and no answer of 95% was wrong.
STATISTICS = 0.003
RANGE_SHIFT, COLOR_SHIFT, GEOMETRY_SHIFT = 1.0, 0.25, 3.0
# A colour cast of all frames alike (coloured light, a camera for the night) is undone best by a wrong recipe, such as
# gray, which then fits as in the network's own domain. A channel whose mean is off by a share c of itself is off by
# about 2 c standard deviations of a usual photo, (2 c)^2 / 2 nats of divergence: so much is allowed for the cast beyond
# the one that training sets have (ImageNet 0.07, CIFAR-10 0.04).
CAST, USUAL_CAST = 2.0, 0.1
# labels: nats = frames * difference of log-likelihood a frame / (LABELS + frames * LABELS_MISS). LABELS is 1 for a
# network whose probabilities are right; over the same seeds with 16 and 4 labels two answers of 95% were wrong at 1,
# none at 1.5. A difference of LABELS_MISS a frame says little however many frames there are, for another recipe may
# suit a network a little better than the one of training.
LABELS, LABELS_MISS = 1.5, 0.02
# reference: nats of a Gaussian residual of unknown size, one degree of freedom a frame up to REFERENCE_FRAMES; outputs
# within REFERENCE of their spread are the same (a conversion to another runtime stays below, models/conversion); a
# reference that nothing comes nearer than REFERENCE_MISS was made otherwise, and says the less the farther it is
REFERENCE, REFERENCE_FRAMES, REFERENCE_MISS = 1e-3, 16, 0.05
# confidence: nats between answers that say all and answers that say nothing about the frames; networks are as sure of
# tensors they never saw, so this stays below what the other signs say
CONFIDENCE = 1.5
MOST = 60.0  # nats that one sign can say


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where each of K recipes stands in the space."""

    coloring: np.ndarray  # (K,) int
    family: np.ndarray  # (K,) int, equal for ranges that treat the mean of the channels alike
    share: np.ndarray  # (K,) of its coloring's geometries, sums to 1 for each coloring
    cast: float  # of the frames, see `frame_colors.cast`


def nats(scores: Sequence[Scores], places: Places, classes: int | None) -> dict[str, np.ndarray]:
    """Return the evidence by sign, (recipes, draws), in nats; the best recipe of a draw has 0 by each sign."""
    found = {}
    for sign in scores[0].by_sign:
        values = np.stack([each.by_sign[sign] for each in scores])
        if sign == "statistics":
            told = _statistics(values, places)
        else:
            told = SCALED[sign](values, scores[0].frames, classes)
        found[sign] = np.maximum(told, -MOST)
    return found


def posterior(evidence: dict[str, np.ndarray], log_prior: np.ndarray) -> np.ndarray:
    """Return the probability of each recipe, (recipes,), from the nats of all signs and the log prior (recipes,)."""
    total = log_prior[:, None] + sum(evidence.values(), start=np.zeros((len(log_prior), DRAWS)))
    grown = np.exp(total - total.max(axis=0))
    return np.asarray((grown / grown.sum(axis=0)).mean(axis=1))


def _statistics(values: np.ndarray, places: Places) -> np.ndarray:
    """Take the discrepancies (K, draws) apart; the geometries of a coloring share what it has, however many fit."""
    of_coloring, of_family = _least(values, places.coloring), _least(values, places.family)
    geometry, tinted = _behind(values, of_coloring, GEOMETRY_SHIFT), CAST * max(0.0, places.cast - USUAL_CAST) ** 2
    weight = places.share[:, None] * np.exp(np.maximum(geometry, -MOST))
    whole = np.zeros_like(weight)
    for number in np.unique(places.coloring):
        mine = places.coloring == number
        whole[mine] = weight[mine].sum(axis=0)
    colors = _behind(of_coloring, of_family, COLOR_SHIFT, tinted)
    ranges = _behind(of_family, values.min(axis=0), RANGE_SHIFT, tinted)
    return np.asarray(ranges + colors + geometry - np.log(whole))


def _behind(values: np.ndarray, best: np.ndarray, shift: float, more: float = 0.0) -> np.ndarray:
    """Return nats from discrepancies and the best of each; the allowance is by the evenly weighted frames."""
    even = np.broadcast_to(best, values.shape)[:, :1]
    return np.asarray(-(values - best) / (STATISTICS + shift * even + more))


def _least(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return for each row the least of its group, draw by draw."""
    least = np.empty_like(values)
    for number in np.unique(group):
        least[group == number] = values[group == number].min(axis=0)
    return least


def _labels(values: np.ndarray, frames: int, classes: int | None) -> np.ndarray:
    del classes
    return np.asarray((values - values.max(axis=0)) * frames / (LABELS + frames * LABELS_MISS))


def _reference(values: np.ndarray, frames: int, classes: int | None) -> np.ndarray:
    del classes
    logs = np.log(values**2 + REFERENCE**2)
    freedom = min(frames, REFERENCE_FRAMES) / (1 + (values[:, 0].min() / REFERENCE_MISS) ** 2)
    return np.asarray(-0.5 * freedom * (logs - logs.min(axis=0)))


def _confidence(values: np.ndarray, frames: int, classes: int | None) -> np.ndarray:
    most = np.log(max(2, min(frames, classes or 2)))
    return np.asarray(CONFIDENCE * (values - values.max(axis=0)) / most)


SCALED = {"labels": _labels, "reference": _reference, "confidence": _confidence}
