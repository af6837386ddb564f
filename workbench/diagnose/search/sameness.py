"""Settings whose tensors cannot be told apart on these frames become one class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.diagnose.search.space import Axes
from workbench.diagnose.search.tensors import Tensors

# Root mean square difference over the spread (standard deviation) of the values, below which two tensors are the same:
# (x - 127) / 128 and x / 127.5 - 1 are 0.01 apart on photos, x / 256 and x / 255 0.008, rounding 0.005; two kernels on
# a photo that is halved 0.05 and more.
SAME = 0.02
FRAMES, VALUES = 4, 60_000  # compared: so many frames, and so many values of them


@dataclass(frozen=True, slots=True)
class Class:
    """Settings of one axis, by number, that give the same tensors; the first stands for all."""

    members: tuple[int, ...]

    @property
    def leader(self) -> int:
        """The number of the setting that stands for all."""
        return self.members[0]


def same_colorings(axes: Axes, tensors: Tensors) -> tuple[Class, ...]:
    """Return the classes of the colorings, by their tensors under the first geometry."""
    return _classes([_values(axes, tensors, (number, 0)) for number in range(len(axes.colorings))])


def same_geometries(axes: Axes, tensors: Tensors) -> tuple[Class, ...]:
    """Return the classes of the geometries, by their tensors under the first coloring."""
    return _classes([_values(axes, tensors, (0, number)) for number in range(len(axes.geometries))])


def _values(axes: Axes, tensors: Tensors, cell: tuple[int, int]) -> np.ndarray:
    places = np.unique(np.linspace(0, len(tensors) - 1, min(FRAMES, len(tensors))).astype(int)).tolist()
    batches = tensors.of(axes.recipe(*cell), places)
    values = np.concatenate([batch.reshape(-1) for batch in batches])
    if len(values) > VALUES:  # at random places, for a step could meet one channel only
        values = values[np.random.default_rng(0).integers(len(values), size=VALUES)]
    return values.astype(np.float64)


def _classes(values: Sequence[np.ndarray]) -> tuple[Class, ...]:
    found: list[list[int]] = []
    for number, mine in enumerate(values):
        home = next((group for group in found if _same(values[group[0]], mine)), None)
        if home is None:
            found.append([number])
        else:
            home.append(number)
    return tuple(Class(tuple(group)) for group in found)


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    if a.shape != b.shape:
        return False
    apart = float(np.sqrt(np.mean((a - b) ** 2)))
    return apart <= SAME * min(float(a.std()), float(b.std())) or apart == 0
