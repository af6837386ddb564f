"""`identify_boxes`: which convention do a detector's numbers follow, on frames with known objects?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.diagnose.box_conventions import BoxCandidate, candidates
from workbench.errors import InvalidValue
from workbench.recipes.box_map import BoxMap, box_map
from workbench.recipes.callables import Preprocess
from workbench.recipes.geometry import Size
from workbench.recipes.slots import Slots
from workbench.results import BoxFormat, box_format
from workbench.results.boxes.decode import Outputs
from workbench.results.boxes.format import NAMED
from workbench.results.boxes.frames import by_frame, shapes
from workbench.results.boxes.layout import Given, RawBoxes
from workbench.results.boxes.recognise import BY_NAME, read_frames

if TYPE_CHECKING:
    import pandas as pd
    import supervision as sv

NOWHERE = 0.3  # mean IoU below which no convention puts the boxes on the objects
CLOSE, LONE = 0.02, 0.1  # mean IoU by which the best must lead; by which it must with one or two objects
MOST = 100  # boxes of a frame that are tried, best first


@dataclass(frozen=True, slots=True, eq=False)
class BoxIdentification:
    """Every convention, ranked by the mean IoU of its boxes with the known objects."""

    candidates: tuple[BoxCandidate, ...]  # best first
    frames: int

    @property
    def ties(self) -> tuple[BoxCandidate, ...]:
        """The candidates these frames cannot tell from the best, the best first; empty where none fits."""
        best = self.candidates[0]
        if best.overlap < NOWHERE:
            return ()
        return tuple(each for each in self.candidates if each is best or not _leads(best, each))

    @property
    def format(self) -> BoxFormat | None:
        """The convention found; None where none fits, or several do."""
        ties = self.ties
        return ties[0].format if len(ties) == 1 else None

    @property
    def verdict(self) -> str:
        """One sentence a person can act on."""
        best, objects = self.candidates[0], len(self.candidates[0].overlaps)
        where = f"on {objects} object{'s' * (objects > 1)} in {self.frames} frame{'s' * (self.frames > 1)}"
        ties = self.ties
        if not ties:
            return (
                f"No convention puts the boxes on the known objects (best mean IoU {best.overlap:.2f} {where}): "
                "another layout, another recipe, or other objects."
            )
        if len(ties) > 1:
            names = " or ".join(f"{each.format.convention} ({each.overlap:.2f})" for each in ties[:3])
            return (
                f"These frames cannot decide ({where}): {names}; take objects off the centre, in frames of other shape."
            )
        alike = f" (the same here: {'; '.join(each.convention for each in best.equals)})" if best.equals else ""
        classes = "" if best.same_class is None else f", {best.same_class:.0%} of the classes right"
        runner = f"; the next best has {self.candidates[1].overlap:.2f}" if len(self.candidates) > 1 else ""
        return f"The boxes are {best.format.convention}{alike}: mean IoU {best.overlap:.2f} {where}{classes}{runner}."

    def to_frame(self) -> pd.DataFrame:
        """Return one row a convention, best first."""
        import pandas as pd

        ties = self.ties
        return pd.DataFrame(
            {
                "layout": [each.format.layout for each in self.candidates],
                "axes": [each.format.axes for each in self.candidates],
                "unit": [each.format.unit for each in self.candidates],
                "of": [each.format.of for each in self.candidates],
                "class_offset": [each.format.class_offset for each in self.candidates],
                "mean_iou": [each.overlap for each in self.candidates],
                "classes_right": [each.same_class for each in self.candidates],
                "fits": [each in ties for each in self.candidates],
            }
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the identification in plain types."""
        return {
            "format": self.format.name if self.format else None,
            "ties": [each.format.name for each in self.ties],
            "mean_iou": round(self.candidates[0].overlap, 6),
            "objects": len(self.candidates[0].overlaps),
            "frames": self.frames,
            "verdict": self.verdict,
        }


def identify_boxes(  # noqa: PLR0913 - as `decode`, with the known objects
    outputs: Outputs,
    sizes: Sequence[Size],
    recipe: Preprocess,
    truth: Sequence[sv.Detections],
    *,
    layout: str | None = None,
    threshold: float = 0.3,
) -> BoxIdentification:
    """Say which convention the boxes follow: order, corners or centre, unit, letterbox undone or not, class offset.

    Every convention is applied to the raw numbers, and its boxes are matched one to one with the known objects
    (highest IoU first, classes left aside). Conventions are ranked by mean IoU over all objects; one that is not
    behind by 0.02 and by two standard errors of the paired difference is a tie.

    Args:
        outputs: the model's raw outputs (N, ...), as `decode` takes them.
        sizes: N times height, width of the source frame in pixels.
        recipe: what made the tensors; a function instead of a Recipe is taken to stretch the frame.
        truth: N times the known objects in source pixels, from labels or a trusted model; class numbers where known.
        layout: name of the format whose layout the outputs have; None tries those that fit.
        threshold: the lowest score of a box that is looked at.

    Raises:
        UnknownName: no format has this name.
        InvalidValue: no layout fits, there are no known objects, or not one entry for each frame.
    """
    if len(truth) != len(sizes) or not sum(map(len, truth)):
        raise InvalidValue(f"truth: the known objects of each of {len(sizes)} frames are needed, at least one in all")
    frames = by_frame(outputs, len(sizes))
    wheres: list[BoxMap | Size] = [box_map(recipe, size) if isinstance(recipe, Slots) else size for size in sizes]
    found: list[BoxCandidate] = []
    for form in [box_format(layout)] if layout else _one_of_each_layout():
        givens = [
            Given(form, where.tensor if isinstance(where, BoxMap) else None, named=layout is not None)
            for where in wheres
        ]
        raws = read_frames(frames, givens)
        if raws is not None:
            found += candidates([_best(raw, threshold) for raw in raws], form, wheres, truth)
        if found and form.layout in BY_NAME:
            break
    if not found:
        raise InvalidValue(f"no box layout fits the outputs {shapes(frames[0])}; name one: {', '.join(NAMED)}")
    ranked = sorted(found, key=lambda each: each.overlap, reverse=True)
    return BoxIdentification(tuple(ranked), len(sizes))


def _one_of_each_layout() -> list[BoxFormat]:
    first = {(form.layout, form.class_offset): form for form in reversed(NAMED.values())}
    return [form for form in NAMED.values() if form in first.values()]


def _best(raw: RawBoxes, threshold: float) -> RawBoxes:
    """Return the boxes that count, best first, with their numbers as they are."""
    usable = np.isfinite(raw.boxes).all(axis=1) & np.isfinite(raw.classes) & (raw.scores >= threshold)
    order = np.flatnonzero(usable)[np.argsort(-raw.scores[usable], kind="stable")][:MOST]
    return replace(raw, boxes=raw.boxes[order], scores=raw.scores[order], classes=raw.classes[order])


def _leads(best: BoxCandidate, other: BoxCandidate) -> bool:
    """Tell whether the best is ahead by more than chance: a paired difference over the same objects."""
    ahead = best.overlaps - other.overlaps
    if len(ahead) < 3:
        return float(ahead.mean()) > LONE
    spread = 2 * float(ahead.std(ddof=1)) / math.sqrt(len(ahead))
    return float(ahead.mean()) > max(CLOSE, spread)
