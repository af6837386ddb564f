"""One result of a live stream: the frame, what the model said, and how old it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.frames.frame import Frame
from workbench.recipes.callables import Preprocess
from workbench.results import Prediction


@dataclass(frozen=True, slots=True, eq=False)
class StreamResult:
    """One frame of a live source with the model's answer."""

    frame: Frame  # RGB; `index` is its number among all that were captured
    prediction: Prediction | None  # of this one frame; None without a model
    captured_s: float  # `time.monotonic()` of its arrival; of a played file, when it was due
    shown_s: float  # `time.monotonic()` when it was handed out
    recipe: Preprocess | None = None  # what made the tensor; it can be switched while the stream runs
    seconds: dict[str, float] = field(default_factory=dict)  # decode, wait, preprocess, infer, order (for its turn)

    @property
    def age_s(self) -> float:
        """Seconds from its arrival until it was handed out."""
        return self.shown_s - self.captured_s
