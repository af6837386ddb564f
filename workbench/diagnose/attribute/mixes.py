"""Run a model through every mix of two recipes: each frame decoded once a decoder, equal recipes share tensors.

A mix with slips, which no recipe can make, is rendered by `rendering.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, Self

import numpy as np

from workbench.diagnose.attribute.rendering import Rendered
from workbench.frames.cache import FrameCache
from workbench.frames.frame import FrameSequence, as_rgb
from workbench.inference import predict_many
from workbench.inference.predict_many import AHEAD, BATCH_SIZE
from workbench.models import Model
from workbench.recipes import Recipe
from workbench.results import BoxFormat, Prediction

KEPT_MB = 256  # of decoded pictures
TENSORS_MB = 512  # of the tensors that recipes run side by side make ahead of the model


class Kept(FrameSequence):
    """A sequence whose decoded pictures stay in memory, as far as it reaches."""

    def __init__(self, source: FrameSequence) -> None:
        self.source, self.cache = source, FrameCache(KEPT_MB)
        self.order, self.origin = source.order, source.origin

    def __len__(self) -> int:
        return len(self.source)

    def array(self, index: int) -> np.ndarray:
        """Return picture `index`, decoded at most once while there is room."""
        kept = self.cache.get(index)
        return self.cache.put(index, self.source.array(index)) if kept is None else kept

    def time_s(self, index: int) -> float | None:
        """Return the time of the frame in its source."""
        return self.source.time_s(index)

    def index_of(self, index: int) -> int:
        """Return the source's number of the frame."""
        return self.source.index_of(index)

    def origin_of(self, index: int) -> str:
        """Return the origin of the frame in its source."""
        return self.source.origin_of(index)


class Mix(NamedTuple):
    """A recipe, and the slips that happen beside it, by name."""

    recipe: Recipe
    slips: Mapping[str, Any] = MappingProxyType({})


class Runner:
    """One model over the same frames, recipe after recipe."""

    def __init__(self, frames: FrameSequence, model: Model) -> None:
        self.frames, self.model = frames, model
        self._kept: dict[tuple[str, str], Kept] = {}

    def __call__(self, mixes: Mapping[int, Mix], boxes: str | BoxFormat | None) -> Iterator[tuple[int, Prediction]]:
        """Yield the answers to every mix by its number, those of recipes alone first."""
        yield from self._plain({number: mix.recipe for number, mix in mixes.items() if not mix.slips}, boxes)
        slipped = {number: mix for number, mix in mixes.items() if mix.slips}
        if slipped:
            rendered = Rendered(self.frames, self.model)
            for number, mix in slipped.items():
                yield number, rendered(mix.recipe, mix.slips, boxes, length=self._length)

    def _plain(self, recipes: Mapping[int, Recipe], boxes: str | BoxFormat | None) -> Iterator[tuple[int, Prediction]]:
        """Run as many recipes side by side as memory has room for."""
        readers: dict[tuple[str, str], list[int]] = {}
        for number, recipe in recipes.items():
            readers.setdefault(self._reading(recipe), []).append(number)
        for reading, numbers in readers.items():
            step = self._abreast([recipes[n] for n in numbers])
            for together in (numbers[at : at + step] for at in range(0, len(numbers), step)):
                sides = {str(n): (recipes[n], self.model) for n in together}
                found = predict_many(self._source(reading), sides, batch_size=self._length, boxes=boxes, progress=False)
                yield from zip(together, found.values(), strict=True)

    def read_alike(self, a: Recipe, b: Recipe) -> bool:
        """Whether two recipes decode all frames to the same pictures, bit by bit."""
        one, other = (self._source(self._reading(each)) for each in (a, b))
        if one is other:
            return True
        return all(
            np.array_equal(as_rgb(one.array(i), one.order), as_rgb(other.array(i), other.order))
            for i in range(len(one))
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Close what was opened here, which the given frames are not."""
        for kept in self._kept.values():
            if kept.source is not self.frames:
                kept.source.close()

    @property
    def _length(self) -> int:
        return min(BATCH_SIZE, len(self.frames))

    def _reading(self, recipe: Recipe) -> tuple[str, str]:
        return (recipe.decode, recipe.exif) if self.frames.decoders else ("", "")

    def _source(self, reading: tuple[str, str]) -> FrameSequence:
        if not self.frames.decoders:
            return self.frames
        if reading not in self._kept:
            self._kept[reading] = Kept(self.frames.decoded_by(*reading))
        return self._kept[reading]

    def _abreast(self, recipes: Sequence[Recipe]) -> int:
        made = [recipe.compile() for recipe in recipes]
        sizes = [int(np.prod(each.shape)) * each.dtype.itemsize for each in made if each.shape]
        room = TENSORS_MB * 1_000_000 // ((AHEAD + 2) * self._length)
        return max(1, room // max(sizes)) if len(sizes) == len(made) else 1
