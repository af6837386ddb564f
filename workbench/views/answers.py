"""What a model answers to the tensors of A and B, in the form a viewer and a figure show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.errors import WorkbenchError
from workbench.models import Model
from workbench.results import as_classification


@dataclass(frozen=True, slots=True)
class Answer:
    """The most probable classes of one tensor, or why there are none."""

    rows: tuple[tuple[str, float], ...] = ()  # (label, probability), best first
    note: str = ""  # in place of rows
    error: str = ""  # the note is an error's text


def answer(model: Model, tensors: Sequence[np.ndarray], *, k: int = 5) -> tuple[Answer, ...]:
    """Return the model's answer to each tensor (no batch axis); in one batch where all are of one shape.

    A tensor that the model refuses gets an Answer that says why, and the others are answered all the same.
    """
    if len({(tensor.shape, tensor.dtype) for tensor in tensors}) == 1:
        return _predicted(model, np.stack(tensors), k)
    return tuple(_predicted(model, tensor[None], k)[0] for tensor in tensors)


def _predicted(model: Model, batch: np.ndarray, k: int) -> tuple[Answer, ...]:
    try:
        outputs = model.predict(batch)
    except WorkbenchError as error:
        return (Answer(note="No answer: the model refuses this input.", error=str(error)),) * len(batch)
    only = next(iter(outputs.values())) if len(outputs) == 1 else None
    classes = as_classification(only, model.labels) if only is not None else None
    if classes is None:
        return tuple(Answer(note=_summary(outputs, place)) for place in range(len(batch)))
    return tuple(
        Answer(rows=tuple(rows)) if rows else Answer(note="NaN or Inf in the output: no class can be named.")
        for rows in classes.top(k)
    )


def _summary(outputs: dict[str, np.ndarray], place: int) -> str:
    """Say what the outputs are where they are no class probabilities."""
    parts = []
    for name, values in outputs.items():
        one = np.asarray(values[place])
        span = f"{one.min():.4g} to {one.max():.4g}" if one.size and one.dtype.kind in "fiub" else ""
        parts.append(f"{name} {one.shape} {span}".rstrip())
    return "; ".join(parts)
