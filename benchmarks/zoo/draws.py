"""What is drawn for a network: its pictures' shape, its preprocessing, and how it is built and trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.recipes import Recipe, affine
from workbench.recipes.colors import channels

from .pictures import DOMAINS, Pictures, Shape

COLORS = {"rgb": 0.4, "bgr": 0.36, "gray": 0.14, "gray3": 0.1}
GRAY_COLORS = {"gray": 0.5, "gray3": 0.2, "rgb": 0.2, "bgr": 0.1}  # of the networks for gray digits
RANGES = {
    "raw": 0.15, "unit": 0.16, "symmetric": 0.16, "centered": 0.08, "torch": 0.12, "caffe": 0.11, "per_image": 0.07,
    "unit256": 0.04, "affine": 0.11,
}  # fmt: skip
RESIZES = {
    "cv2.linear": 0.2, "tf.bilinear": 0.1, "pil.bilinear": 0.13, "tf.bilinear_aa": 0.08, "cv2.nearest": 0.08,
    "pil.nearest": 0.06, "cv2.area": 0.12, "cv2.cubic": 0.08, "pil.bicubic": 0.1, "pil.lanczos": 0.05,
}  # fmt: skip
FITS = {"stretch": 0.6, "center_crop": 0.12, "resize_crop": 0.12, "letterbox": 0.16}
SIZES = {(32, 32): 0.45, (40, 40): 0.25, (48, 48): 0.15, (64, 64): 0.05, (32, 48): 0.1}
WITHOUT_NORM, NESTED = 0.2, 0.25  # shares of the networks: no BatchNormalization; BatchNormalization in an inner model
# affine ranges that people use: MTCNN's; mean subtracted only; CIFAR-10's mean and std in levels (R, G, B)
SCALAR_AFFINE = ((127.5, 128.0), (128.0, 1.0), (127.5, 1.0), (33.3, 78.6))  # the last: MNIST's .1307 and .3081
COLOR_AFFINE = ((125.3, 123.0, 113.9), (63.0, 62.1, 66.7))


@dataclass(frozen=True)
class Config:
    """How one network is built and trained."""

    widths: tuple[int, ...]  # channels of each convolutional block
    kernel: int
    activation: str
    pooling: str  # max, average, stride
    separable: bool
    norm: str  # none, before (the activation), after (it), input (before all, and before activations)
    nested: bool  # the blocks are an inner model
    head: str  # average, flatten
    dropout: float
    momentum: float  # of BatchNormalization's moving averages
    rate: float  # Adam's
    epochs: int
    batch: int


def pick(rng: np.random.Generator, shares: dict[Any, float]) -> Any:
    """Return a key, drawn by the shares."""
    keys = list(shares)
    weights = np.array(list(shares.values()))
    return keys[rng.choice(len(keys), p=weights / weights.sum())]


def draw_pictures(seed: int) -> tuple[str, Shape]:
    """Return domain and (height, width) of a network's pictures, 80..128 pixels a side."""
    rng = np.random.default_rng([seed, 0])
    return pick(rng, DOMAINS), (int(rng.integers(80, 129)), int(rng.integers(80, 129)))


def draw_recipe(seed: int, domain: str, pictures: Pictures) -> Recipe:
    """Return the preprocessing a network is trained under."""
    rng = np.random.default_rng([seed, 2])
    color = pick(rng, GRAY_COLORS if domain == "digits" else COLORS)
    one = channels(color) == 1
    name = pick(rng, {name: share for name, share in RANGES.items() if not (one and name in ("torch", "caffe"))})
    return Recipe(
        color=color,
        range=_affine(rng, pictures, one) if name == "affine" else name,
        size=pick(rng, SIZES),
        resize=pick(rng, RESIZES),
        rounding=pick(rng, {"uint8": 0.65, "float": 0.35}),
        fit=pick(rng, FITS),
        pad=pick(rng, {0: 0.6, 114: 0.4}),
    )


def _affine(rng: np.random.Generator, pictures: Pictures, one: bool) -> str:
    """Return an affine range: a well-known one, or mean and std of the very pictures, to a tenth of a level."""
    if rng.random() < 0.5:
        axes = None if one else (0, 1, 2)
        mean, std = (np.round(of(pictures.learned, axis=axes), 1) for of in (np.mean, np.std))
        return affine(mean.tolist(), std.tolist())
    if not one and rng.random() < 0.5:
        return affine(*COLOR_AFFINE)
    return affine(*SCALAR_AFFINE[rng.integers(len(SCALAR_AFFINE))])


def draw_config(seed: int, attempt: int) -> Config:
    """Return how the network is built; whether it has BatchNormalization does not change with the attempt."""
    fixed, rng = np.random.default_rng([seed, 3]), np.random.default_rng([seed, 4, attempt])
    has_norm, nested = fixed.random() >= WITHOUT_NORM, bool(fixed.random() < NESTED)
    first, growth = int(pick(rng, {8: 1, 12: 2, 16: 2})), float(rng.uniform(1.4, 1.9))
    return Config(
        widths=tuple(round(first * growth**i) for i in range(int(rng.integers(3, 5)))),
        kernel=pick(rng, {3: 0.8, 5: 0.2}),
        activation=pick(rng, {"relu": 0.5, "relu6": 0.1, "elu": 0.1, "swish": 0.15, "leaky_relu": 0.15}),
        pooling=pick(rng, {"max": 0.5, "average": 0.25, "stride": 0.25}),
        separable=bool(rng.random() < 0.2),
        norm=pick(rng, {"before": 0.6, "after": 0.25, "input": 0.15}) if has_norm else "none",
        nested=nested,
        head=pick(rng, {"average": 0.6, "flatten": 0.4}),
        dropout=pick(rng, {0.0: 0.6, 0.2: 0.4}),
        momentum=pick(rng, {0.99: 0.6, 0.9: 0.4}),
        rate=pick(rng, {1e-3: 0.5, 2e-3: 0.5}) if has_norm else 1e-3,
        epochs=int(rng.integers(8, 12)) if has_norm else 12,
        batch=pick(rng, {32: 0.5, 64: 0.5}) if has_norm else 32,
    )
