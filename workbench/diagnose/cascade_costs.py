"""`cascade_costs`: what each classic mistake between detector and classifier does to the classifier's answers."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import InvalidValue
from workbench.frames.frame import FrameSequence
from workbench.inference.cascade import classify_regions, loaded
from workbench.inference.cascade_mistakes import MISTAKES, REFITTED, named, resizes
from workbench.inference.sources import Source, opened
from workbench.models import Model
from workbench.recipes.callables import Preprocess
from workbench.results.cascade import Cascade
from workbench.results.classification import UNDECIDED

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class CascadeCosts:
    """A cascade as it should be, and the same boxes classified with one mistake each."""

    right: Cascade
    wrong: dict[str, Cascade]  # by mistake

    def __post_init__(self) -> None:
        """Refuse cascades over other boxes."""
        for name, each in self.wrong.items():
            if each.boxes != self.right.boxes:
                raise InvalidValue(f"{name!r} has {each.boxes} boxes, the right cascade {self.right.boxes}")

    @property
    def flips(self) -> dict[str, np.ndarray]:
        """(B,) bool by mistake: the boxes with another answer, or none any more."""
        answers = self.right.column("answer_id")
        return {name: answers != each.column("answer_id") for name, each in self.wrong.items()}

    @property
    def kept(self) -> dict[str, float]:
        """The share of the boxes whose answer stays, by mistake; 1 where there is no box."""
        return {name: 1 - float(flipped.sum()) / max(len(flipped), 1) for name, flipped in self.flips.items()}

    def to_frame(self) -> pd.DataFrame:
        """Return one row a mistake, the costliest first: flipped and lost answers, and how far probabilities moved."""
        import pandas as pd

        classified = int((self.right.column("answer_id") != UNDECIDED).sum())
        rows = [
            {
                "mistake": name,
                "what": MISTAKES[name],
                "flips": f"{int(flipped.sum())} of {classified}",
                "lost": int((flipped & (self.wrong[name].column("answer_id") == UNDECIDED)).sum()),
                "mean change": self._change(self.wrong[name]),
                "order": -int(flipped.sum()),
            }
            for name, flipped in self.flips.items()
        ]
        columns = ["mistake", "what", "flips", "lost", "mean change", "order"]
        return (
            pd.DataFrame(rows, columns=columns)
            .sort_values("order", kind="stable", ignore_index=True)
            .drop(columns="order")
        )

    def to_dict(self) -> dict[str, Any]:
        """Return flips and lost answers by mistake, in plain types."""
        table = self.to_frame()
        return {
            row["mistake"]: {key: row[key] for key in ("flips", "lost", "mean change")} for _, row in table.iterrows()
        }

    def _change(self, wrong: Cascade) -> float:
        """Return the mean, over boxes classified in both, of the largest change of any class's probability."""
        apart = np.abs(self.right.probabilities - wrong.probabilities)
        both = np.isfinite(apart).all(axis=1)
        return float(apart[both].max(axis=1).mean()) if both.any() else float("nan")


def cascade_costs(  # noqa: PLR0913 - a cascade, its classifier and recipes, and two options by name
    frames: Source,
    cascade: Cascade,
    classifier: Model | Any,
    *,
    classifier_recipe: Preprocess,
    detector_recipe: Preprocess | None = None,
    mistakes: Iterable[str] | None = None,
    progress: bool = True,
) -> CascadeCosts:
    """Classify a cascade's boxes again, each time with one of the classic mistakes.

    The detector does not run again: what differs is the way from its boxes to the classifier.

    Args:
        frames: those the cascade is of; a sequence, since they are read once a mistake.
        cascade: the right one; its boxes and margin are used.
        classifier: a Model, or anything `load_model` takes.
        classifier_recipe: as in the cascade.
        detector_recipe: as in the cascade; needed for the mistakes that fit the frame once more.
        mistakes: names out of `MISTAKES`; None for all that the recipes allow.
        progress: show progress bars.

    Raises:
        UnknownName: no such mistake.
        InvalidValue: the frames are a stream or too few, or a mistake needs a `detector_recipe`.
    """
    possible = [name for name in MISTAKES if name not in REFITTED or resizes(detector_recipe)]
    with ExitStack() as stack:
        source = stack.enter_context(opened(frames, classifier_recipe))
        model = loaded(classifier, stack)
        if not isinstance(source, FrameSequence):
            raise InvalidValue(f"{source.origin}: frames are read once a mistake; take(source, limit=...) keeps them")
        wrong = {
            name: classify_regions(
                source[: len(cascade)],
                cascade.detections,
                model,
                classifier_recipe=classifier_recipe,
                detector_recipe=detector_recipe,
                margin=cascade.margin,
                mistakes=(name,),
                progress=progress,
            )
            for name in (possible if mistakes is None else named(mistakes))
        }
    return CascadeCosts(cascade, wrong)
