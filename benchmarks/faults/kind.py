"""One kind of fault: its name, the word of the vocabulary it is, what it does, and its code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from faults.photos import Shots
from faults.steps import Serving

Change = dict[str, Any]
ARRAYS, FILES = ("rgb", "bgr"), ("path", "saved")
ANY = (*ARRAYS, *FILES)
HABITS = ("mutates_input", "not_deterministic", "batch_axis")


@dataclass(frozen=True)
class Kind:
    """A kind of fault; `change` says what becomes different in the serving code, None where it does not apply."""

    name: str
    fault: str  # a slot of Recipe, a slip or a habit
    does: str
    change: Callable[[Serving, np.random.Generator, Shots], Change | None]
    needs: dict[str, Any] = field(default_factory=dict)  # of the training recipe: a value, or a list to choose from
    media: tuple[str, ...] = ANY
    shots: tuple[str, ...] = ()  # the frames it can be seen on, of "photo", "jpeg", "exif", "alpha", "clip"; (): any


def to(**values: Any) -> Callable[[Serving, np.random.Generator, Shots], Change]:
    """Return a change that sets values, whatever they were."""
    return lambda serving, rng, shots: dict(values)


def one_of(name: str, values: list[Any]) -> Callable[[Serving, np.random.Generator, Shots], Change]:
    """Return a change that sets `name` to one of the values that it does not have."""

    def change(serving: Serving, rng: np.random.Generator, shots: Shots) -> Change:
        others = [value for value in values if value != getattr(serving, name)]
        return {name: others[rng.integers(len(others))]}

    return change
