"""The recipes that are searched: the product of the choices of every slot, in two parts.

A *coloring* sets the slots that change numbers (color, range, ...), a *geometry* those that place pixels (fit, resize,
...). The two are taken one after the other, because the first is decided by much and the second by little.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.errors import InvalidValue, unknown
from workbench.recipes import Recipe, affine, choices
from workbench.recipes.colors import channels
from workbench.recipes.slots import SLOTS

Space = Mapping[str, Sequence[Any]]
Setting = dict[str, Any]  # slot -> choice

GEOMETRY = ("decode", "exif", "rotate", "fit", "crop_fraction", "pad", "size", "resize", "rounding", "order")
# Every range of the catalogue, and others that networks are trained on: x / 255 - 0.5; a mean of 127.5 alone; mean and
# std in levels of CIFAR-10 (0.4914, 0.4822, 0.4465; 0.247, 0.2435, 0.2616) and of MNIST (0.1307; 0.3081)
RANGES = (*choices("range"), affine(127.5, 255), affine(127.5))
COLOR_RANGES = (affine((125.3, 123.0, 113.9), (63.0, 62.1, 66.7)),)
GRAY_RANGES = (affine(33.3, 78.6),)
PIXELS = 100_000  # values of one picture that its mean and deviation are taken from, at most
COLORS = {3: ("rgb", "bgr", "gray3"), 1: ("gray", "gray_bgr")}
# One kernel of each that differs: cv2.linear is also tf.bilinear and keras.layers.Resizing, cv2.area pil.box, and the
# antialiased ones of Pillow are those of TensorFlow, within 1 level
KERNELS = (
    "cv2.linear", "cv2.nearest", "cv2.area", "cv2.cubic", "cv2.lanczos4", "pil.bilinear", "pil.nearest",
    "pil.bicubic", "pil.lanczos", "tf1.bilinear",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Axes:
    """The two parts of a space; every pair of one of each is a recipe."""

    base: Recipe
    colorings: tuple[Setting, ...]
    geometries: tuple[Setting, ...]

    @property
    def searched(self) -> list[str]:
        """The slots of which more than one choice is among the settings."""
        settings = (*self.colorings, *self.geometries)
        seen = {slot: {setting[slot] for setting in settings if slot in setting} for each in settings for slot in each}
        return [slot for slot, values in seen.items() if len(values) > 1]

    def __len__(self) -> int:
        return len(self.colorings) * len(self.geometries)

    def recipe(self, coloring: int, geometry: int) -> Recipe:
        """Return the recipe of one coloring and one geometry, by their numbers."""
        return self.base.replace(**self.colorings[coloring], **self.geometries[geometry])


def default_space(base: Recipe, pictures: Sequence[np.ndarray] = ()) -> dict[str, tuple[Any, ...]]:
    """Return the choices that are searched where nothing else is said: those a tensor of this size can come by.

    With pictures (H, W, 3) uint8 there is one range more: less their mean, over their standard deviation. A network is
    often trained so by the figures of its own training set, which these stand for.
    """
    color = channels(base.color) == 3
    ranges = (
        *RANGES,
        *(COLOR_RANGES if color else GRAY_RANGES),
        *([standardized(pictures, color)] if pictures else []),
    )
    space: dict[str, tuple[Any, ...]] = {"color": COLORS[channels(base.color)], "range": ranges}
    if base.size is not None:
        space |= {
            "fit": ("stretch", "center_crop", "resize_crop", "letterbox"),
            "crop_fraction": (0.875, 1.0),
            "pad": (0, 114),
            "resize": KERNELS,
            "rounding": ("uint8", "float"),
        }
    return space


def standardized(pictures: Sequence[np.ndarray], color: bool) -> str:
    """Name the affine range by the mean and standard deviation of pictures; of red, green and blue each if `color`."""
    levels = np.concatenate([picture.reshape(-1, 3)[:: 1 + picture.size // PIXELS] for picture in pictures])
    axis = 0 if color else None
    mean, std = np.round(levels.mean(axis=axis), 1), np.round(np.maximum(levels.std(axis=axis), 1.0), 1)
    return affine(mean.tolist(), std.tolist())


def axes(base: Recipe, space: Space) -> Axes:
    """Take a space apart; settings that come to the same recipe, or to none, are left out.

    The choices of `base` come first where they are among those offered: where nothing decides, they stand for all.

    Raises:
        UnknownName: a slot, or a choice of it, that nobody knows.
        InvalidValue: a slot without choices, or no recipe at all.
    """
    for slot, offered in space.items():
        if slot not in SLOTS:
            raise unknown("slot", slot, SLOTS)
        if isinstance(offered, str) or not isinstance(offered, Sequence) or not len(offered):
            raise InvalidValue(f"space[{slot!r}] is a list of choices, such as ['rgb', 'bgr']; got {offered!r}")
    space = {slot: _base_first(getattr(base, slot), offered) for slot, offered in space.items()}
    colorings = _settings(base, {slot: space[slot] for slot in space if slot not in GEOMETRY})
    first = base.replace(**colorings[0])
    return Axes(first, colorings, _settings(first, {slot: space[slot] for slot in space if slot in GEOMETRY}))


def _base_first(mine: Any, offered: Sequence[Any]) -> list[Any]:
    return sorted(offered, key=lambda value: bool(value != mine))


def _settings(base: Recipe, space: Space) -> tuple[Setting, ...]:
    found: dict[Any, Setting] = {}
    refused: InvalidValue | None = None
    for values in itertools.product(*space.values()):
        setting = dict(zip(space, values, strict=True))
        try:
            recipe = base.replace(**setting)
        except InvalidValue as error:  # one channel has no mean of three
            refused = error
            continue
        found.setdefault(tuple(recipe.settings().items()), setting)
    if not found and refused is not None:
        raise refused
    return tuple(found.values())


def varied(recipes: Iterable[Recipe]) -> dict[str, tuple[Any, ...]]:
    """Return the slots in which some recipes differ, each with its choices in the order of the recipes."""
    found: dict[str, dict[Any, None]] = {}
    for recipe in recipes:
        for slot, value in recipe.settings().items():
            found.setdefault(slot, {})[value] = None
    return {slot: tuple(values) for slot, values in found.items() if len(values) > 1}
