"""The raw outputs of a run over many frames, with where each frame came from and what the stages took."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from workbench.results.boxes import DecodedBoxes
from workbench.results.boxes.columns import classes_of, labels_of, scores_of
from workbench.results.boxes.frames import shapes
from workbench.results.classification import Classification

if TYPE_CHECKING:
    import pandas as pd
    import supervision as sv


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What one model said about N frames."""

    outputs: dict[str, np.ndarray]  # output name -> (N, ...), as the model gave it
    classification: Classification | None  # of the only output, where it is one
    indices: np.ndarray  # (N,) int, the frames' numbers in their source
    origins: tuple[str, ...]  # N file names, or N times the clip's
    times_s: tuple[float | None, ...]  # N presentation times in seconds
    model: str = ""
    sizes: tuple[tuple[int, int], ...] = ()  # N times height, width of the source frame in pixels
    seconds: dict[str, float] = field(default_factory=dict)  # decode, preprocess, infer: summed; wall: start to end
    detections: tuple[sv.Detections, ...] | None = None  # one a frame, xyxy in source pixels; None: no boxes
    engine: str = ""  # what ran the model, as "keras" or "onnx, fast engine"; empty where it is not known

    def __repr__(self) -> str:
        if self.detections is not None:
            said = f"{sum(map(len, self.detections))} boxes"
        elif self.classification is not None:
            said = f"{len(self.classification.labels)} classes"
        else:
            said = shapes(self.outputs)
        holes = int(self.not_finite.sum())
        said += f"; {holes} answers hold NaN or Inf" if holes else ""
        return f"Prediction({self.model or 'a model'} on {len(self)} frames: {said})"

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def not_finite(self) -> np.ndarray:
        """(N,) bool: the frames for which any output holds NaN or Inf."""
        flagged = np.zeros(len(self), dtype=bool)
        for values in self.outputs.values():
            if values.dtype.kind == "f":
                flagged |= ~np.isfinite(values.reshape(len(self), -1)).all(axis=1)
        return flagged

    @property
    def frames_per_second(self) -> float:
        """Frames divided by the wall time of the whole run."""
        return len(self) / self.seconds["wall"] if self.seconds.get("wall") else float("nan")

    def to_frame(self) -> pd.DataFrame:
        """Return one row a frame with label and probability where it is a classification, or one row a box.

        A box has x0, y0, x1, y1 in source pixels, score, class and label; a frame without boxes has no row.
        """
        import pandas as pd

        table = pd.DataFrame({"frame": self.indices, "origin": self.origins, "time_s": self.times_s})
        if self.classification:
            table["label"] = [self.classification.label(i) for i in range(len(self))]
            table["probability"] = self.classification.confidence
        return table if self.detections is None else _with_boxes(table, self.detections)

    def to_dict(self) -> dict[str, object]:
        """Return the run in plain types: model, frames, speed, what was not finite, outputs by shape."""
        summary: dict[str, object] = {
            "model": self.model,
            "frames": len(self),
            "not_finite": int(self.not_finite.sum()),
            "seconds": {stage: round(value, 4) for stage, value in self.seconds.items()},
            "outputs": {name: [*values.shape, str(values.dtype)] for name, values in self.outputs.items()},
        }
        return summary if self.detections is None else summary | {"boxes": _counted(self.detections)}


def _with_boxes(table: pd.DataFrame, detections: tuple[sv.Detections, ...]) -> pd.DataFrame:
    """Repeat the row of each frame for each of its boxes, and put the box beside it."""
    rows = table.loc[table.index.repeat([len(each) for each in detections])].reset_index(drop=True)
    boxes = np.concatenate([np.empty((0, 4), np.float32), *(each.xyxy for each in detections)])
    rows[["x0", "y0", "x1", "y1"]] = boxes
    rows["score"] = np.concatenate([np.empty(0, np.float32), *(scores_of(each) for each in detections)])
    rows["class"] = np.concatenate([np.empty(0, int), *(classes_of(each) for each in detections)])
    rows["label"] = [name for each in detections for name in labels_of(each)]
    return rows


def _counted(detections: tuple[sv.Detections, ...]) -> dict[str, object]:
    """Return how many boxes there are, in how many frames, of which labels, and what was dropped by which rule."""
    counts: dict[str, object] = {
        "count": sum(len(each) for each in detections),
        "frames_with_boxes": sum(len(each) > 0 for each in detections),
        "labels": dict(Counter(name for each in detections for name in labels_of(each)).most_common()),
    }
    if isinstance(detections, DecodedBoxes):
        counts |= {"format": detections.format.name, "dropped": detections.dropped}
    return counts
