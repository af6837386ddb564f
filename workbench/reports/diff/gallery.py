"""The answers that flipped, as small pictures with what each run said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.reports.diff.answers import AnswerDiff
from workbench.reports.diff.pictures import Pictures
from workbench.reports.diff.text import frame_name, said
from workbench.results import Prediction

MOST = 24  # flips of one answer that are shown
SIDE = 300  # pixels at most of a picture in the page


@dataclass(frozen=True, slots=True)
class Shown:
    """One flip as a page shows it."""

    frame: str
    before: str  # what A said
    after: str
    images: tuple[str, ...]  # data addresses: one of the frame, or two with A's and B's boxes; empty where it is gone


def gallery(each: AnswerDiff, sources: Sequence[Pictures]) -> list[Shown]:
    """Return the first flips of an answer, those with the largest change first.

    Args:
        each: the answers of one name.
        sources: where frames are looked for, in this order; the run B and then the run A.
    """
    flipped = np.flatnonzero(each.flips)
    order = sorted(flipped, key=lambda place: -_size(each, int(place)))[:MOST]
    return [_shown(each, int(place), sources) for place in order]


def _size(each: AnswerDiff, place: int) -> float:
    a, b = each.pair.a.classification, each.pair.b.classification
    if a is None or b is None:
        return 0.0
    return float(np.nan_to_num(np.abs(a.probabilities[place] - b.probabilities[place]).max(), nan=1.0))


def _shown(each: AnswerDiff, place: int, sources: Sequence[Pictures]) -> Shown:
    b, a = each.pair.b, each.pair.a
    pairs = zip(sources, (b, a), strict=True)
    frame = next((image for source, side in pairs if (image := source.frame(side, place)) is not None), None)
    images = () if frame is None else tuple(_images(frame, a, b, place))
    return Shown(frame_name(each, place), said(each, place, "a"), said(each, place, "b"), images)


def _images(frame: np.ndarray, a: Prediction, b: Prediction, place: int) -> list[str]:
    from workbench.views.boxes import overlay_boxes, shrunk
    from workbench.views.drawing import fit
    from workbench.views.encode import data_uri, jpeg

    if a.detections is None or b.detections is None:
        pictures = [fit(frame, height=SIDE, width=SIDE)]
    else:
        small = [shrunk(frame, side.detections[place], height=SIDE, width=SIDE) for side in (a, b) if side.detections]
        pictures = [overlay_boxes(image, boxes, threshold=0.5) for image, boxes in small]
    return [data_uri(jpeg(np.ascontiguousarray(picture)), "jpeg") for picture in pictures]
