"""`decode`: raw outputs of a detector to `supervision.Detections` in the pixels of the source frames."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from workbench.errors import InvalidValue
from workbench.recipes.box_map import BoxMap, box_map
from workbench.recipes.callables import Preprocess
from workbench.recipes.geometry import Size
from workbench.recipes.slots import Slots
from workbench.results.boxes.clean import kept
from workbench.results.boxes.format import NAMED, BoxFormat, box_format
from workbench.results.boxes.frames import by_frame, shapes
from workbench.results.boxes.layout import LAYOUTS, FrameOutputs, Given, RawBoxes
from workbench.results.boxes.recognise import LARGEST_NORMALISED, reach, read_frames, recognise

if TYPE_CHECKING:
    import supervision as sv

THRESHOLD, LIMIT = 0.05, 100  # torchvision.models.detection.FasterRCNN: box_score_thresh, box_detections_per_img
CANDIDATES = 1000  # boxes a frame that go into NMS; torchvision's RetinaNet takes as many of each feature map
BACKGROUNDS = ("background", "__background__", "_background_", "bg", "none", "???")  # names of label 0 in label maps
Outputs = Mapping[str, np.ndarray] | Sequence[np.ndarray] | np.ndarray


class DecodedBoxes(tuple["sv.Detections", ...]):
    """The detections of N frames, a tuple, with what they were read by.

    Attributes:
        format: the format that was used; what "auto" found.
        dropped: rule -> how many boxes it dropped; the rules are those of `clean.RULES`.
    """

    format: BoxFormat
    dropped: dict[str, int]

    def __new__(cls, frames: Iterable[Any], form: BoxFormat, dropped: Mapping[str, int]) -> Self:
        """Make the tuple of one `supervision.Detections` a frame."""
        made = super().__new__(cls, frames)
        made.format, made.dropped = form, dict(dropped)
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        """Return what a copy or an unpickled tuple is made of."""
        return tuple(self), self.format, self.dropped


def decode(  # noqa: PLR0913 - the three things boxes are made of, and options by name
    outputs: Outputs,
    sizes: Sequence[Size],
    recipe: Preprocess,
    *,
    format: str | BoxFormat = "auto",
    labels: Sequence[str] | None = None,
    threshold: float = THRESHOLD,
    limit: int = LIMIT,
    anchors: np.ndarray | None = None,
) -> DecodedBoxes:
    """Return the detections of N frames, one `supervision.Detections` each, in source-frame pixels, best first.

    Stretch, crop, letterbox and rotation of the recipe are undone. Boxes are clipped to the frame; those that
    are not finite, inverted, empty, wholly outside or background are dropped and counted in `.dropped`.

    Args:
        outputs: the model's raw outputs (N, ...) by name, or in a list, or the only one; for one frame the batch
            axis may be missing, which warns.
        sizes: N times height, width of the source frame in pixels.
        recipe: what made the tensors; a function instead of a Recipe is taken to stretch the frame.
        format: a name of `box_formats()`, a BoxFormat, or "auto": what shapes, names and numbers tell.
        labels: class names; a first name such as "background" is left out where classes count from 1.
        threshold: the lowest score to keep, 0..1.
        limit: the most boxes to keep in one frame.
        anchors: (A, 4) for raw SSD outputs: centre y, centre x, height, width in 0..1 of the tensor.

    Raises:
        UnknownName: no format has this name.
        InvalidValue: no format fits, several do (the text names them), the named one does not, or there is not
            one output row for each frame.

    Example:
        >>> from workbench.recipes import Recipe
        >>> rows = np.array([[[80, 60, 240, 200, 0.9, 2]]], np.float32)  # in a letterbox: 40 rows above, half size
        >>> found = decode(rows, [(480, 640)], Recipe(size=(320, 320), fit="letterbox"))
        >>> found.format.name, found[0].xyxy.tolist()
        ('rows_pixels', [[160.0, 40.0, 480.0, 320.0]])
    """
    if not len(sizes):
        raise InvalidValue("decode needs the height and width of at least one frame; got none")
    if not 0 <= threshold <= 1 or limit < 1:
        raise InvalidValue(f"threshold is a score from 0 to 1, limit a count from 1; got {threshold!r} and {limit!r}")
    chosen = None if format == "auto" else box_format(format)
    wheres = [box_map(recipe, size) if isinstance(recipe, Slots) else size for size in sizes]
    frames = by_frame(outputs, len(sizes))
    givens = [_given(chosen, where, labels, anchors=anchors) for where in wheres]
    form, raws = _read(frames, givens, chosen=chosen)
    if form.unit == "pixels" and form.of == "tensor" and not isinstance(wheres[0], BoxMap):
        raise InvalidValue(f"boxes in pixels of the tensor ({form.name}) need a Recipe, which knows the tensor's size")
    dropped: Counter[str] = Counter()
    detections = []
    names = _names(labels, form)
    for raw, where in zip(raws, wheres, strict=True):
        usable, counts = kept(raw, form, where, threshold=threshold)
        dropped += counts
        detections.append(_detections(usable, names, nms=form.nms, limit=limit))
    _check_names(detections, names)
    return DecodedBoxes(detections, form, dropped)


def found_format(
    outputs: Outputs, sizes: Sequence[Size], recipe: Preprocess, *, labels: Sequence[str] | None = None
) -> BoxFormat | None:
    """Return the only format that fits; None, without a word, where none or several do."""
    try:
        frames = by_frame(outputs, len(sizes))
    except InvalidValue:
        return None
    wheres = [box_map(recipe, size) if isinstance(recipe, Slots) else size for size in sizes]
    found = recognise(*_sampled(frames, [_given(None, where, labels) for where in wheres]))
    if len(found) != 1 or (found[0].unit == "pixels" and not isinstance(recipe, Slots)):
        return None
    return found[0]


def _given(
    chosen: BoxFormat | None, where: BoxMap | Size, labels: Sequence[str] | None, *, anchors: np.ndarray | None = None
) -> Given:
    return Given(
        format=chosen or NAMED["rows"],
        tensor=where.tensor if isinstance(where, BoxMap) else None,
        classes=None if labels is None else len(_named_classes(labels)),
        anchors=anchors,
        named=chosen is not None,
    )


def _sampled(frames: Sequence[FrameOutputs], givens: Sequence[Given]) -> tuple[list[FrameOutputs], list[Given]]:
    """Return a few of the frames, spread over all: enough to recognise a format by."""
    picks = np.unique(np.linspace(0, len(frames) - 1, 16).astype(int))
    return [frames[i] for i in picks], [givens[i] for i in picks]


def _read(
    frames: Sequence[FrameOutputs], givens: list[Given], *, chosen: BoxFormat | None
) -> tuple[BoxFormat, list[RawBoxes]]:
    what = f"outputs {shapes(frames[0])}"
    unsized = "" if givens[0].tensor else "; anchors and grids need a Recipe, which knows the tensor's size"
    if chosen is None:
        found = recognise(*_sampled(frames, givens))
        if not found:
            raise InvalidValue(
                f"no box format fits the {what}; name one: {', '.join(NAMED)} (see box_formats()){unsized}"
            )
        if len(found) > 1:
            names = " and ".join(each.name for each in found)
            raise InvalidValue(f"the {what} could be {names}; name one, such as format={found[0].name!r}")
        chosen = found[0]
        givens = [Given(chosen, given.tensor, given.classes, given.anchors, named=True) for given in givens]
    raws = read_frames(frames, givens)
    if raws is None:
        definition = LAYOUTS[chosen.layout].definition
        raise InvalidValue(f"format {chosen.name!r} does not fit the {what}; it means: {definition}{unsized}")
    _check_unit(raws, chosen)
    return chosen, raws


def _check_unit(raws: Sequence[RawBoxes], form: BoxFormat) -> None:
    """Refuse numbers that the unit of a format cannot mean, with the cure."""
    far = reach(raws)
    if form.unit == "normalised" and far > LARGEST_NORMALISED and form.layout != "ssd":
        raise InvalidValue(
            f"format {form.name!r} has boxes in 0..1, but these reach to about {far:.4g}; set unit='pixels'"
        )
    if form.unit == "pixels" and far <= LARGEST_NORMALISED:
        raise InvalidValue(
            f"format {form.name!r} has boxes in pixels, but these reach to about {far:.2g}; set unit='normalised'"
        )


def _names(labels: Sequence[str] | None, form: BoxFormat) -> tuple[str, ...] | None:
    if labels is None:
        return None
    return _named_classes(labels) if form.class_offset else tuple(labels)


def _named_classes(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the names without that of the background, which some label files have first."""
    first = 1 if len(labels) and labels[0].strip().lower() in BACKGROUNDS else 0
    return tuple(labels[first:])


def _detections(raw: RawBoxes, names: tuple[str, ...] | None, *, nms: float | None, limit: int) -> sv.Detections:
    """Return the best boxes after NMS, which `supervision` does."""
    import supervision as sv

    order = np.argsort(-raw.scores, kind="stable")[: CANDIDATES if nms is not None else limit]
    classes = raw.classes[order]
    known = names or ()
    detections = sv.Detections(
        xyxy=raw.boxes[order].astype(np.float32).reshape(-1, 4),
        confidence=raw.scores[order].astype(np.float32),
        class_id=classes,
        data={"class_name": np.array([known[i] if i < len(known) else f"class {i}" for i in classes], dtype=str)},
    )
    if nms is not None and len(detections):
        detections = detections.with_nms(threshold=nms)
    return detections[:limit]  # type: ignore[return-value]


def _check_names(detections: Sequence[sv.Detections], names: tuple[str, ...] | None) -> None:
    """Warn where a class has no name: the output then counts classes otherwise than the labels do."""
    ids = np.concatenate([each.class_id for each in detections if each.class_id is not None] or [np.zeros(0, int)])
    highest = ids.max(initial=0)
    if names is not None and highest >= len(names):
        warnings.warn(
            f"class {highest} has no name among the {len(names)} labels: the output counts classes otherwise "
            "(COCO's 90 numbers with gaps, or a background); set class_offset in the format, or give all labels",
            stacklevel=3,
        )
