"""Comparison: the answers A and B gave on the same frames, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.diagnose import resampling
from workbench.diagnose.per_class import classes_table
from workbench.diagnose.resampling import Interval
from workbench.errors import InvalidValue
from workbench.readable import visible
from workbench.results import Classification, Prediction
from workbench.results.boxes.frames import shapes
from workbench.results.classification import UNDECIDED

if TYPE_CHECKING:
    import pandas as pd

FEW = 10  # frames below which a sentence leaves the intervals out: they would say that anything is possible
SMALLEST = 1e-7  # probabilities are clipped to it before a logarithm; float32 resolution at 1 is 1.2e-7


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two classifications of the same N frames."""

    a: Prediction
    b: Prediction
    slots: dict[str, tuple[Any, Any]]  # slot -> (A's choice, B's); empty where a function was given for a recipe
    truth: np.ndarray | None = None  # (N,) true class index

    def __post_init__(self) -> None:
        """Refuse answers that cannot be held against each other."""
        a, b = _classification(self.a, "A"), _classification(self.b, "B")
        if a.probabilities.shape != b.probabilities.shape:
            raise InvalidValue(
                f"A gave {a.probabilities.shape} and B {b.probabilities.shape} (frames, classes); "
                "compare the same frames with models of the same classes"
            )
        if self.truth is not None:
            check_truth(self.truth, *a.probabilities.shape)

    def __repr__(self) -> str:
        return visible(f"Comparison({self.verdict})")

    def __len__(self) -> int:
        return len(self.a)

    @property
    def flips(self) -> np.ndarray:
        """(N,) bool: the most probable class differs, or one side has none (NaN)."""
        return np.asarray((_best(self.a) != _best(self.b)) | self.undecided)

    @property
    def undecided(self) -> np.ndarray:
        """(N,) bool: a side has no most probable class, since its output holds NaN or Inf."""
        return np.asarray((_best(self.a) == UNDECIDED) | (_best(self.b) == UNDECIDED))

    @property
    def change(self) -> np.ndarray:
        """(N,) float32 in [0, 1]: the largest change of any class's probability; NaN where an output is."""
        return np.asarray(np.abs(_probabilities(self.a) - _probabilities(self.b)).max(axis=1))

    @property
    def mean_change(self) -> float:
        """The mean of `change` over the frames with finite outputs."""
        return _over_finite(np.mean, self.change)

    @property
    def max_change(self) -> float:
        """The maximum of `change` over the frames with finite outputs."""
        return _over_finite(np.max, self.change)

    @property
    def kl(self) -> np.ndarray:
        """(N,) float64, nats: Kullback-Leibler divergence sum(a * ln(a / b)) of B's answer from A's.

        Source: Kullback and Leibler, On Information and Sufficiency, 1951.
        """
        a, b = (np.clip(_probabilities(side).astype(np.float64), SMALLEST, 1) for side in (self.a, self.b))
        return np.asarray((a * np.log(a / b)).sum(axis=1))

    @property
    def accuracy(self) -> tuple[float, float] | None:
        """Top-1 accuracy of A and of B; None without true classes."""
        if self.truth is None:
            return None
        return _classification(self.a).accuracy(self.truth), _classification(self.b).accuracy(self.truth)

    @property
    def intervals(self) -> dict[str, Interval]:
        """95% intervals over the frames, by name; too narrow where frames resemble each other, as a clip's do.

        Shares, `flips` and with true classes `accuracy_a` and `accuracy_b`, are Wilson's; `mean_change`, `mean_kl` and
        `accuracy_change` (B's minus A's, paired) are bootstrapped. See `workbench.diagnose.resampling`.
        """
        count, right = len(self), self._right
        found = {
            "flips": resampling.of_share(int(self.flips.sum()), count),
            "mean_change": resampling.of_mean(self.change),
            "mean_kl": resampling.of_mean(self.kl),
        }
        if right is None:
            return found
        a, b = (resampling.of_share(int(side.sum()), count) for side in right)
        change = resampling.of_mean(right[1].astype(float) - right[0])
        return found | {"accuracy_a": a, "accuracy_b": b, "accuracy_change": change}

    @property
    def accuracy_p(self) -> float | None:
        """How often chance alone parts two equally accurate sides this far (McNemar); None without true classes."""
        if self._right is None:
            return None
        a, b = self._right
        return resampling.mcnemar(int((a & ~b).sum()), int((b & ~a).sum()))

    @property
    def _right(self) -> tuple[np.ndarray, np.ndarray] | None:
        """(N,) bool of each side: the answer is the true class."""
        return None if self.truth is None else (_best(self.a) == self.truth, _best(self.b) == self.truth)

    def per_class(self) -> pd.DataFrame:
        """Return one row a class, of the truth or else of A's answers, the one with most flips first.

        See `workbench.diagnose.per_class.classes_table` for the columns.
        """
        a, b = _classification(self.a), _classification(self.b)
        return classes_table(a, b, flips=self.flips, kl=self.kl, truth=self.truth)

    @property
    def cost(self) -> dict[str, Any]:
        """What a table of several comparisons shows of this one."""
        row = {
            "flips": f"{int(self.flips.sum())} of {len(self)}",
            "mean change": self.mean_change,
            "mean KL": _over_finite(np.mean, self.kl),
        }
        correct = {} if self.accuracy is None else {"correct": f"{round(self.accuracy[1] * len(self))} of {len(self)}"}
        return row | correct

    @property
    def verdict(self) -> str:
        """One sentence a person can act on."""
        what = ", ".join(f"{slot} {b} instead of {a}" for slot, (a, b) in self.slots.items()) or "the change"
        flips, not_finite, count = int(self.flips.sum()), int(self.undecided.sum()), len(self)
        if not_finite == count:
            alone = [name for name, side in (("A", self.a), ("B", self.b)) if bool((_best(side) == UNDECIDED).all())]
            whose = f"every answer of {alone[0]}" if len(alone) == 1 else "every answer"
            nothing = f"{whose} holds NaN or Inf; nothing to compare on {count} frame{'s' if count > 1 else ''}"
            return f"{what[:1].upper()}{what[1:]}: {nothing}."
        if not flips and self.max_change < 1e-3:
            return f"No visible difference on {f'these {count} frames' if count > 1 else 'this frame'}: {what}."
        sure = self.intervals if count >= FEW else {}
        often = " (95% {:.0%} to {:.0%})".format(*sure["flips"]) if sure and flips else ""
        cost = f"flips {flips} of {count} answers{often} and moves probabilities by {self.mean_change:.2f} on average"
        if self.accuracy:
            cost += f"; top-1 accuracy {self.accuracy[0]:.0%} becomes {self.accuracy[1]:.0%}"
            points = [100 * each for each in sure.get("accuracy_change", ())]
            cost += " (95% {:+.0f} to {:+.0f} points)".format(*points).replace("-", "−") if points else ""
        if not_finite:
            cost += f"; {not_finite} answer{'s hold' if not_finite > 1 else ' holds'} NaN or Inf"
        return f"{what[:1].upper()}{what[1:]} {cost}."

    def to_frame(self) -> pd.DataFrame:
        """Return one row a frame, worst first: flips before the rest, then by KL divergence."""
        import pandas as pd

        a, b = _classification(self.a), _classification(self.b)
        rows = range(len(self))
        table = pd.DataFrame(
            {
                "frame": self.a.indices,
                "origin": self.a.origins,
                "label_a": [a.label(i) for i in rows],
                "probability_a": a.confidence,
                "label_b": [b.label(i) for i in rows],
                "probability_b": b.confidence,
                "flip": self.flips,
                "change": self.change,
                "kl": self.kl,
            }
        )
        if self.truth is not None:
            table.insert(2, "truth", [a.labels[i] for i in self.truth])
        return table.sort_values(["flip", "kl"], ascending=False, kind="stable", na_position="first", ignore_index=True)

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison in plain types."""
        summary = {
            "frames": len(self),
            "slots": {slot: [_plain(value) for value in pair] for slot, pair in self.slots.items()},
            "flips": int(self.flips.sum()),
            "mean_change": round(self.mean_change, 6),
            "max_change": round(self.max_change, 6),
            "mean_kl": round(_over_finite(np.mean, self.kl), 6),
            "not_finite": [int(side.not_finite.sum()) for side in (self.a, self.b)],
            "verdict": self.verdict,
        }
        intervals = {name: [_finite(each) for each in pair] for name, pair in self.intervals.items()}
        known = {"accuracy": list(self.accuracy), "accuracy_p": self.accuracy_p} if self.accuracy else {}
        return summary | known | {"intervals": intervals}


def check_truth(truth: np.ndarray, frames: int, classes: int) -> None:
    """Refuse labels that are not one class index for each frame.

    Raises:
        InvalidValue: another shape or dtype, or an index beyond the classes.
    """
    if truth.shape != (frames,) or truth.dtype.kind not in "iu":
        raise InvalidValue(
            f"labels: expected one class index for each of {frames} frames; got {truth.shape} {truth.dtype}"
        )
    if truth.min() < 0 or truth.max() >= classes:
        raise InvalidValue(f"labels: class indices go from 0 to {classes - 1}; got {truth.min()} to {truth.max()}")


def _classification(side: Prediction, name: str = "") -> Classification:
    if side.classification is None:
        raise InvalidValue(
            f"compare needs class probabilities or boxes from each side, and {name} gives {shapes(side.outputs)}; "
            "name the format of boxes that are not recognised: boxes=NAME"
        )
    return side.classification


def _probabilities(side: Prediction) -> np.ndarray:
    return np.asarray(_classification(side).probabilities)


def _best(side: Prediction) -> np.ndarray:
    return np.asarray(_classification(side).best)


def _over_finite(reduce: Any, values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(reduce(finite)) if finite.size else float("nan")


def _finite(value: float) -> float | None:
    return round(value, 6) if np.isfinite(value) else None


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
