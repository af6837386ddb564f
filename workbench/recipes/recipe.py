"""Recipe: the whole preprocessing as one frozen value, one field a slot, and a callable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.frames import read_picture
from workbench.frames.frame import ChannelOrder, Frame
from workbench.recipes import plain
from workbench.recipes.compiled import CompiledRecipe
from workbench.recipes.slots import Slots

Picture = np.ndarray | Frame | str | Path | bytes


@dataclass(frozen=True, kw_only=True, eq=False)
class Recipe(Slots):
    """How a picture becomes a model's input: one field a slot, applied in this order.

    A recipe is a callable: `recipe(image)` with (H, W, 3) uint8 RGB, a Frame, a file path or encoded bytes
    gives a tensor with batch axis. The choices of each slot, with definition and source: `choices(slot)`.

    Raises:
        UnknownName: a choice that is not in the catalogue; the text names the closest.
        InvalidValue: a value its slot does not take, or two slots that exclude each other.
    """

    def describe(self) -> str:
        """Say in words what happens to a picture, one line a step."""
        return "\n".join(plain.sentences(self))

    def __call__(self, picture: Picture) -> np.ndarray:
        """Return the tensor (1, ...) of one picture, by the plain definition of every slot."""
        return plain.apply(self, self.open(picture))[None]

    def batch(self, pictures: Iterable[Picture]) -> np.ndarray:
        """Return the tensors (N, ...) of many pictures, by the compiled recipe."""
        return self.compile().batch([self.open(picture) for picture in pictures])

    def open(self, picture: Picture) -> np.ndarray:
        """Return the (H, W, 3) uint8 RGB array of a picture; files and bytes by the slots decode and exif."""
        if isinstance(picture, Frame):
            return picture.image
        if isinstance(picture, np.ndarray):
            return picture
        return read_picture(picture, decode=self.decode, exif=self.exif)

    def compile(self, takes: ChannelOrder = "rgb") -> CompiledRecipe:
        """Return the fast function of this recipe, for (H, W, 3) uint8 arrays in channel order `takes`."""
        return CompiledRecipe(self, takes)
