"""What became of a recorded session's answers when its frames were run again."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.readable import visible

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Replayed:
    """One frame of a replay."""

    number: int  # among all that the live source delivered
    time_s: float  # since the first of the recording was captured
    recorded: str  # the answer then, in words
    now: str
    identical: bool  # every raw output is the same, bit for bit
    equal: bool  # the answer is the same to the last digit: classes and probabilities, or boxes and scores
    flip: bool  # the decision is another: the most probable class, or a box of .5 or more lost, new or renamed
    largest: float  # largest |then - now| of the raw outputs; NaN where only their hash is held, inf: other shapes


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """The frames of a recording, answered again."""

    folder: str
    models: tuple[str, str]  # name then, and now
    runtimes: tuple[str | None, str | None]  # what ran it then, and now
    slots: dict[str, tuple[Any, Any]]  # slots of another recipe that was given: choice then, and now
    rows: tuple[Replayed, ...]
    lost: int  # results whose frame is not on disk, because the session was killed

    def __repr__(self) -> str:
        return visible(f"Replay({self.verdict})")

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def identical(self) -> np.ndarray:
        """(N,) bool: every raw output is the same, bit for bit."""
        return np.array([row.identical for row in self.rows], dtype=bool)

    @property
    def equal(self) -> np.ndarray:
        """(N,) bool: the answer is the same to the last digit."""
        return np.array([row.equal for row in self.rows], dtype=bool)

    @property
    def flips(self) -> np.ndarray:
        """(N,) bool: the decision is another."""
        return np.array([row.flip for row in self.rows], dtype=bool)

    @property
    def largest(self) -> float:
        """The largest difference of a raw output; NaN where some frame's is not known."""
        return float(max((row.largest for row in self.rows), key=lambda value: (math.isnan(value), value), default=0.0))

    @property
    def same(self) -> bool:
        """Whether every frame was answered as it was live, bit for bit."""
        return bool(self.identical.all() and self.equal.all())

    @property
    def verdict(self) -> str:
        """The outcome in a sentence."""
        return f"{self._outcome()}{self._conditions()}{self._missing()}"

    def to_frame(self) -> pd.DataFrame:
        """Return one row a frame."""
        import pandas as pd

        return pd.DataFrame([asdict(row) for row in self.rows])

    def to_dict(self) -> dict[str, Any]:
        """Return the outcome in plain types."""
        return {
            "verdict": self.verdict,
            "same": self.same,
            "frames": len(self),
            "identical": int(self.identical.sum()),
            "equal_answers": int(self.equal.sum()),
            "flips": int(self.flips.sum()),
            "largest_difference": self.largest if math.isfinite(self.largest) else None,
            "frames_lost": self.lost,
            "models": list(self.models),
            "runtimes": list(self.runtimes),
            "slots": {slot: list(choices) for slot, choices in self.slots.items()},
        }

    def _outcome(self) -> str:
        if self.same:
            return f"the same on all {len(self)} frames, bit for bit"
        size = "" if not math.isfinite(self.largest) else f"; raw outputs differ by {self.largest:.2g} at most"
        if not self.flips.any():
            return f"the same decision on all {len(self)} frames{size}"
        first = next(row for row in self.rows if row.flip)
        return (
            f"{int(self.flips.sum())} of {len(self)} frames are answered otherwise, first frame {first.number}: "
            f"{first.recorded or 'nothing'} became {first.now or 'nothing'}{size}"
        )

    def _conditions(self) -> str:
        changed = [f"{slot} {then} -> {now}" for slot, (then, now) in self.slots.items()]
        pairs = (("model", self.models), ("runtime", self.runtimes))
        changed += [f"{what} {then} -> {now}" for what, (then, now) in pairs if then != now]
        return f" ({'; '.join(changed)})" if changed else ""

    def _missing(self) -> str:
        if not self.lost:
            return ""
        return f"; {self.lost} more {'result has' if self.lost == 1 else 'results have'} no frame on disk"
