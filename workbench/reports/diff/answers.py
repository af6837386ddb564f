"""What the models answered otherwise: flips, divergence and accuracy, boxes lost and new, or numbers that moved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from workbench.diagnose import resampling
from workbench.diagnose.box_comparison import BoxComparison
from workbench.diagnose.comparison import Comparison
from workbench.diagnose.resampling import Interval
from workbench.errors import InvalidValue
from workbench.reports.diff.figure import Figure
from workbench.reports.diff.pairing import Paired, paired
from workbench.results import Prediction
from workbench.results.classification import Classification

NO_INTERVAL: Interval = (float("nan"), float("nan"))
Kept = tuple[Prediction, np.ndarray | None]  # with the true classes (N,)


@dataclass(frozen=True, slots=True, eq=False)
class AnswerDiff:
    """The answers of one name in both runs, on the frames that both have."""

    name: str
    pair: Paired
    comparison: Comparison | BoxComparison | None  # None: plain numbers, or no frame in common
    truth: tuple[np.ndarray, np.ndarray] | None  # (N,) int true classes as A and as B knew them
    figures: tuple[Figure, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Work the figures out once: some are bootstrapped."""
        object.__setattr__(self, "figures", tuple(self._figures()))

    @property
    def frames(self) -> int:
        """The number of frames that both runs answered."""
        return len(self.pair.a)

    @property
    def flips(self) -> np.ndarray:
        """(N,) bool: another class, or a box lost, new or renamed; of plain numbers none is a flip.

        NaN in both runs is no flip.
        """
        if isinstance(self.comparison, BoxComparison):
            return self.comparison.flips
        a, b = self.pair.a.classification, self.pair.b.classification
        return np.zeros(self.frames, bool) if a is None or b is None else np.asarray(a.best != b.best)

    @property
    def identical(self) -> bool:
        """Tell whether both runs answered the same frames with the same bits."""
        return self.alike and not (self.pair.only_a or self.pair.only_b)

    @property
    def alike(self) -> bool:
        """Tell whether the frames that both runs answered have the same answers, bit for bit."""
        a, b = self.pair.a, self.pair.b
        return _same_classes(a.classification, b.classification) and _same_boxes(a, b) and _same_numbers(a, b)

    @property
    def verdict(self) -> str:
        """One sentence, without the number of frames that only one run has."""
        if not self.frames:
            return "no frame in common"
        if self.alike:
            which = f"all {self.frames} frames" if self.identical else f"the {self.frames} frames that both have"
            return f"the same answers on {which}, bit for bit"
        if isinstance(self.comparison, Comparison) and not self.flips.any():
            return f"no answer of {self.frames} flips; probabilities move by {self.comparison.max_change:.1e} at most"
        if isinstance(self.comparison, Comparison):
            return f"{int(self.flips.sum())} of {self.frames} answers flip{_sure(self.figures[0])}"
        if isinstance(self.comparison, BoxComparison):
            return self.comparison.verdict.rstrip(".")
        return f"numbers move by {largest_change(self.pair):.3g} at most"

    def to_dict(self) -> dict[str, Any]:
        """Return it in plain types."""
        told = {"name": self.name, "frames": self.frames, "flips": int(self.flips.sum()), "identical": self.identical}
        told |= {"only_a": len(self.pair.only_a), "only_b": len(self.pair.only_b), "verdict": self.verdict}
        return told | {"figures": [each.to_dict() for each in self.figures]}

    def _figures(self) -> list[Figure]:
        match self.comparison:
            case Comparison():
                return _of_classes(self.comparison, self.flips) + _accuracy(self.comparison, self.truth)
            case BoxComparison():
                return _of_boxes(self.comparison)
        return [Figure("largest_change", largest_change(self.pair), *NO_INTERVAL)] if self.frames else []


def answer_diff(name: str, a: Kept, b: Kept) -> AnswerDiff:
    """Hold what was kept under one name in two runs against each other.

    Raises:
        InvalidValue: one gave classes and the other boxes, or classes that cannot be told which is which.
    """
    pair = paired(a[0], b[0])
    kinds = {(each.classification is not None, each.detections is not None) for each in (pair.a, pair.b)}
    if len(kinds) > 1:
        raise InvalidValue(f"{name}: one run gave classes, the other boxes or plain numbers")
    truth = None
    if a[1] is not None and b[1] is not None:
        truth = (a[1][pair.places[0]], b[1][pair.places[1]])
    comparison: Comparison | BoxComparison | None = None
    if len(pair.a):
        if pair.a.classification is not None:
            comparison = Comparison(pair.a, pair.b, {})
        elif pair.a.detections is not None:
            comparison = BoxComparison(pair.a, pair.b, {})
    return AnswerDiff(name, pair, comparison, truth)


def largest_change(pair: Paired) -> float:
    """Return the largest |B - A| of any number of any output that both have; NaN where there is none."""
    a, b = pair.a.outputs, pair.b.outputs
    moved = [
        float(np.abs(b[name].astype(np.float64) - a[name].astype(np.float64)).max(initial=0.0))
        for name in a
        if name in b and a[name].shape == b[name].shape
    ]
    return max(moved, default=float("nan"))


def _of_classes(found: Comparison, flips: np.ndarray) -> list[Figure]:
    sure = found.intervals
    return [
        Figure("flips", float(flips.mean()), *resampling.of_share(int(flips.sum()), len(flips))),
        Figure("kl", float(np.nanmean(found.kl)) if np.isfinite(found.kl).any() else float("nan"), *sure["mean_kl"]),
        Figure("mean_change", found.mean_change, *sure["mean_change"]),
        Figure("max_change", found.max_change, *NO_INTERVAL),
    ]


def _accuracy(found: Comparison, truth: tuple[np.ndarray, np.ndarray] | None) -> list[Figure]:
    """Return top-1 accuracy in A and B with a paired interval of its change; each side by the truth that it knew."""
    a, b = found.a.classification, found.b.classification
    if truth is None or a is None or b is None:
        return []
    right = [np.asarray(side.best == known, float) for side, known in zip((a, b), truth, strict=True)]
    before, after = float(right[0].mean()), float(right[1].mean())
    moved = right[1] - right[0]
    low, high = (
        resampling.of_mean(moved) if np.ptp(moved) > 0 else NO_INTERVAL
    )  # of one change of all frames it would be no width
    return [Figure("accuracy", after - before, low, high, before=before, after=after)]


def _of_boxes(found: BoxComparison) -> list[Figure]:
    """Return the figures of boxes; a count of none has no bootstrapped interval, which would be as sure as can be."""
    sure, boxes = found.intervals, np.array([len(each) for each, _, _ in found.frames()], float)
    counts = {"lost": found.lost, "new": found.new, "renamed": found.renamed}
    figures = [Figure("flips", float(found.flips.mean()), *sure["flips"])]
    for name, of_frames in (counts | {"boxes": found.lost + found.new + found.renamed}).items():
        interval = resampling.of_ratio(of_frames.astype(float), boxes) if of_frames.any() else NO_INTERVAL
        figures.append(Figure(name, float(of_frames.sum()) / max(1.0, boxes.sum()), *interval))
    low, high = sure.get("mean_iou", NO_INTERVAL)
    return [*figures, Figure("moved", 1 - found.mean_overlap, 1 - high, 1 - low)]


def _sure(figure: Figure) -> str:
    return f" (95% {figure.low:.0%} to {figure.high:.0%})" if np.isfinite(figure.low) else ""


def _same_classes(a: Classification | None, b: Classification | None) -> bool:
    if a is None or b is None:
        return a is b
    return np.array_equal(a.probabilities, b.probabilities, equal_nan=True)


def _same_boxes(a: Prediction, b: Prediction) -> bool:
    if a.detections is None or b.detections is None:
        return a.detections is b.detections
    pairs = zip(a.detections, b.detections, strict=True)
    return all(_alike(one.xyxy, other.xyxy) and _alike(one.confidence, other.confidence) and
               _alike(one.class_id, other.class_id) for one, other in pairs)  # fmt: skip


def _same_numbers(a: Prediction, b: Prediction) -> bool:
    return a.outputs.keys() == b.outputs.keys() and all(
        np.array_equal(values, b.outputs[name], equal_nan=values.dtype.kind == "f")
        for name, values in a.outputs.items()
    )


def _alike(a: Any, b: Any) -> bool:
    return a is b if a is None or b is None else np.array_equal(a, b)
