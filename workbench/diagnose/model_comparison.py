"""ModelComparison: what several models, runtimes and recipes say about the same frames, and what each costs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.diagnose.agreement import agreement, flips
from workbench.diagnose.box_comparison import THRESHOLD
from workbench.diagnose.comparison import check_truth
from workbench.diagnose.cost import Cost
from workbench.diagnose.drift_result import Drift
from workbench.errors import InvalidValue
from workbench.readable import visible
from workbench.results import Prediction
from workbench.results.boxes.columns import labels_of, scores_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Contender:
    """What a side of the comparison is."""

    model: str
    runtime: str  # keras, savedmodel, tflite, onnx, cv2...; empty for a model of the user's own
    slots: dict[str, tuple[Any, Any]] = field(default_factory=dict)  # slot -> (the first side's choice, this one's)


@dataclass(frozen=True, eq=False)
class ModelComparison:
    """K models with their recipes on the same N frames; the first is the one to be held against."""

    predictions: dict[str, Prediction]  # K, by name
    contenders: dict[str, Contender]  # K
    costs: dict[str, Cost]  # K, or none where they were not measured
    drifts: dict[str, Drift]  # of those that get the first one's pixels: how their raw outputs differ from its
    truth: np.ndarray | None = None  # (N,) true class index of the first model with class probabilities
    threshold: float = THRESHOLD  # score from which a box counts

    def __post_init__(self) -> None:
        """Refuse answers about different frames."""
        counts = {name: len(each) for name, each in self.predictions.items()}
        if len(set(counts.values())) > 1:
            raise InvalidValue(f"compare_models needs the same frames everywhere; got {counts}")
        if self.truth is not None:
            if self._classes is None:
                raise InvalidValue(
                    "labels: no model here gives class probabilities that a class index could be held to"
                )
            check_truth(self.truth, len(self), len(self._classes))

    def __repr__(self) -> str:
        return visible(f"ModelComparison({self.verdict})")

    def __len__(self) -> int:
        return len(next(iter(self.predictions.values())))

    @property
    def names(self) -> tuple[str, ...]:
        """The K names, the first one first."""
        return tuple(self.predictions)

    @cached_property
    def agreement(self) -> np.ndarray:
        """(K, K) in [0, 1]: mean over the frames of how far two models agree; NaN where they cannot be compared.

        For classes the share of frames with the same most probable class, for boxes the mean matched overlap:
        see `workbench.diagnose.agreement`.
        """
        sides = list(self.predictions.values())
        shares = np.ones((len(sides), len(sides)))
        for i, one in enumerate(sides):
            for j, other in enumerate(sides[:i]):
                shares[i, j] = shares[j, i] = agreement(one, other, threshold=self.threshold).mean()
        return shares

    @cached_property
    def flips(self) -> dict[str, np.ndarray]:
        """For each name (N,) bool: another most probable class than the first, or a box lost, new or renamed."""
        first = self.predictions[self.names[0]]
        return {name: flips(first, each, threshold=self.threshold) for name, each in self.predictions.items()}

    @property
    def accuracy(self) -> dict[str, float]:
        """Top-1 accuracy of the models with as many classes as the first that has any; empty without true classes."""
        if self.truth is None or self._classes is None:
            return {}
        sides = {name: each.classification for name, each in self.predictions.items()}
        alike = {name: each for name, each in sides.items() if each and len(each.labels) == len(self._classes)}
        return {name: each.accuracy(self.truth) for name, each in alike.items()}

    @property
    def _classes(self) -> tuple[str, ...] | None:
        """What the true class indices stand for: the labels of the first model that has class probabilities."""
        return next((each.classification.labels for each in self.predictions.values() if each.classification), None)

    @property
    def latencies_ms(self) -> dict[str, float]:
        """Median milliseconds of one frame, by name; empty where nothing was measured."""
        return {name: cost.latency_ms for name, cost in self.costs.items()}

    @property
    def memory_mb(self) -> dict[str, float]:
        """Resident megabytes of a process with nothing but this model, by name, where it could be measured."""
        return {name: cost.memory_mb for name, cost in self.costs.items() if cost.memory_mb is not None}

    @property
    def verdict(self) -> str:
        """One sentence a person can act on."""
        first, *others = self.names
        if not others:
            return f"{first} alone on {len(self)} frames: nothing to compare."
        known = dict(zip(self.names, ~np.isnan(self.agreement[0]), strict=True))
        same = [name for name in others if known[name] and not self.flips[name].any()]
        said = [
            f"all {len(others)} answer as {first}" if len(same) == len(others) > 1 else f"{_listed(same)} as {first}"
        ]
        parts = said if same else []
        parts += [f"{name} flips {count}" for name in others if (count := int(self.flips[name].sum()))]
        parts += [f"{name} gives another kind of answer" for name in others if not known[name]]
        return f"On {len(self)} frames: {'; '.join(parts)}{self._quickest()}."

    def _quickest(self) -> str:
        if len(self.costs) < 2:
            return ""
        name, best = min(self.latencies_ms.items(), key=lambda entry: entry[1])
        first = self.latencies_ms[self.names[0]]
        compared = "" if name == self.names[0] else f", {first / best:.1f} times as fast as {self.names[0]}"
        return f"; {name} is the quickest with {best:.3g} ms a frame{compared}"

    def to_frame(self) -> pd.DataFrame:
        """Return one row a model: what it is, how it agrees with the first, how often it is right, what it costs."""
        import pandas as pd

        rows = []
        for place, name in enumerate(self.names):
            each, cost, drift = self.contenders[name], self.costs.get(name), self.drifts.get(name)
            row: dict[str, Any] = {"name": name, "model": each.model, "runtime": each.runtime}
            row["recipe"] = ", ".join(f"{slot} {_told(b)}" for slot, (_, b) in each.slots.items()) or "as the first"
            row |= {"agreement": self.agreement[0, place], "flips": int(self.flips[name].sum())}
            row |= {"accuracy": self.accuracy.get(name)} if self.accuracy else {}
            row["drift"] = drift.relative if drift else None
            if cost:
                row |= {"ms a frame": cost.latency_ms, "load s": cost.load_seconds, "MB": cost.memory_mb}
            rows.append(row)
        return pd.DataFrame(rows)

    def answers(self) -> pd.DataFrame:
        """Return one row a frame: what every model says of it; frames on which they differ most come first."""
        import pandas as pd

        first = self.predictions[self.names[0]]
        table = pd.DataFrame({"frame": first.indices, "origin": first.origins})
        if self.truth is not None and self._classes is not None:
            table["truth"] = [self._classes[i] for i in self.truth]
        for name, each in self.predictions.items():
            table[name] = [answer_in_words(each, i, threshold=self.threshold) for i in range(len(each))]
        table["flips"] = np.sum([flipped for flipped in self.flips.values()], axis=0)
        return table.sort_values("flips", ascending=False, kind="stable", ignore_index=True)

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison in plain types; measurements end in their unit."""
        models = {}
        for place, name in enumerate(self.names):
            cost, drift, each = self.costs.get(name), self.drifts.get(name), self.contenders[name]
            models[name] = {
                "model": each.model,
                "runtime": each.runtime,
                "slots": {slot: [_plain(value) for value in pair] for slot, pair in each.slots.items()},
                "agreement": _number(self.agreement[0, place]),
                "flips": int(self.flips[name].sum()),
                "accuracy": self.accuracy.get(name),
                "drift": _number(drift.relative) if drift else None,
                "latency_ms": round(cost.latency_ms, 3) if cost else None,
                "load_seconds": cost.load_seconds if cost else None,
                "memory_mb": cost.memory_mb if cost else None,
                "note": cost.note if cost else "",
            }
        matrix = [[_number(share) for share in row] for row in self.agreement]
        return {"frames": len(self), "models": models, "agreement": matrix, "verdict": self.verdict}


def answer_in_words(prediction: Prediction, index: int, *, threshold: float = THRESHOLD) -> str:
    """Say in a few words what a model answers to one frame: a class with its probability, or the boxes counted."""
    if prediction.classification is not None:
        confidence = prediction.classification.confidence[index]
        return f"{prediction.classification.label(index)} {confidence:.2f}".replace(" nan", "")
    if prediction.detections is not None:
        found = prediction.detections[index]
        names = [n for n, s in zip(labels_of(found), scores_of(found), strict=True) if s >= threshold]
        return ", ".join(f"{names.count(n)} {n}" for n in dict.fromkeys(names)) or "no box"
    return "; ".join(f"{name} {values.shape[1:]}" for name, values in prediction.outputs.items())


def _listed(names: list[str]) -> str:
    *others, last = names or [""]
    return f"{', '.join(others)} and {last} answer" if others else f"{last} answers"


def _told(value: Any) -> str:
    return " x ".join(f"{each:g}" for each in value) if isinstance(value, tuple) else str(value)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
