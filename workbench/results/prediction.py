"""The raw outputs of a run over many frames, with where each frame came from and what the stages took."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from workbench.results.classification import Classification


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
        """Return one row a frame: number, origin, time, and label and probability where it is a classification."""
        table = pd.DataFrame({"frame": self.indices, "origin": self.origins, "time_s": self.times_s})
        if self.classification:
            table["label"] = [self.classification.label(i) for i in range(len(self))]
            table["probability"] = self.classification.confidence
        return table

    def to_dict(self) -> dict[str, object]:
        """Return the run in plain types: model, frames, speed, what was not finite, outputs by shape."""
        return {
            "model": self.model,
            "frames": len(self),
            "not_finite": int(self.not_finite.sum()),
            "seconds": {stage: round(value, 4) for stage, value in self.seconds.items()},
            "outputs": {name: [*values.shape, str(values.dtype)] for name, values in self.outputs.items()},
        }
