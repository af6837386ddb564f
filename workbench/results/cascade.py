"""What a detector and a classifier said together: every box with its detector's class and its classifier's answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.readable import visible
from workbench.results.classification import UNDECIDED, Classification

if TYPE_CHECKING:
    import pandas as pd
    import supervision as sv

FATES = {  # what becomes of a box on its way to the classifier
    "whole": "cut out as it is",
    "clipped": "reaches beyond the frame; the part inside is cut out",
    "outside": "no part of it lies in the frame; not classified",
    "empty": "its right or lower edge is not beyond its left or upper one; not classified",
    "too small": "less than 2 pixels high or wide in the frame; not classified",
    "not finite": "an edge is NaN or infinite; not classified",
}
CLASSIFIED = ("whole", "clipped")
EDGES = ("x0", "y0", "x1", "y1")


@dataclass(frozen=True, slots=True, eq=False)
class Cascade:
    """B boxes of N frames, R of them cut out and classified.

    Each `Detections` has the detector's `xyxy` (source pixels), `confidence`, `class_id` and `data["class_name"]`,
    and beside them in `data`, one value a box: `answer` (the classifier's label, empty where the box was not
    classified), `answer_id` (its class, -1 there), `answer_score` (its probability, NaN there) and `region`
    (what became of the box, a name of `FATES`).
    """

    detections: tuple[sv.Detections, ...]  # N, one a frame
    answers: Classification  # of the R regions, in the order of frames and boxes
    indices: np.ndarray  # (N,) int, the frames' numbers in their source
    origins: tuple[str, ...]  # N file names, or N times the clip's
    times_s: tuple[float | None, ...]  # N presentation times in seconds
    sizes: tuple[tuple[int, int], ...]  # N times height, width of the frame in pixels
    counts: dict[str, int]  # boxes by what became of them, those left out for score or class among them
    detector: str = ""  # name, and what runs it
    classifier: str = ""
    margin: float = 0.0
    mistakes: tuple[str, ...] = ()  # switched on, to see what they cost
    seconds: dict[str, float] = field(default_factory=dict)  # decode, detect, crop, preprocess, classify; wall

    def __repr__(self) -> str:
        models = " → ".join(filter(None, (self.detector, self.classifier)))
        return visible(f"Cascade({models} on {len(self)} frames: {self.boxes} boxes, {len(self.answers)} classified)")

    def __len__(self) -> int:
        return len(self.detections)

    @property
    def boxes(self) -> int:
        """The number of boxes kept, over all frames."""
        return sum(map(len, self.detections))

    def column(self, name: str) -> np.ndarray:
        """Return one value a box over all frames, (B,): `answer`, `answer_id`, `answer_score`, `region`, `class_name`.

        Raises:
            KeyError: the detections carry no such data.
        """
        parts = [each.data[name] for each in self.detections if len(each)]
        return np.concatenate(parts) if parts else np.array([])

    @property
    def probabilities(self) -> np.ndarray:
        """(B, C) float32: the classifier's answer to every box; NaN where it was not classified."""
        rows = np.full((self.boxes, len(self.answers.labels)), np.nan, np.float32)
        rows[np.isin(self.column("region"), CLASSIFIED)] = self.answers.probabilities
        return rows

    def to_frame(self) -> pd.DataFrame:
        """Return one row a box: its frame, edges in source pixels, the detector's class and the classifier's."""
        import pandas as pd

        tables = [self._table(place) for place in range(len(self)) if len(self.detections[place])]
        columns = ["frame", "origin", "time_s", *EDGES, "class", "score", "answer", "probability", "region"]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)

    def _table(self, place: int) -> pd.DataFrame:
        import pandas as pd

        found = self.detections[place]
        where = {"frame": self.indices[place], "origin": self.origins[place], "time_s": self.times_s[place]}
        edges = dict(zip(EDGES, found.xyxy.T, strict=True))
        said = {"class": found.data["class_name"], "score": _scores(found)}
        answered = {"answer": "answer", "probability": "answer_score", "region": "region"}
        table = pd.DataFrame(edges | said | {name: found.data[key] for name, key in answered.items()})
        for spot, (name, value) in enumerate(where.items()):
            table.insert(spot, name, value)
        return table

    def to_dict(self) -> dict[str, Any]:
        """Return the run in plain types: models, counts, answers by label, seconds by stage."""
        labels, numbers = np.unique(self.column("answer")[self.column("answer_id") != UNDECIDED], return_counts=True)
        return {
            "detector": self.detector,
            "classifier": self.classifier,
            "frames": len(self),
            "boxes": self.boxes,
            "counts": dict(self.counts),
            "answers": {str(label): int(number) for label, number in zip(labels, numbers, strict=True)},
            "margin": self.margin,
            "mistakes": list(self.mistakes),
            "seconds": {stage: round(value, 4) for stage, value in self.seconds.items()},
        }


def merged(
    detections: Sequence[sv.Detections], fates: Sequence[np.ndarray], answers: Classification
) -> tuple[sv.Detections, ...]:
    """Return the detections of N frames with the classifier's answers in their `data`, as `Cascade` says.

    `fates` has what became of each frame's boxes; `answers` one row for each box that was cut out, in order.
    """
    told, first = [], 0
    for found, fate in zip(detections, fates, strict=True):
        cut = np.isin(fate, CLASSIFIED)
        rows = slice(first, first + int(cut.sum()))
        told.append(_told(found, fate, cut, Classification(answers.probabilities[rows], answers.labels)))
        first = rows.stop
    return tuple(told)


def _told(found: sv.Detections, fate: np.ndarray, cut: np.ndarray, answers: Classification) -> sv.Detections:
    answer_id, score = np.full(len(cut), UNDECIDED), np.full(len(cut), np.nan, np.float32)
    answer_id[cut], score[cut] = answers.best, answers.confidence
    names = found.data.get("class_name", _numbered(found))
    data: dict[str, Any] = {
        "class_name": np.asarray(names, dtype=str),
        "answer": np.array([answers.labels[i] if i != UNDECIDED else "" for i in answer_id], dtype=str),
        "answer_id": answer_id,
        "answer_score": score,
        "region": np.asarray(fate, dtype=str),
    }
    return dataclasses.replace(found, data=found.data | data)


def _numbered(found: sv.Detections) -> list[str]:
    return [""] * len(found) if found.class_id is None else [f"class {number}" for number in found.class_id]


def _scores(found: sv.Detections) -> np.ndarray:
    return np.full(len(found), np.nan) if found.confidence is None else found.confidence
