"""The slots of a recipe as a frozen value: checked, compared, changed, and brought through text."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import yaml

from workbench.errors import InvalidValue, unknown
from workbench.recipes import colors, ranges
from workbench.recipes.catalogue import lookup
from workbench.recipes.geometry import Size
from workbench.recipes.tensors import Quantization

NAMED = ("decode", "exif", "rotate", "color", "fit", "resize", "rounding", "order", "dtype", "layout")
CROPS = ("center_crop", "resize_crop")
PADS = ("letterbox", "letterbox_corner")


@dataclass(frozen=True, kw_only=True, eq=False)
class Slots:
    """The choice of every slot, checked on entry; compared by the slots that matter.

    Raises:
        UnknownName: a choice that is not in the catalogue; the text names the closest.
        InvalidValue: a value its slot does not take, or two slots that exclude each other.
    """

    decode: str = "cv2"  # pictures: cv2, pil, tf, tf.accurate; video: cv2, pyav
    exif: str = "apply"
    rotate: int = 0  # degrees clockwise: 0, 90, 180, 270
    color: str = "rgb"
    fit: str = "stretch"
    crop_fraction: float = 0.875  # of center_crop and resize_crop, in (0, 1]
    pad: int = 0  # of the letterboxes, a level 0..255
    size: Size | None = (224, 224)  # height, width in pixels; None keeps the picture's own
    resize: str = "cv2.linear"
    rounding: str = "uint8"
    range: str = "raw"  # a catalogue name or affine(mean, std)
    order: str = "resize_first"
    dtype: str = "float32"
    quantization: Quantization | None = None  # scale, zero point of integer inputs
    layout: str = "nhwc"

    def __post_init__(self) -> None:
        """Check every slot, and bring numbers that came as text or from YAML into their types."""
        for slot in NAMED:
            object.__setattr__(self, slot, lookup(slot, getattr(self, slot)).name)
        object.__setattr__(self, "range", ranges.canonical(self.range))
        object.__setattr__(self, "rotate", int(self.rotate))
        object.__setattr__(self, "size", _size(self.size))
        object.__setattr__(self, "crop_fraction", _number("crop_fraction", self.crop_fraction, 1e-3, 1))
        if not _is_whole(self.pad):
            raise InvalidValue(f"pad is a whole level from 0 to 255; got {self.pad!r}")
        object.__setattr__(self, "pad", int(_number("pad", self.pad, 0, 255)))
        object.__setattr__(self, "quantization", _quantization(self.quantization, self.dtype))
        if ranges.parse_range(self.range).per_channel and colors.channels(self.color) == 1:
            raise InvalidValue(
                f"range={self.range!r} has a constant for each of red, green and blue, but color={self.color!r} "
                "has one channel; use color='gray3', or an affine range with one mean and one std"
            )

    # --- the value -----------------------------------------------------------------------------------------

    def settings(self) -> dict[str, Any]:
        """Return the slots that matter here: no pad without a letterbox, no resize where size is None."""
        idle = set()
        if self.fit not in CROPS:
            idle.add("crop_fraction")
        if self.fit not in PADS:
            idle.add("pad")
        if self.size is None:
            idle |= {"fit", "crop_fraction", "pad", "resize", "rounding", "order"}
        elif self.order == "range_first":
            idle.add("rounding")
        if self.dtype not in ("uint8", "int8"):
            idle.add("quantization")
        return {slot: getattr(self, slot) for slot in SLOTS if slot not in idle}

    def __sub__(self, other: Slots) -> dict[str, tuple[Any, Any]]:
        """Return the slots in which the two differ, with this recipe's choice and the other's."""
        mine, theirs = self.settings(), other.settings()
        return {slot: (mine[slot], theirs[slot]) for slot in mine if slot in theirs and mine[slot] != theirs[slot]}

    def __eq__(self, other: object) -> bool:
        """Two recipes are equal when every slot that matters is."""
        return isinstance(other, Slots) and self.settings() == other.settings()

    def __hash__(self) -> int:
        """Hash what equality looks at."""
        return hash(self.id)

    @cached_property
    def id(self) -> str:
        """Twelve hexadecimal digits that stand for this recipe, the same on every machine."""
        return hashlib.sha256(self.to_yaml().encode()).hexdigest()[:12]

    def replace(self, **slots: Any) -> Self:
        """Return this recipe with some slots changed."""
        return dataclasses.replace(self, **_known(slots))

    # --- text ----------------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Return the slots that matter as plain YAML types."""
        return {slot: plain_choice(choice) for slot, choice in self.settings().items()}

    @classmethod
    def from_dict(cls, slots: Mapping[str, Any]) -> Self:
        """Make a recipe from a flat mapping; slots left out keep their default."""
        return cls(**_known(slots))

    def to_yaml(self) -> str:
        """Return the recipe as a flat YAML mapping."""
        return yaml.safe_dump(self.to_dict(), sort_keys=False, default_flow_style=None)

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """Read what `to_yaml` wrote.

        Raises:
            InvalidValue: the text is no YAML mapping.
            UnknownName: a slot or choice nobody knows.
        """
        try:
            slots = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise InvalidValue(f"this recipe is no YAML: {' '.join(str(error).split())}") from error
        if not isinstance(slots, Mapping):
            raise InvalidValue(f"a recipe is a mapping 'slot: choice'; got {type(slots).__name__}")
        return cls.from_dict(slots)


def plain_choice(choice: Any) -> Any:
    """Return a slot's choice as YAML has it: a size or a quantization as a list."""
    return list(choice) if isinstance(choice, tuple) else choice


SLOTS: tuple[str, ...] = tuple(field.name for field in dataclasses.fields(Slots))


def _known(slots: Mapping[str, Any]) -> dict[str, Any]:
    for slot in slots:
        if slot not in SLOTS:
            raise unknown("slot", slot, SLOTS)
    return dict(slots)


def _size(value: Any) -> Size | None:
    if value is None:
        return None
    try:
        height, width = value
    except (TypeError, ValueError):
        height = width = None
    if not _is_whole(height) or not _is_whole(width) or height < 1 or width < 1:
        raise InvalidValue(f"size is (height, width) in pixels, or None for the picture's own; got {value!r}")
    return int(height), int(width)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _number(slot: str, value: Any, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not low <= value <= high:
        raise InvalidValue(f"{slot} is a number from {low:g} to {high:g}; got {value!r}")
    return float(value)


def _quantization(value: Any, dtype: str) -> Quantization | None:
    if value is None:
        return None
    try:
        scale, zero_point = float(value[0]), int(value[1])
    except (TypeError, ValueError, IndexError):
        scale, zero_point = 0.0, 0
    if not 0 < scale < math.inf or dtype not in ("uint8", "int8"):
        raise InvalidValue(
            f"quantization is (scale above 0, zero point) of a uint8 or int8 input; got {value!r} with dtype={dtype!r}"
        )
    return scale, zero_point
