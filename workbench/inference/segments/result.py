"""What models said about many clips, and which parts of which clips nothing is known of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.readable import one_line
from workbench.results import Prediction

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Failure:
    """A clip, or a part of it, that a side has no answers about."""

    clip: str
    side: str
    frames: tuple[int, int] | None  # the first and the last of the part; None: the whole clip
    error: str  # one line

    def __str__(self) -> str:
        part = "" if self.frames is None else f", frames {self.frames[0]} to {self.frames[1]}"
        told = self.error if not part and self.error.startswith(self.clip) else f"{self.clip}{part}: {self.error}"
        return one_line(f"{told} (side {self.side!r})" if self.side else told)


@dataclass(frozen=True, slots=True, eq=False)
class ClipPredictions:
    """What every side said about every clip.

    A clip of which a part has failed keeps the answers about the others: `Prediction.indices` tells of which frames.
    """

    predictions: dict[str, dict[str, Prediction]]  # clip -> side -> answers; a clip that failed for a side lacks it
    failed: tuple[Failure, ...]
    jobs: int  # that were to be done
    recalled: int = 0  # of them: not run, for their answers were kept by an earlier run
    seconds: float = 0.0  # the whole run; `Prediction.seconds` are those of the jobs, summed

    def __getitem__(self, clip: str) -> dict[str, Prediction]:
        """Return what the sides said about one clip."""
        return self.predictions[clip]

    def __repr__(self) -> str:
        frames = sum(len(each) for sides in self.predictions.values() for each in sides.values())
        lost = f"; {len(self.failed)} failed: {self.failed[0]}" if self.failed else ""
        return one_line(f"ClipPredictions({len(self.predictions)} clips, {frames:,} answers, {self.jobs} jobs{lost})")

    def to_frame(self) -> pd.DataFrame:
        """Return the tables of all predictions below each other, with the columns `clip` and `side` before."""
        import pandas as pd

        tables = [
            each.to_frame().assign(clip=clip, side=side)
            for clip, sides in self.predictions.items()
            for side, each in sides.items()
        ]
        if not tables:
            return pd.DataFrame(columns=["clip", "side"])
        whole = pd.concat(tables, ignore_index=True)
        return whole[["clip", "side", *(name for name in whole.columns if name not in ("clip", "side"))]]

    def to_dict(self) -> dict[str, Any]:
        """Return the run in plain types."""
        return {
            "clips": {
                clip: {side: each.to_dict() for side, each in sides.items()} for clip, sides in self.predictions.items()
            },
            "failed": [str(each) for each in self.failed],
            "jobs": self.jobs,
            "recalled": self.recalled,
            "seconds": round(self.seconds, 4),
        }


def joined(failures: list[Failure]) -> tuple[Failure, ...]:
    """Put parts that follow each other and failed for the same reason into one.

    Example:
        >>> parts = [Failure("a.mp4", "", (0, 255), "no model"), Failure("a.mp4", "", (256, 511), "no model")]
        >>> str(*joined(parts))
        'a.mp4, frames 0 to 511: no model'
    """
    found: list[Failure] = []
    for each in failures:
        last = found[-1] if found else None
        if (
            last is not None
            and last.frames
            and each.frames
            and (last.clip, last.side, last.error) == (each.clip, each.side, each.error)
            and each.frames[0] == last.frames[1] + 1
        ):
            found[-1] = Failure(each.clip, each.side, (last.frames[0], each.frames[1]), each.error)
        else:
            found.append(each)
    return tuple(found)
