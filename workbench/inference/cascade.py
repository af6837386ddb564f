"""Detector, then classifier: every box of every frame cut out of the source frame and classified in full batches."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import InvalidValue
from workbench.frames.frame import FrameSequence, FrameStream
from workbench.inference.cascade_mistakes import Cutter, named
from workbench.inference.detecting import Detecting, Seen, Tally, Wanted
from workbench.inference.predict import predict
from workbench.inference.region_stream import RegionStream
from workbench.inference.sources import Source, check_limit, opened, pictures, progress_bar, whereabouts
from workbench.models import Model, load_model
from workbench.models.engines.fast import engine_of
from workbench.recipes import Recipe
from workbench.recipes.callables import Preprocess
from workbench.results import BoxFormat, Classification
from workbench.results.cascade import Cascade, merged

if TYPE_CHECKING:
    import supervision as sv


def detect_then_classify(  # noqa: PLR0913 - two models with their recipes, and what goes from one to the other
    frames: Source,
    detector: Model | Any,
    classifier: Model | Any,
    *,
    detector_recipe: Preprocess,
    classifier_recipe: Preprocess,
    boxes: str | BoxFormat = "auto",
    classes: Sequence[str | int] | None = None,
    threshold: float = 0.5,
    margin: float = 0.0,
    limit: int | None = None,
    mistakes: Sequence[str] = (),
    progress: bool = True,
) -> Cascade:
    """Find boxes in frames, cut them out of the source frames, and classify all of them.

    Every frame is decoded once, for both models. The regions of many frames share the classifier's batches, and
    become its tensors as soon as they are cut, so memory holds a few frames however long the source is.

    Args:
        frames: an opened source, or anything `open_frames` takes.
        detector: a Model, or anything `load_model` takes; a path is loaded with `engine="fast"`.
        classifier: the same; its output is class probabilities.
        detector_recipe: a Recipe, or a function image -> tensor.
        classifier_recipe: the same, for a region; `decode` and `exif` as in the detector's.
        boxes: the format of the detector's outputs: a name of `box_formats()`, a BoxFormat, or "auto".
        classes: names or numbers of the detector's classes to go on with; None for all.
        threshold: the score, 0 to 1, from which on a box counts.
        margin: by how much of its width and height a box is grown on each side before it is cut; see `crop_regions`.
        limit: stop after so many frames; needed for a camera or network stream.
        mistakes: names out of `MISTAKES`, switched on to see what they cost.
        progress: show a progress bar.

    Raises:
        InputMismatch: a recipe's tensors do not fit its model.
        InvalidValue: outputs that are no boxes or no class probabilities; recipes that decode differently; class
            names of a detector that has none; a limit below 1.
        UnknownName: a class or mistake nobody knows.
    """
    start = time.perf_counter()
    cutter = Cutter(margin, named(mistakes), detector_recipe)
    wanted = Wanted(threshold, None if classes is None else named(classes))
    check_limit(limit)
    _check_one_decoding(detector_recipe, classifier_recipe)
    with ExitStack() as stack:
        models = [loaded(given, stack) for given in (detector, classifier)]
        wanted.check(models[0].labels)
        source = stack.enter_context(opened(frames, detector_recipe))
        tally = Tally()
        finder = Detecting(models[0], detector_recipe, boxes, wanted)
        seen = finder.over(_counted(source, limit, progress), source.order, tally)
        stage = _Stage(models[1], classifier_recipe, cutter, tally, start)
        return stage.run(source, seen, detector=_called(models[0]))


def classify_regions(  # noqa: PLR0913 - the second half of a cascade, with its options by name
    frames: Source,
    detections: Sequence[sv.Detections],
    classifier: Model | Any,
    *,
    classifier_recipe: Preprocess,
    detector_recipe: Preprocess | None = None,
    margin: float = 0.0,
    mistakes: Sequence[str] = (),
    progress: bool = True,
) -> Cascade:
    """Classify boxes that are known already, one `Detections` a frame, as `detect_then_classify` does.

    Args:
        frames: as many frames as there are detections; an opened source, or anything `open_frames` takes.
        detections: the boxes of each frame, `xyxy` in pixels of the source frame.
        classifier: a Model, or anything `load_model` takes; a path is loaded with `engine="fast"`.
        classifier_recipe: a Recipe, or a function image -> tensor.
        detector_recipe: how the boxes were found; needed only for the mistakes that fit the frame once more.
        margin: by how much of its width and height a box is grown on each side before it is cut.
        mistakes: names out of `MISTAKES`, switched on to see what they cost.
        progress: show a progress bar.

    Raises:
        InvalidValue: not one `Detections` a frame, or outputs that are no class probabilities.
    """
    start = time.perf_counter()
    cutter = Cutter(margin, named(mistakes), detector_recipe)
    with ExitStack() as stack:
        model = loaded(classifier, stack)
        source = stack.enter_context(opened(frames, classifier_recipe))
        if isinstance(source, FrameSequence) and len(source) != len(detections):
            raise InvalidValue(f"one Detections a frame is needed; got {len(detections)} for {len(source)} frames")
        seen = map(Seen, _counted(source, len(detections), progress), detections)
        return _Stage(model, classifier_recipe, cutter, Tally(), start).run(source, seen, detector="")


@dataclass(frozen=True, slots=True)
class _Stage:
    """The classifier's half."""

    model: Model
    recipe: Preprocess
    cutter: Cutter
    tally: Tally
    start: float  # of the whole run

    def run(self, source: FrameStream, seen: Iterator[Seen], *, detector: str) -> Cascade:
        """Classify the regions of frames with boxes, and put both models' answers together."""
        stream = RegionStream(seen, source.order, self.cutter, self.tally)
        answers, seconds = self._answers(stream)
        return Cascade(
            detections=merged(stream.detections, stream.fates, answers),
            answers=answers,
            **whereabouts(source, len(stream.sizes)),
            sizes=tuple(stream.sizes),
            counts=dict(+self.tally.counts),
            detector=detector,
            classifier=_called(self.model),
            margin=self.cutter.margin,
            mistakes=self.cutter.mistakes,
            seconds=dict(self.tally.seconds) | seconds | {"wall": time.perf_counter() - self.start},
        )

    def _answers(self, stream: RegionStream) -> tuple[Classification, dict[str, float]]:
        if stream.empty:
            labels = self.model.labels or ()
            return Classification(np.empty((0, len(labels)), np.float32), labels), {}
        said = predict(stream, self.recipe, self.model, limit=sys.maxsize, progress=False)
        if said.classification is None:
            shapes = ", ".join(f"{name} {values.shape[1:]}" for name, values in said.outputs.items())
            raise InvalidValue(f"{self.model.name}: {shapes} for each region is no list of class probabilities")
        return said.classification, {"preprocess": said.seconds["preprocess"], "classify": said.seconds["infer"]}


def loaded(given: Any, stack: ExitStack) -> Model:
    """Load what is given by name, in its fast engine, and close it in the end; a Model stays its owner's."""
    if not isinstance(given, str | Path):
        return load_model(given)
    model = load_model(given, engine="fast")
    stack.callback(model.close)
    return model


def _called(model: Model) -> str:
    """Return a model's name, and what runs it where that is known."""
    engine = engine_of(model)
    return f"{model.name} ({engine})" if engine else model.name


def _check_one_decoding(detector_recipe: Preprocess, classifier_recipe: Preprocess) -> None:
    """Refuse recipes that want different pixels of one file: each frame is decoded once."""
    if not (isinstance(detector_recipe, Recipe) and isinstance(classifier_recipe, Recipe)):
        return
    for slot in ("decode", "exif"):
        one, other = getattr(detector_recipe, slot), getattr(classifier_recipe, slot)
        if one != other:
            raise InvalidValue(
                f"the detector's recipe has {slot}={one!r} and the classifier's {slot}={other!r}, and a frame is "
                f"decoded once for both; give both the same {slot}"
            )


def _counted(source: FrameStream, limit: int | None, progress: bool) -> Iterator[np.ndarray]:
    """Yield the source's pictures, `limit` at most, with a bar that counts frames."""
    with progress_bar(source, limit, progress) as bar:
        for picture in pictures(source, limit):
            yield picture
            bar.update()
