"""How sure a comparison of boxes is: 95% intervals over the frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.diagnose import resampling
from workbench.diagnose.average_precision import average_precision, true_and_found
from workbench.diagnose.resampling import Interval
from workbench.results.boxes.columns import scores_of

if TYPE_CHECKING:
    from workbench.diagnose.box_matching import Boxes, Matched

SAMPLES = 500  # bootstrap samples of average precision, which takes every box of every frame


def box_intervals(frames: Matched, sides: tuple[Boxes, Boxes], truth: Boxes | None) -> dict[str, Interval]:
    """Return the 95% intervals by name; `BoxComparison.intervals` says which there are.

    Args:
        frames: for each of N frames the boxes of A and of B that count, and which is which.
        sides: N times all boxes decoded, of A and of B.
        truth: N times the true boxes, where they are known.
    """
    sums = _sums(frames)
    flips = (sums["lost"] + sums["new"] + sums["renamed"]) > 0
    found = {"flips": resampling.of_share(int(flips.sum()), len(frames))}
    found |= {name: resampling.of_ratio(sums[name], sums["boxes"]) for name in ("lost", "renamed", "new")}
    found |= {f"mean_{name}": resampling.of_ratio(sums[name], sums["pairs"]) for name in ("iou", "score_change")}
    if truth is None:
        return found
    counts = resampling.weights(len(frames))[:SAMPLES] * len(frames)
    a, b = (average_precision(true_and_found(side, truth), counts) for side in sides)
    precision = {"precision_a": a, "precision_b": b, "precision_change": b - a}
    return found | {name: resampling.percentiles(each) for name, each in precision.items()}


def lost_interval(frames: Matched) -> Interval:
    """Return the 95% interval of the share of A's boxes that B loses."""
    sums = _sums(frames)
    return resampling.of_ratio(sums["lost"], sums["boxes"])


def _sums(frames: Matched) -> dict[str, np.ndarray]:
    """Return sums (N,) a frame, of which shares and means over frames are made."""
    changes = [np.abs(scores_of(b)[each.pairs[:, 1]] - scores_of(a)[each.pairs[:, 0]]).sum() for a, b, each in frames]
    return {
        "boxes": np.array([len(a) for a, _, _ in frames], float),
        "lost": np.array([len(each.lost) for _, _, each in frames], float),
        "new": np.array([len(each.new) for _, _, each in frames], float),
        "renamed": np.array([(~each.same_class).sum() for _, _, each in frames], float),
        "pairs": np.array([len(each.pairs) for _, _, each in frames], float),
        "iou": np.array([each.overlaps.sum() for _, _, each in frames], float),
        "score_change": np.array(changes, float),
    }
