"""BoxComparison: the boxes A and B found on the same frames, matched by overlap."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.diagnose.box_intervals import box_intervals, lost_interval
from workbench.diagnose.box_matching import BoxPairs, Matched, match_boxes
from workbench.diagnose.per_class import boxes_table
from workbench.diagnose.resampling import Interval
from workbench.errors import InvalidValue
from workbench.readable import visible
from workbench.results import Prediction
from workbench.results.boxes.columns import labels_of, scores_of
from workbench.results.boxes.frames import shapes

if TYPE_CHECKING:
    import pandas as pd
    import supervision as sv

THRESHOLD, OVERLAP = 0.5, 0.5  # a box that counts; the same object (PASCAL VOC's IoU)
FEW = 10  # frames below which a sentence leaves the intervals out
STILL = 0.01  # a change of overlap or score that nobody sees
KINDS = ("lost", "new", "renamed", "kept")


@dataclass(frozen=True, slots=True, eq=False)
class BoxComparison:
    """Two sets of detections on the same N frames."""

    a: Prediction
    b: Prediction
    slots: dict[str, tuple[Any, Any]]  # slot -> (A's choice, B's); empty where a function was given for a recipe
    truth: tuple[sv.Detections, ...] | None = None  # N times the true boxes, in source pixels
    threshold: float = THRESHOLD  # boxes with a lower score are no boxes here; average precision takes all
    overlap: float = OVERLAP  # IoU from which on two boxes are the same object
    pairs: tuple[BoxPairs, ...] = field(init=False)  # N times which box of A is which of B
    # mean average precision of A and of B, COCO's 0.50:0.95 and at 0.50, of all boxes decoded; empty without true boxes
    average_precision: dict[str, tuple[float, float]] = field(init=False)
    _kept: tuple[list[sv.Detections], list[sv.Detections]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse answers that cannot be held against each other, and match the boxes."""
        a, b = _detections(self.a, "A"), _detections(self.b, "B")
        if len(self.a) != len(self.b):
            raise InvalidValue(f"A has {len(self.a)} frames and B {len(self.b)}; compare the same frames")
        check_true_boxes(self.truth, len(self.a))
        kept = tuple([_above(each, self.threshold) for each in side] for side in (a, b))
        object.__setattr__(self, "_kept", kept)
        matched = [match_boxes(one, other, overlap=self.overlap) for one, other in zip(*kept, strict=True)]
        object.__setattr__(self, "pairs", tuple(matched))
        before, after = (_precision(side, self.truth) for side in (a, b))
        object.__setattr__(self, "average_precision", {name: (before[name], after[name]) for name in before})

    def __repr__(self) -> str:
        return visible(f"BoxComparison({self.verdict})")

    def __len__(self) -> int:
        return len(self.a)

    @property
    def counts(self) -> tuple[int, int]:
        """How many boxes A and B have."""
        a, b = (sum(map(len, side)) for side in self._kept)
        return a, b

    @property
    def lost(self) -> np.ndarray:
        """(N,) int: boxes of A that B does not have."""
        return np.array([len(each.lost) for each in self.pairs])

    @property
    def new(self) -> np.ndarray:
        """(N,) int: boxes of B that A does not have."""
        return np.array([len(each.new) for each in self.pairs])

    @property
    def renamed(self) -> np.ndarray:
        """(N,) int: boxes that both have, under different classes."""
        return np.array([int((~each.same_class).sum()) for each in self.pairs])

    @property
    def flips(self) -> np.ndarray:
        """(N,) bool: a box is lost, new or renamed."""
        return np.asarray((self.lost + self.new + self.renamed) > 0)

    @property
    def overlaps(self) -> np.ndarray:
        """(M,) float32 in [0, 1]: intersection over union of every box that both have."""
        return np.concatenate([each.overlaps for each in self.pairs])

    @property
    def mean_overlap(self) -> float:
        """The mean of `overlaps`; NaN where no box is matched."""
        return float(self.overlaps.mean()) if len(self.overlaps) else float("nan")

    @property
    def score_changes(self) -> np.ndarray:
        """(M,) float32 in [-1, 1]: B's score minus A's, of every box that both have."""
        parts = [scores_of(b)[each.pairs[:, 1]] - scores_of(a)[each.pairs[:, 0]] for a, b, each in self.frames()]
        return np.concatenate(parts)

    @property
    def intervals(self) -> dict[str, Interval]:
        """95% intervals over the frames, by name; too narrow where frames resemble each other, as a clip's do.

        `flips` (share of frames) is Wilson's; bootstrapped are `lost` and `renamed` (shares of A's boxes), `new` (boxes
        of B's own, as a share of A's), `mean_iou`, `mean_score_change`, and with true boxes `precision_a`,
        `precision_b` and `precision_change`, COCO's 0.50:0.95. See `workbench.diagnose.resampling`.
        """
        return box_intervals(self.frames(), self._decoded, self.truth)

    def per_class(self) -> pd.DataFrame:
        """Return one row a class name, the one with most boxes lost, renamed and new first.

        See `workbench.diagnose.per_class.boxes_table` for the columns.
        """
        return boxes_table(self.frames(), self._decoded, self.truth)

    @property
    def _decoded(self) -> tuple[tuple[sv.Detections, ...], tuple[sv.Detections, ...]]:
        return self.a.detections or (), self.b.detections or ()

    def frames(self) -> Matched:
        """Return for each frame the boxes of A and of B that count, and which is which."""
        return list(zip(*self._kept, self.pairs, strict=True))

    @property
    def cost(self) -> dict[str, Any]:
        """What a table of several comparisons shows of this one."""
        row = {
            "lost": f"{self.lost.sum()} of {self.counts[0]}",
            "new": int(self.new.sum()),
            "renamed": int(self.renamed.sum()),
            "mean IoU": self.mean_overlap,
        }
        precision = self.average_precision
        return row | ({"mean average precision": precision["0.50:0.95"][1]} if precision else {})

    @property
    def verdict(self) -> str:
        """One sentence a person can act on."""
        what = ", ".join(f"{slot} {b} instead of {a}" for slot, (a, b) in self.slots.items())
        count, (boxes, others) = len(self), self.counts
        if not boxes and not others:
            return f"Neither side has a box with a score of {self.threshold:g} on these {count} frames."
        change = float(np.abs(self.score_changes).mean()) if len(self.overlaps) else 0.0
        moved = 1 - self.mean_overlap
        if not self.flips.any() and moved < STILL and change < STILL:
            return f"No visible difference in {boxes} boxes on these {count} frames{f': {what}' if what else ''}."
        sure = " (95% {:.0%} to {:.0%})".format(*lost_interval(self.frames())) if count >= FEW else ""
        parts = [f"loses {self.lost.sum()} of {_boxes(boxes)}{sure}"] if self.lost.any() else []
        parts += [f"adds {self.new.sum()}"] if self.new.any() else []
        parts += [f"renames {self.renamed.sum()}"] if self.renamed.any() else []
        if len(self.overlaps):
            rest = "the rest" if self.lost.any() else f"all {_boxes(boxes)}" if not parts else "the others"
            parts.append(f"moves {rest} by {moved:.2f} IoU and their scores by {change:.2f}")
        precision = self.average_precision
        after = "; mean average precision {:.2f} becomes {:.2f}".format(*precision["0.50:0.95"]) if precision else ""
        not_finite = int((self.a.not_finite | self.b.not_finite).sum())
        if not_finite:
            after += f"; {not_finite} answers hold NaN or Inf" if not_finite > 1 else "; 1 answer holds NaN or Inf"
        lead = f"{what[:1].upper()}{what[1:]}: " if what else ""
        return f"{lead}B {_listed(parts)}{after}."

    def to_frame(self) -> pd.DataFrame:
        """Return one row a box, worst first: lost, new, renamed, then those that moved most."""
        import pandas as pd

        rows = []
        for place, (found_a, found_b, each) in enumerate(self.frames()):
            a, b = _told(found_a, "a"), _told(found_b, "b")
            where = {"frame": self.a.indices[place], "origin": self.a.origins[place]}
            rows += [where | {"change": "lost"} | a[i] for i in each.lost]
            rows += [where | {"change": "new"} | b[i] for i in each.new]
            for (i, j), overlap, same in zip(each.pairs, each.overlaps, each.same_class, strict=True):
                change = {"change": "kept" if same else "renamed", "iou": float(overlap)}
                rows.append(where | change | a[i] | b[j])
        columns = ["frame", "origin", "change", "label_a", "score_a", "label_b", "score_b", "iou"]
        table = pd.DataFrame(rows, columns=columns)
        order = table["change"].map(KINDS.index).astype(int)
        ordered = table.assign(order=order).sort_values(["order", "iou"], kind="stable", ignore_index=True)
        return ordered.drop(columns="order")

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison in plain types."""
        summary: dict[str, Any] = {
            "frames": len(self),
            "slots": {
                slot: [list(v) if isinstance(v, tuple) else v for v in pair] for slot, pair in self.slots.items()
            },
            "boxes": list(self.counts),
            "lost": int(self.lost.sum()),
            "new": int(self.new.sum()),
            "renamed": int(self.renamed.sum()),
            "flips": int(self.flips.sum()),
            "mean_iou": round(self.mean_overlap, 6),
            "mean_score_change": round(float(np.abs(self.score_changes).mean()), 6) if len(self.overlaps) else None,
            "threshold": self.threshold,
            "verdict": self.verdict,
        }
        precision = {name: [round(value, 6) for value in pair] for name, pair in self.average_precision.items()}
        intervals = {
            name: [round(each, 6) if np.isfinite(each) else None for each in pair]
            for name, pair in self.intervals.items()
        }
        return summary | ({"average_precision": precision} if precision else {}) | {"intervals": intervals}


def _detections(side: Prediction, name: str) -> tuple[sv.Detections, ...]:
    if side.detections is None:
        raise InvalidValue(
            f"compare needs boxes from each side, and {name} has none: {shapes(side.outputs)}; name the format that "
            "reads the boxes of both, such as boxes='rows_pixels', or compare two detectors"
        )
    return side.detections


def _above(each: sv.Detections, threshold: float) -> sv.Detections:
    return each[scores_of(each) >= threshold]  # type: ignore[return-value]


def _told(each: sv.Detections, side: str) -> list[dict[str, Any]]:
    columns = zip(labels_of(each), scores_of(each).tolist(), strict=True)
    return [{f"label_{side}": label, f"score_{side}": score} for label, score in columns]


def check_true_boxes(truth: tuple[sv.Detections, ...] | None, count: int) -> None:
    """Refuse labels that are not the true boxes of each of `count` frames.

    Raises:
        InvalidValue: another number of them, or no `supervision.Detections`.
    """
    if truth is not None and (len(truth) != count or not all(hasattr(each, "xyxy") for each in truth)):
        raise InvalidValue(f"labels: expected the true boxes (supervision.Detections) of each of {count} frames")


def _precision(found: tuple[sv.Detections, ...], truth: tuple[sv.Detections, ...] | None) -> dict[str, float]:
    """Return average precision by `supervision.metrics.MeanAveragePrecision`, which follows pycocotools."""
    if truth is None:
        return {}
    from supervision.metrics import MeanAveragePrecision

    result = MeanAveragePrecision().update(list(found), list(truth)).compute()
    return {"0.50:0.95": float(result.map50_95), "0.50": float(result.map50)}


def _boxes(count: int) -> str:
    return f"{count} box" if count == 1 else f"{count} boxes"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])}, and {parts[-1]}"
