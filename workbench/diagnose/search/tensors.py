"""The tensors of many recipes on the same frames: each frame decoded once, each resize done once.

Colour and range are put on the small picture: for whole levels that is the same to the bit, since every resizer treats
the channels alike (`recipes/compiled.py` rests on it too).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from workbench.frames.frame import FrameSequence, as_rgb
from workbench.recipes import Recipe, plain
from workbench.recipes.ranges import apply_range

KEPT = 3  # resized batches kept; the recipes come in an order in which one or two are in use


class Tensors:
    """Makes the tensors of recipes on some of the frames of a sequence, which are counted from 0 here.

    Args:
        frames: the sequence.
        chosen: numbers of the frames in it.
        pause: called before each picture is decoded or resized; it may raise to stop.
    """

    def __init__(
        self, frames: FrameSequence, chosen: Sequence[int], *, pause: Callable[[], None] = lambda: None
    ) -> None:
        self._frames, self._chosen, self._pause = frames, tuple(chosen), pause
        self._pictures: dict[tuple[str, str], list[np.ndarray]] = {}
        self._resized: dict[tuple[Recipe, tuple[int, ...]], list[np.ndarray]] = {}

    def __len__(self) -> int:
        return len(self._chosen)

    def of(self, recipe: Recipe, places: Sequence[int]) -> list[np.ndarray]:
        """Return the tensors of the frames at `places`: batches (n, ...), one where all are of one shape."""
        if recipe.order == "range_first" and recipe.size is not None:
            pictures = self.pictures(recipe)
            return [recipe.batch([pictures[place] for place in places])]
        return [self._finished(recipe, levels) for levels in self._levels(recipe, tuple(places))]

    def pictures(self, recipe: Recipe) -> list[np.ndarray]:
        """Return the frames (H, W, 3) uint8 RGB, decoded as a recipe says."""
        key = recipe.decode, recipe.exif
        if key not in self._pictures:
            source = self._frames.decoded_by(*key)
            images = self._one_by_one(source.pick(self._chosen))
            self._pictures[key] = [as_rgb(image, source.order).copy() for image in images]
        return self._pictures[key]

    def _levels(self, recipe: Recipe, places: tuple[int, ...]) -> list[np.ndarray]:
        """Return the resized pixels (n, H, W, C), in levels 0..255, of RGB or of one gray channel."""
        color = {"bgr": "rgb", "gray3": "gray"}.get(recipe.color, recipe.color)
        prefix = recipe.replace(color=color, range="raw", dtype="float32", layout="nhwc", quantization=None)
        if (prefix, places) not in self._resized:
            while len(self._resized) >= KEPT:
                del self._resized[next(iter(self._resized))]
            pictures, function = self.pictures(recipe), prefix.compile()
            made = [function(picture) for picture in self._one_by_one(pictures[place] for place in places)]
            alike = len({tensor.shape for tensor in made}) == 1
            self._resized[prefix, places] = [np.stack(made)] if alike else [tensor[None] for tensor in made]
        return self._resized[prefix, places]

    def _one_by_one(self, pictures: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        for picture in pictures:
            self._pause()
            yield picture

    @staticmethod
    def _finished(recipe: Recipe, levels: np.ndarray) -> np.ndarray:
        if recipe.color == "bgr":
            levels = levels[..., ::-1]
        elif recipe.color == "gray3":
            levels = np.repeat(levels, 3, axis=-1)
        if recipe.range == "per_image":
            tensor = np.stack([apply_range(pixels, recipe.range, recipe.color) for pixels in levels])
        else:
            tensor = apply_range(levels, recipe.range, recipe.color)
        return plain.finish(recipe, tensor)
