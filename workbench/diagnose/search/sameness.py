"""Settings whose tensors cannot be told apart on these frames become one class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from workbench.diagnose.search.progress import Progress
from workbench.diagnose.search.space import Axes
from workbench.diagnose.search.tensors import Tensors
from workbench.models.contract.intervals import ends

# Root mean square difference, in levels of 255, below which two tensors are the same: 2% of a usual photo's spread.
# (x - 127) / 128 and x / 127.5 - 1 are 0.6 apart, x / 256 and x / 255 0.5, rounded and unrounded pixels 0.3, two
# kernels on a photo that is halved 3 and more.
SAME = 1.3
FRAMES, VALUES = 4, 60_000  # compared: so many frames, and so many values of them


@dataclass(frozen=True, slots=True)
class Class:
    """Settings of one axis, by number, that give the same tensors; the first stands for all."""

    members: tuple[int, ...]

    @property
    def leader(self) -> int:
        """The number of the setting that stands for all."""
        return self.members[0]


Values = tuple[np.ndarray, float]  # some values of a recipe's tensors, and the width of the interval they lie in


def same_colorings(axes: Axes, tensors: Tensors, progress: Progress) -> tuple[Class, ...]:
    """Return the classes of the colorings, by their tensors under the first geometry."""
    return _classes(_values(axes, tensors, (number, 0)) for number in _told(len(axes.colorings), progress))


def same_geometries(axes: Axes, tensors: Tensors, progress: Progress) -> tuple[Class, ...]:
    """Return the classes of the geometries, by their tensors under the first coloring."""
    return _classes(_values(axes, tensors, (0, number)) for number in _told(len(axes.geometries), progress))


def _told(count: int, progress: Progress) -> Iterator[int]:
    for number in range(count):
        progress.pause()
        yield number


def _values(axes: Axes, tensors: Tensors, cell: tuple[int, int]) -> Values:
    recipe = axes.recipe(*cell)
    places = np.unique(np.linspace(0, len(tensors) - 1, min(FRAMES, len(tensors))).astype(int)).tolist()
    values = np.concatenate([batch.reshape(-1) for batch in tensors.of(recipe, places)])
    if len(values) > VALUES:  # at random places, for a step could meet one channel only
        values = values[np.random.default_rng(0).integers(len(values), size=VALUES)]
    low, high = ends(recipe.range)
    return values.astype(np.float64), (high - low) / (recipe.quantization[0] if recipe.quantization else 1.0)


def _classes(values: Iterable[Values]) -> tuple[Class, ...]:
    found: list[tuple[Values, list[int]]] = []  # the first one's values, and the numbers of all
    for number, mine in enumerate(values):
        home = next((group for first, group in found if _same(first, mine)), None)
        if home is None:
            found.append((mine, [number]))
        else:
            home.append(number)
    return tuple(Class(tuple(group)) for _, group in found)


def _same(a: Values, b: Values) -> bool:
    if a[0].shape != b[0].shape:
        return False
    return float(np.sqrt(np.mean((a[0] - b[0]) ** 2))) * 255 / min(a[1], b[1]) <= SAME
