"""Bring the answers of two runs together frame by frame, whatever each of them left out, and class by class."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

import numpy as np

from workbench.errors import InvalidValue
from workbench.results import Classification, Prediction

Key = tuple[str, int]  # a picture's name, or "" for a clip; how often it came before, or the frame's number


@dataclass(frozen=True, slots=True, eq=False)
class Paired:
    """The frames that both runs answered, in A's order."""

    a: Prediction
    b: Prediction
    places: tuple[np.ndarray, np.ndarray]  # (N,) int, where these frames stand among those of A and of B
    only_a: tuple[str, ...]  # frames that A alone answered, in words
    only_b: tuple[str, ...]


def paired(a: Prediction, b: Prediction) -> Paired:
    """Return the frames that both have: a clip's by their number, pictures by their name.

    Pictures that lie elsewhere in B are known by their name below the folder of all.

    Classes are brought into A's order by their names where the two name as many or the same otherwise; B's own come
    behind.

    Raises:
        InvalidValue: the classes of the two cannot be told which is which.
    """
    if len({*a.origins}) <= 1 and len({*b.origins}) <= 1:
        keys, others = ([("", int(index)) for index in side.indices] for side in (a, b))
    else:
        below = not {*a.origins} & {*b.origins}
        keys, others = _keys(a, below=below), _keys(b, below=below)
    where = {key: place for place, key in enumerate(others)}
    both = [(place, where[key]) for place, key in enumerate(keys) if key in where]
    kept = {key for key in keys if key in where}
    one, other = (np.array([pair[side] for pair in both], int) for side in (0, 1))
    only_a = tuple(_told(a, place) for place, key in enumerate(keys) if key not in kept)
    only_b = tuple(_told(b, place) for place, key in enumerate(others) if key not in kept)
    left, right = taken(a, one), taken(b, other)
    classes = _same_classes(left.classification, right.classification)
    left, right = replace(left, classification=classes[0]), replace(right, classification=classes[1])
    return Paired(left, right, (one, other), only_a, only_b)


def taken(prediction: Prediction, places: np.ndarray) -> Prediction:
    """Return a prediction of some of its frames."""
    classes = prediction.classification
    return replace(
        prediction,
        outputs={name: values[places] for name, values in prediction.outputs.items()},
        classification=classes and Classification(classes.probabilities[places], classes.labels),
        indices=prediction.indices[places],
        origins=tuple(prediction.origins[place] for place in places),
        times_s=tuple(prediction.times_s[place] for place in places),
        sizes=tuple(prediction.sizes[place] for place in places) if prediction.sizes else (),
        detections=prediction.detections and tuple(prediction.detections[place] for place in places),
    )


def _keys(prediction: Prediction, *, below: bool) -> list[Key]:
    """Return what each picture is known by; one that comes twice is told apart by how often it came before."""
    origins = prediction.origins
    top = os.path.commonpath([PurePath(origin).parent for origin in origins]) if below and _alike(origins) else ""
    seen: dict[str, int] = {}
    keys = []
    for origin in origins:
        name = os.path.relpath(origin, top) if top else origin
        keys.append((name, seen.get(name, 0)))
        seen[name] = seen.get(name, 0) + 1
    return keys


def _alike(origins: Sequence[str]) -> bool:
    """Tell whether all names are paths, or all below a sample, so that they have a folder in common."""
    return len({origin.partition("/")[0] if ":" in origin else origin.startswith("/") for origin in origins}) == 1


def _told(prediction: Prediction, place: int) -> str:
    name = PurePath(prediction.origins[place]).name or "frame"
    clip = len(set(prediction.origins)) <= 1
    return f"{name} {prediction.indices[place]}" if clip else name


def _same_classes(
    a: Classification | None, b: Classification | None
) -> tuple[Classification | None, Classification | None]:
    """Return both with the same classes in the same places.

    As many classes are the same ones in the same order, whatever they are called: a label file may be another one.
    """
    if a is None or b is None or len(a.labels) == len(b.labels):
        return a, b
    if len(set(a.labels)) < len(a.labels) or len(set(b.labels)) < len(b.labels) or not set(a.labels) & set(b.labels):
        raise InvalidValue(f"A knows {len(a.labels)} classes and B {len(b.labels)}, and no names tell which is which")
    names = tuple(dict.fromkeys((*a.labels, *b.labels)))
    return _spread(a, names), _spread(b, names)


def _spread(classes: Classification, names: tuple[str, ...]) -> Classification:
    full = np.zeros((len(classes), len(names)), np.float32)
    full[:, [names.index(label) for label in classes.labels]] = classes.probabilities
    return Classification(full, names)
