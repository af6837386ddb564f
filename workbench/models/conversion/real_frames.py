"""Real photos as batches for any model that takes pictures, in the ranges models are trained with."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from workbench.errors import ConversionError, SampleError
from workbench.frames import read_picture
from workbench.models.model import Model, TensorSpec
from workbench.recipes import Recipe
from workbench.samples import sample_path

SAMPLES = ("imagenet-20", "skimage")
ALWAYS_THERE = ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg")  # a NASA portrait in matplotlib's wheel
RANGES = ("raw", "unit", "symmetric")
COUNT = 4  # photos; enough to see lost weights and changed outputs, few enough to be quick
SIDE = 224  # pixels, where a model takes any size


def real_photos(count: int = COUNT) -> list[np.ndarray]:
    """Return real photos, (H, W, 3) uint8 RGB: of the samples that are fetched, else parts of one that always is."""
    for name in SAMPLES:
        try:
            files = sorted(path for path in sample_path(f"{name}/").iterdir() if path.suffix in (".jpg", ".png"))
        except SampleError:
            continue
        return [read_picture(path) for path in files[:count]]
    return _parts(read_picture(_always_there()))[:count]


def frame_batches(model: Model, photos: Sequence[np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """Return, by range, a batch of the photos for every input of a model: input name -> (N, ...).

    Integer inputs without scale and zero point take levels 0..255 as they are, so there is only `raw` for them.

    Raises:
        ConversionError: an input takes no pictures.
    """
    length = model.inputs[0].shape[0] or 1
    photos = list(islice(cycle(photos), -(-len(photos) // length) * length))  # whole batches
    plain = any(spec.dtype in ("uint8", "int32") and spec.quantization is None for spec in model.inputs)
    return {
        name: {spec.name: _tensors(spec, name, photos) for spec in model.inputs}
        for name in (RANGES[:1] if plain else RANGES)
    }


def _tensors(spec: TensorSpec, name: str, photos: Sequence[np.ndarray]) -> np.ndarray:
    layout, channels, size = _picture_axes(spec)
    dtype = spec.dtype if spec.dtype in ("float32", "float16", "uint8", "int8") else "float32"
    recipe = Recipe(
        size=size,
        range=name,
        color="gray" if channels == 1 else "rgb",
        layout=layout,
        dtype=dtype,
        quantization=spec.quantization if dtype in ("uint8", "int8") else None,
    )
    return recipe.batch(photos).astype(spec.dtype, copy=False)


def _picture_axes(spec: TensorSpec) -> tuple[str, int, tuple[int, int]]:
    """Return layout, channels and height and width of an input that takes pictures."""
    for layout, axes in (("nhwc", (3, 1, 2)), ("nchw", (1, 2, 3))):
        if len(spec.shape) == 4 and spec.shape[axes[0]] in (1, 3):
            channels, height, width = (spec.shape[axis] for axis in axes)
            return layout, channels or 3, (height or SIDE, width or SIDE)
    raise ConversionError(f"the input {spec} takes no pictures; give what it takes as batch=")


def _always_there() -> Path:
    """Return the photo in matplotlib's wheel, without importing matplotlib."""
    package, inside = ALWAYS_THERE
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / inside


def _parts(photo: np.ndarray) -> list[np.ndarray]:
    """Return a photo and its quarters, each real pixels of its own."""
    height, width = (side // 2 for side in photo.shape[:2])
    return [photo, *(photo[y : y + height, x : x + width] for y in (0, height) for x in (0, width))]
