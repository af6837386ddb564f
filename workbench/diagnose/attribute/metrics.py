"""What a mix of two recipes costs: the metrics whose loss an attribution splits.

Every loss is 0 for the training recipe itself and grows with the harm; one number a frame, whose mean is the loss,
but for average precision, which only all frames together have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.diagnose import resampling
from workbench.diagnose.agreement import agreement, flips
from workbench.diagnose.average_precision import Matches, average_precision, true_and_found
from workbench.diagnose.box_comparison import check_true_boxes
from workbench.diagnose.box_intervals import SAMPLES
from workbench.diagnose.comparison import Comparison, check_truth
from workbench.errors import InvalidValue, unknown
from workbench.results import Prediction
from workbench.results.boxes.frames import shapes

UNITS = {
    "flips": "flips a frame",
    "kl": "nats",
    "accuracy": "accuracy",
    "map": "mean average precision",
    "boxes": "box overlap",
    "change": "relative change",
}
DEFINITIONS = {
    "flips": "share of frames with another most probable class; with boxes, with one lost, new or renamed",
    "kl": "Kullback-Leibler divergence of the answer from the one under training, in nats, mean over frames",
    "accuracy": "top-1 accuracy lost",
    "map": "mean average precision (COCO's 0.50:0.95) lost",
    "boxes": "1 − summed overlap of the boxes paired under one class / number of boxes, mean over frames",
    "change": "length of the outputs' change / their length under training, mean over frames",
}


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """The loss of every mix, by its number."""

    metric: str
    mean: np.ndarray  # (2^n,) over all frames
    per_frame: np.ndarray | None  # (2^n, N); None for average precision, which one frame does not have
    samples: np.ndarray  # (2^n, B) over each of B bootstrap samples of the frames


def possible(training: Prediction, truth: Any) -> tuple[str, ...]:
    """Return the metrics that this kind of answer has, those to be preferred first.

    Raises:
        InvalidValue: the truth does not belong to these answers.
    """
    if training.detections is not None:
        check_true_boxes(truth, len(training))
        if truth is not None and not any(map(len, truth)):
            raise InvalidValue("labels: no frame has a true box, so there is no average precision; leave them out")
        return ("map", "boxes", "flips") if truth is not None else ("boxes", "flips")
    if training.classification is not None:
        if truth is None:
            return "flips", "kl"
        check_truth(np.asarray(truth), *training.classification.probabilities.shape)
        return "accuracy", "flips", "kl"
    if truth is not None:
        raise InvalidValue(
            f"labels need class probabilities or boxes; the model gives {shapes(training.outputs)}; leave them out"
        )
    return ("change",)


def check_metric(metric: str, training: Prediction, truth: Any) -> None:
    """Refuse a metric that this kind of answer does not have.

    Raises:
        UnknownName: nobody knows it.
        InvalidValue: it needs labels, or another kind of answer.
    """
    if metric != "auto" and metric not in UNITS:
        raise unknown("metric", metric, ["auto", *UNITS])
    there = possible(training, truth)
    if metric != "auto" and metric not in there:
        needs = {"accuracy": "true classes: labels=[...]", "map": "true boxes: labels=[Detections, ...]"}
        reason = f"needs {needs[metric]}" if metric in needs else "is not one of this kind of answer"
        raise InvalidValue(f"metric {metric!r} {reason}; here there are: {', '.join(there)}")


def losses(metric: str, found: Sequence[Prediction], truth: Any) -> Losses:
    """Return the loss of every mix by one metric; the first prediction is the training recipe's."""
    if metric == "map":
        return _precision_lost(found, truth)
    rows = np.stack([frame_losses(metric, found[0], each, truth) for each in found])
    usable = np.isfinite(rows).all(axis=0)
    if not usable.any():
        raise InvalidValue(f"metric {metric!r}: no frame has finite answers under every mix; take metric='flips'")
    kept = np.where(usable, rows, 0.0)
    weights = resampling.weights(rows.shape[1])
    samples = (kept @ weights.T) / np.maximum(weights @ usable, 1e-12)
    return Losses(metric, rows[:, usable].mean(axis=1), rows, samples)


def frame_losses(metric: str, training: Prediction, mix: Prediction, truth: Any) -> np.ndarray:
    """Return the loss (N,) of each frame; NaN where one cannot be told."""
    if metric == "flips":
        return flips(training, mix).astype(float)
    if metric == "boxes":
        return np.asarray(1 - agreement(training, mix))
    if metric == "change":
        return _changed(training, mix)
    both = Comparison(training, mix, slots={})
    if metric == "kl":
        return both.kl
    right = [each.classification.best == np.asarray(truth) for each in (training, mix) if each.classification]
    return np.asarray(right[0].astype(float) - right[1])


def _changed(training: Prediction, mix: Prediction) -> np.ndarray:
    pairs = [(training.outputs[name], mix.outputs[name]) for name in training.outputs]
    a, b = (np.concatenate([np.reshape(p[i], (len(training), -1)) for p in pairs], axis=1) for i in (0, 1))
    length = np.linalg.norm(a.astype(np.float64), axis=1)
    return np.asarray(np.linalg.norm(b.astype(np.float64) - a, axis=1) / np.maximum(length, 1e-12))


def _precision_lost(found: Sequence[Prediction], truth: Any) -> Losses:
    matches = [_matched(each, truth) for each in found]
    once = np.full((1, len(found[0])), 1.0)
    mean = np.array([average_precision(each, once)[0] for each in matches])
    counts = resampling.weights(len(found[0]))[:SAMPLES] * len(found[0])
    samples = np.stack([average_precision(each, counts) for each in matches])
    return Losses("map", mean[0] - mean, None, samples[0] - samples)


def _matched(prediction: Prediction, truth: Any) -> Matches:
    return true_and_found(prediction.detections or (), truth)
