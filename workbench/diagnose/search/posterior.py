"""From the numbers of many recipes to nats of evidence, and to a posterior over the recipes.

Every sign becomes nats by a scale that stands for what the sign cannot see, however many frames there are. The
probability of a recipe is the mean over the bootstrap's weightings of the frames of the softmax of its nats, so a
difference that a few frames make counts for little.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.diagnose.search.signs import DRAWS, Scores

SIGNS = ("contract", "statistics", "reference", "labels", "confidence")

# statistics: nats = difference of discrepancy / (STATISTICS + WIDENING * the best one). In a network's own domain the
# right recipe's is 0.01 to 0.03; frames of another domain raise it for the right recipe, and may lower it for a wrong
# one: emotion-cnn on whole group photos 0.25 against 0.035 of x / 255 - 0.5.
STATISTICS, WIDENING = 0.005, 2.0
# labels: nats = frames * difference of log-likelihood a frame / (LABELS + frames * LABELS_MISS)
LABELS, LABELS_MISS = 1.5, 0.02
# reference: outputs that are equal within REFERENCE of their spread are the same; one frame is half an independent log
REFERENCE, REFERENCE_FRAMES = 1e-3, 16
CONFIDENCE = 1.5  # nats between saying all and saying nothing about the frames
MOST = 60.0  # nats that one sign can say


def nats(scores: Sequence[Scores], classes: int | None) -> dict[str, np.ndarray]:
    """Return the evidence by sign, (recipes, draws), in nats relative to the best recipe of each draw."""
    found = {}
    for sign in scores[0].by_sign:
        values = np.stack([each.by_sign[sign] for each in scores])
        found[sign] = np.maximum(SCALED[sign](values, scores[0].frames, classes), -MOST)
    return found


def posterior(evidence: dict[str, np.ndarray], log_prior: np.ndarray) -> np.ndarray:
    """Return the probability of each recipe, (recipes,), from the nats of all signs and the log prior (recipes,)."""
    total = log_prior[:, None] + sum(evidence.values(), start=np.zeros((len(log_prior), DRAWS)))
    grown = np.exp(total - total.max(axis=0))
    return np.asarray((grown / grown.sum(axis=0)).mean(axis=1))


def _statistics(values: np.ndarray, frames: int, classes: int | None) -> np.ndarray:
    del frames, classes
    best = values.min(axis=0)
    return np.asarray(-(values - best) / (STATISTICS + WIDENING * best))


def _labels(values: np.ndarray, frames: int, classes: int | None) -> np.ndarray:
    del classes
    return np.asarray((values - values.max(axis=0)) * frames / (LABELS + frames * LABELS_MISS))


def _reference(values: np.ndarray, frames: int, classes: int | None) -> np.ndarray:
    del classes
    logs = np.log(values**2 + REFERENCE**2)
    return np.asarray(-0.5 * min(frames, REFERENCE_FRAMES) * (logs - logs.min(axis=0)))


def _confidence(values: np.ndarray, frames: int, classes: int | None) -> np.ndarray:
    most = np.log(max(2, min(frames, classes or 2)))
    return np.asarray(CONFIDENCE * (values - values.max(axis=0)) / most)


SCALED = {"statistics": _statistics, "labels": _labels, "reference": _reference, "confidence": _confidence}
