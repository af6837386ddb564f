"""The `range` slot: how pixel levels 0..255 become the numbers a network is fed.

Every range is a short list of float32 steps in the order its library takes them, so the plain definition is
bit-exact with that library, and the compiled recipe may fold the steps where 256 levels give the same bits.
Constants belong to the meaning of a channel (red, green, blue); the place of a channel is `color`'s affair.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from workbench.errors import InvalidValue
from workbench.recipes.catalogue import CATALOGUE, choice, lookup

Constant = float | tuple[float, float, float]  # one number, or one for each of red, green, blue
Step = tuple[Literal["subtract", "divide"], Constant]

# keras.applications.imagenet_utils.preprocess_input (Keras 3.15.1); torchvision.transforms.Normalize's usual values
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
# The mean of the ImageNet training pictures as published with VGG (Caffe), in R, G, B
CAFFE_MEAN = (123.68, 116.779, 103.939)
KERAS = "keras.applications.imagenet_utils.preprocess_input"


@dataclass(frozen=True, slots=True)
class Range:
    """The steps of one range; `per_image` takes its constants from the picture itself."""

    name: str
    steps: tuple[Step, ...]
    per_image: bool = False

    @property
    def per_channel(self) -> bool:
        """Tell whether red, green and blue have constants of their own."""
        return any(isinstance(constant, tuple) for _, constant in self.steps)

    def steps_for(self, pixels: np.ndarray) -> tuple[Step, ...]:
        """Return the steps for one picture (H, W, C)."""
        return image_steps(pixels) if self.per_image else self.steps


def range_choice(name: str, *, source: str, tolerance: str = "bit-exact") -> Callable[..., object]:
    """Register a function that returns a range's steps."""
    return choice("range", name, source=source, tolerance=tolerance)


@range_choice("raw", source="no step at all; models with Rescaling inside, uint8 models")
def raw() -> tuple[Step, ...]:
    """x, in [0, 255]."""
    return ()


@range_choice("unit", source="x / 255.0")
def unit() -> tuple[Step, ...]:
    """X / 255, in [0, 1]."""
    return (("divide", 255.0),)


@range_choice("symmetric", source=f"{KERAS}(mode='tf')")
def symmetric() -> tuple[Step, ...]:
    """X / 127.5 - 1, in [-1, 1]; Keras' mode tf."""
    return ("divide", 127.5), ("subtract", 1.0)


@range_choice("centered", source="EfficientNet-Lite: (x - 127) / 128")
def centered() -> tuple[Step, ...]:
    """(x - 127) / 128, in [-0.992, 1]; EfficientNet-Lite and many TFLite models."""
    return ("subtract", 127.0), ("divide", 128.0)


@range_choice("torch", source=f"{KERAS}(mode='torch'), torchvision Normalize")
def torch() -> tuple[Step, ...]:
    """(x / 255 - ImageNet mean) / ImageNet std, per channel, in about [-2.1, 2.6]; Keras' mode torch."""
    return ("divide", 255.0), ("subtract", IMAGENET_MEAN), ("divide", IMAGENET_STD)


@range_choice("caffe", source=f"{KERAS}(mode='caffe')")
def caffe() -> tuple[Step, ...]:
    """X minus 123.68 (red), 116.779 (green), 103.939 (blue), in about [-124, 151]; Keras' mode caffe with color=bgr."""
    return (("subtract", CAFFE_MEAN),)


@range_choice("torch_swapped", source="the constants of torch given in B, G, R order")
def torch_swapped() -> tuple[Step, ...]:
    """The torch range with red's and blue's constants exchanged: a common mistake."""
    return ("divide", 255.0), ("subtract", IMAGENET_MEAN[::-1]), ("divide", IMAGENET_STD[::-1])


@range_choice("caffe_swapped", source="the constants of caffe given in B, G, R order")
def caffe_swapped() -> tuple[Step, ...]:
    """The caffe range with red's and blue's means exchanged: a common mistake."""
    return (("subtract", CAFFE_MEAN[::-1]),)


@range_choice(
    "per_image",
    source="tf.image.per_image_standardization (TensorFlow 2.21)",
    tolerance="2e-5: TensorFlow sums the mean and variance in float32, this in float64",
)
def per_image() -> tuple[Step, ...]:
    """(x - mean) / max(std, 1 / sqrt(n)) with the mean and std of this picture over all n values."""
    return ()


@range_choice("unit256", source="x / 256.0")
def unit256() -> tuple[Step, ...]:
    """X / 256, in [0, 0.996]: a common slip for x / 255."""
    return (("divide", 256.0),)


@range_choice("double_unit", source="x / 255.0 twice, by the code and by a Rescaling layer")
def double_unit() -> tuple[Step, ...]:
    """X / 255 / 255, in [0, 0.004]: scaled twice."""
    return ("divide", 255.0), ("divide", 255.0)


def affine(mean: float | Sequence[float], std: float | Sequence[float] = 1.0) -> str:
    """Name the range (x - mean) / std; one number, or one for each of red, green, blue, in pixel levels.

    Raises:
        InvalidValue: a constant is no finite number, std is zero, or there are not one or three of them.
    """
    text = f"affine(mean={_plain(mean)}, std={_plain(std)})"
    parse_range(text)
    return text


def _plain(value: float | Sequence[float]) -> float | list[float]:
    plain: float | list[float] = np.asarray(value, dtype=np.float64).tolist()
    return plain


def parse_range(name: str) -> Range:
    """Return the range called `name`: a catalogue name, or `affine(mean=..., std=...)`.

    Raises:
        UnknownName: there is no such range.
        InvalidValue: the constants of an affine range do not make sense.
    """
    if not isinstance(name, str):
        raise InvalidValue(f"range is a name, or affine(mean=..., std=...); got {name!r}")
    if not name.startswith("affine"):
        steps = lookup("range", name).apply()
        return Range(name, steps, per_image=name == "per_image")
    mean, std = (_constant(name, value) for value in _arguments(name))
    if 0 in np.atleast_1d(std).astype(np.float32):
        raise InvalidValue(f"range={name!r}: std is 0; a std divides, so give numbers other than 0")
    return Range(name, (("subtract", mean), ("divide", std)))


def canonical(name: str) -> str:
    """Return the one spelling of a range: `affine(127.5, 127.5)` and `affine(mean=127.5, std=127.5)` are one."""
    chosen = parse_range(name)
    if is_range(chosen.name):
        return str(chosen.name)
    (_, mean), (_, std) = chosen.steps
    return f"affine(mean={_plain(mean)}, std={_plain(std)})"


def _arguments(name: str) -> tuple[Any, Any]:
    """Return mean and std of the text `affine(...)`, by place or by name; std is 1 if it is left out."""
    try:
        call = ast.parse(name, mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "affine":
            raise ValueError
        given = dict(zip(("mean", "std"), map(ast.literal_eval, call.args), strict=False))
        given |= {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in call.keywords}
        if set(given) - {"mean", "std"} or "mean" not in given or len(call.args) + len(call.keywords) != len(given):
            raise ValueError
    except (ValueError, SyntaxError, TypeError):
        raise InvalidValue(
            f"range={name!r}: give one number, or one for each of red, green, blue, for mean and for "
            "std, such as affine(mean=127.5, std=127.5)"
        ) from None
    return given["mean"], given.get("std", 1.0)


def _constant(name: str, value: Any) -> Constant:
    try:
        values = np.atleast_1d(np.asarray(value, dtype=np.float64))
    except (ValueError, TypeError):
        values = np.array([np.nan])
    if values.shape not in ((1,), (3,)) or not np.isfinite(values).all():
        raise InvalidValue(f"range={name!r}: give one number, or one for each of red, green, blue; got {value}")
    return float(values[0]) if values.size == 1 else (float(values[0]), float(values[1]), float(values[2]))


def is_range(name: str) -> bool:
    """Tell whether `name` is in the catalogue (an affine range is not: it has a value of its own)."""
    return name in CATALOGUE["range"]


def constant_for(constant: Constant, color: str) -> np.ndarray:
    """Return a step's constant as float32: () or (C,), in the channel order of `color`."""
    value = np.asarray(constant, dtype=np.float32)
    return value[::-1] if color == "bgr" and value.ndim else value


def image_steps(pixels: np.ndarray) -> tuple[Step, ...]:
    """Return the steps of `per_image` for one picture (H, W, C), from its own mean and std."""
    mean = float(np.mean(pixels, dtype=np.float64))
    std = float(np.std(pixels, dtype=np.float64))
    return ("subtract", mean), ("divide", max(std, 1.0 / float(np.sqrt(pixels.size))))


def apply_range(pixels: np.ndarray, name: str, color: str = "rgb") -> np.ndarray:
    """Return pixels (..., C) in the range `name` as a new float32 array; channels in the order of `color`."""
    tensor = pixels.astype(np.float32)
    for operation, constant in parse_range(name).steps_for(pixels):
        getattr(np, operation)(tensor, constant_for(constant, color), out=tensor)
    return tensor
