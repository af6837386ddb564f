"""Frames and a detector to frames with their boxes, a few frames at a time, so that memory stays flat."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from workbench.errors import InvalidValue, unknown
from workbench.frames.arrays import ArraySequence
from workbench.frames.frame import ChannelOrder
from workbench.inference.predict import predict
from workbench.models import Model
from workbench.recipes.callables import Preprocess
from workbench.results import BoxFormat, DecodedBoxes, Prediction, box_format, box_formats, decode
from workbench.results.boxes.decode import THRESHOLD, found_format

if TYPE_CHECKING:
    import supervision as sv

GROUP = 4  # frames held at once while the detector looks at them; 1080p: 25 MB


class Seen(NamedTuple):
    """A frame as it was decoded, and the boxes found in it."""

    picture: np.ndarray  # (H, W, 3) uint8, in the source's channel order
    detections: sv.Detections


@dataclass(frozen=True, slots=True)
class Tally:
    """What the stages took, and what was left out; filled while frames go through."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which boxes go on to the classifier."""

    threshold: float  # a score at or above it
    classes: tuple[str | int, ...] | None  # names or numbers of detector classes; None: all

    def __post_init__(self) -> None:
        """Refuse a threshold that is no score."""
        if not 0 <= self.threshold <= 1:
            raise InvalidValue(f"threshold is a score from 0 to 1; got {self.threshold}")

    def of(self, found: sv.Detections, counts: Counter[str]) -> sv.Detections:
        """Return the boxes to go on with, after counting those that do not."""
        if found.confidence is not None:
            enough = found.confidence >= self.threshold
            counts["below threshold"] += int((~enough).sum())
            found = _only(found, enough)
        if self.classes is None:
            return found
        names = found.data.get("class_name", np.full(len(found), ""))
        numbers = np.full(len(found), -1) if found.class_id is None else found.class_id
        of_class = np.isin(numbers, [n for n in self.classes if not isinstance(n, str)])
        of_class |= np.isin(names, [n for n in self.classes if isinstance(n, str)])
        counts["other class"] += int((~of_class).sum())
        return _only(found, of_class)

    def check(self, labels: Sequence[str] | None) -> None:
        """Refuse class names the detector does not have.

        Raises:
            UnknownName: with the closest name.
            InvalidValue: it has no names at all.
        """
        for name in self.classes or ():
            if not isinstance(name, str):
                continue
            if labels is None:
                raise InvalidValue(f"the detector has no class names, so none is {name!r}; load it with labels=...")
            if name not in labels:
                raise unknown("detector class", name, labels)


class Detecting:
    """A detector ready to look at frames."""

    def __init__(self, model: Model, recipe: Preprocess, boxes: str | BoxFormat, wanted: Wanted) -> None:
        self.model, self.recipe, self.wanted = model, recipe, wanted
        self._form = None if boxes == "auto" else box_format(boxes)  # else known once a frame has boxes

    def over(self, pictures: Iterable[np.ndarray], order: ChannelOrder, tally: Tally) -> Iterator[Seen]:
        """Yield every frame with the boxes wanted of it."""
        for group in _groups(pictures, tally):
            start = time.perf_counter()
            found = self._detect(group, order)
            tally.seconds["detect"] += time.perf_counter() - start
            tally.counts.update({f"dropped, {rule.replace('_', ' ')}": n for rule, n in found.dropped.items()})
            for picture, each in zip(group, found, strict=True):
                yield Seen(picture, self.wanted.of(each, tally.counts))

    def _detect(self, group: list[np.ndarray], order: ChannelOrder) -> DecodedBoxes:
        frames = ArraySequence(group, order=order)
        said = predict(frames, self.recipe, self.model, boxes=None, batch_size=len(group), progress=False)
        form = self._form or found_format(said.outputs, said.sizes, self.recipe, labels=self.model.labels)
        found = self._decoded(said, form) if form else self._nothing(said) or self._decoded(said, "auto")
        if any(map(len, found)):
            self._form = found.format
        return found

    def _decoded(self, said: Prediction, form: str | BoxFormat) -> DecodedBoxes:
        threshold = min(self.wanted.threshold, THRESHOLD)  # what lies between the two is counted
        labels = self.model.labels
        return decode(said.outputs, said.sizes, self.recipe, format=form, labels=labels, threshold=threshold)

    def _nothing(self, said: Prediction) -> DecodedBoxes | None:
        """Return no boxes where several formats fit and none of them has any: frames with nothing in them."""
        fitting = []
        for name in box_formats():
            with suppress(InvalidValue):
                fitting.append(self._decoded(said, name))
        return fitting[0] if fitting and not any(len(each) for found in fitting for each in found) else None


def _groups(pictures: Iterable[np.ndarray], tally: Tally) -> Iterator[list[np.ndarray]]:
    """Yield runs of at most GROUP pictures of one shape, timing their decoding."""
    pictures, group = iter(pictures), list[np.ndarray]()
    while True:
        start = time.perf_counter()
        picture = next(pictures, None)
        tally.seconds["decode"] += time.perf_counter() - start
        if group and (picture is None or len(group) == GROUP or picture.shape != group[0].shape):
            yield group
            group = []
        if picture is None:
            return
        group.append(picture)


def _only(found: sv.Detections, mask: np.ndarray) -> sv.Detections:
    return cast("sv.Detections", found[mask])
