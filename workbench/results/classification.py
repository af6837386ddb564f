"""Class probabilities of many frames, and the rule that tells them from other outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.errors import InvalidValue

UNDECIDED = -1  # the class of a frame whose output holds NaN or Inf
SUM_TOLERANCE = 1e-2  # float16 softmax over 1000 classes sums to 1 within this


@dataclass(frozen=True, slots=True, eq=False)
class Classification:
    """Class probabilities of N frames."""

    # (N, C) float32, each row sums to 1 (a quantized one to less), or is NaN where the model gave NaN or Inf
    probabilities: np.ndarray
    labels: tuple[str, ...]  # C names

    def __post_init__(self) -> None:
        """Refuse rows and names that do not belong together."""
        if self.probabilities.ndim != 2 or self.probabilities.shape[1] != len(self.labels):
            raise InvalidValue(
                f"{len(self.labels)} labels do not fit outputs of shape {self.probabilities.shape}; "
                "give labels= or NAME.labels.txt one name for each class, in the model's order"
            )

    def __repr__(self) -> str:
        return f"Classification({len(self)} frames, {len(self.labels)} classes)"

    def __len__(self) -> int:
        return len(self.probabilities)

    @property
    def finite(self) -> np.ndarray:
        """(N,) bool: which frames have a usable answer."""
        return np.asarray(np.isfinite(self.probabilities).all(axis=1))

    @property
    def best(self) -> np.ndarray:
        """(N,) int: the most probable class; -1 where the output is NaN (`np.argmax` would name a class)."""
        filled = np.where(np.isfinite(self.probabilities), self.probabilities, -np.inf)
        return np.where(self.finite, filled.argmax(axis=1), UNDECIDED)

    @property
    def confidence(self) -> np.ndarray:
        """(N,) float32: the probability of the most probable class; NaN where the output is."""
        return np.asarray(self.probabilities.max(axis=1))

    def label(self, index: int) -> str:
        """Return the label of the most probable class of frame `index`; "NaN" where there is none."""
        best = int(self.best[index])
        return "NaN" if best == UNDECIDED else self.labels[best]

    def top(self, k: int = 5) -> list[list[tuple[str, float]]]:
        """Return for each frame the k most probable (label, probability), best first; empty where NaN."""
        rows = zip(self.probabilities, self.finite, strict=True)
        return [_top(row, self.labels, k) if finite else [] for row, finite in rows]

    def accuracy(self, truth: Sequence[int] | np.ndarray, *, k: int = 1) -> float:
        """Return the share of frames whose true class index is among the k most probable.

        Raises:
            InvalidValue: there is not one true class for each frame.
        """
        classes = np.asarray(truth)
        if classes.shape != (len(self),):
            raise InvalidValue(f"accuracy needs one true class for each of {len(self)} frames; got {classes.shape}")
        ranked = np.argsort(-self.probabilities, axis=1, kind="stable")[:, :k]
        hits = (ranked == classes[:, None]).any(axis=1) & self.finite
        return float(hits.mean())


def _top(row: np.ndarray, labels: tuple[str, ...], k: int) -> list[tuple[str, float]]:
    order = np.argsort(-row, kind="stable")[:k]
    return [(labels[i], float(row[i])) for i in order]


def as_classification(
    values: np.ndarray, labels: Sequence[str] | None, *, activation: str | None = None
) -> Classification | None:
    """Read an output (N, C) as class probabilities; None if it is none.

    Rows in [0, 1] that sum to 1 are probabilities; one value in [0, 1] is that of the second of two classes;
    rows beyond [0, 1] are logits and go through softmax. Rows in [0, 1] that do not sum to 1 are independent
    scores, and no classification - unless the model's last activation is known to be linear, which makes logits
    of them, whatever range these frames gave; one linear value is no classification. Of a softmax the sum is not
    asked: an 8-bit one leaves out what is below 1/256, which over 1000 classes is up to a third.

    Raises:
        InvalidValue: there are labels, but not one for each class.
    """
    if values.ndim != 2 or values.dtype.kind not in "fiu" or not values.size:
        return None
    rows = values.astype(np.float32)
    rows[~np.isfinite(rows).all(axis=1)] = np.nan
    usable = rows[~np.isnan(rows[:, 0])]
    within = bool((usable >= 0).all() and (usable <= 1 + SUM_TOLERANCE).all())
    if rows.shape[1] == 1:
        if not within or activation == "linear":
            return None
        rows = np.hstack([1 - rows, rows])
        if labels is not None and len(labels) == 1:
            raise InvalidValue(
                f"one label, {labels[0]!r}, for a yes-or-no output; give two: the label of no, then of yes"
            )
    elif not within or activation == "linear":
        rows = softmax(rows)
    elif activation != "softmax" and not np.allclose(usable.sum(axis=1), 1, atol=SUM_TOLERANCE):
        return None
    names = tuple(labels) if labels is not None else tuple(f"class {i}" for i in range(rows.shape[1]))
    return Classification(rows, names)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return exp(x) / sum(exp(x)) along the last axis, shifted by the maximum against overflow."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))
