"""How sure a comparison of boxes is: 95% intervals over the frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.diagnose import resampling
from workbench.diagnose.average_precision import average_precision, true_and_found
from workbench.diagnose.resampling import Interval
from workbench.results.boxes.columns import scores_of

if TYPE_CHECKING:
    from workbench.diagnose.box_comparison import BoxComparison

SAMPLES = 500  # bootstrap samples of average precision, which takes every box of every frame


def box_intervals(comparison: BoxComparison) -> dict[str, Interval]:
    """Return the 95% intervals by name; `BoxComparison.intervals` says which there are."""
    sums = _sums(comparison)
    found = {"flips": resampling.of_share(int(comparison.flips.sum()), len(comparison))}
    found |= {name: resampling.of_ratio(sums[name], sums["boxes"]) for name in ("lost", "renamed", "new")}
    found |= {f"mean_{name}": resampling.of_ratio(sums[name], sums["pairs"]) for name in ("iou", "score_change")}
    if comparison.truth is None:
        return found
    counts = resampling.weights(len(comparison))[:SAMPLES] * len(comparison)
    a, b = (
        average_precision(true_and_found(side.detections or (), comparison.truth), counts)
        for side in (comparison.a, comparison.b)
    )
    sides = {"precision_a": a, "precision_b": b, "precision_change": b - a}
    return found | {name: resampling.percentiles(each) for name, each in sides.items()}


def lost_interval(comparison: BoxComparison) -> Interval:
    """Return the 95% interval of the share of A's boxes that B loses."""
    sums = _sums(comparison)
    return resampling.of_ratio(sums["lost"], sums["boxes"])


def _sums(comparison: BoxComparison) -> dict[str, np.ndarray]:
    """Return sums (N,) a frame, of which shares and means over frames are made."""
    frames = comparison.frames()
    changes = [np.abs(scores_of(b)[each.pairs[:, 1]] - scores_of(a)[each.pairs[:, 0]]).sum() for a, b, each in frames]
    return {
        "boxes": np.array([len(a) for a, _, _ in frames], float),
        "lost": comparison.lost.astype(float),
        "new": comparison.new.astype(float),
        "renamed": comparison.renamed.astype(float),
        "pairs": np.array([len(each.pairs) for _, _, each in frames], float),
        "iou": np.array([each.overlaps.sum() for _, _, each in frames], float),
        "score_change": np.array(changes, float),
    }
