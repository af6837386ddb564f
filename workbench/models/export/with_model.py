"""One model that eats raw BGR frames: a recipe and the Keras model it belongs to, checked before the file appears."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from workbench.errors import ConversionError, InvalidValue
from workbench.models.conversion.agreement import relative_differences
from workbench.models.conversion.convert import write
from workbench.models.conversion.noise import TOLERANCE, own_noise
from workbench.models.conversion.placing import expect_place, put, workplace
from workbench.models.conversion.real_frames import real_photos
from workbench.models.conversion.running import answers, open_converted
from workbench.models.export.graph import in_graph
from workbench.models.keras.file import open_keras
from workbench.models.keras.model import KerasModel
from workbench.models.model import Model
from workbench.models.opening.file_kind import runtime_of
from workbench.models.opening.vetting import vouch
from workbench.models.original import load_original
from workbench.models.tensorflow.runtime import import_tensorflow
from workbench.recipes import Recipe
from workbench.recipes.code.check import one_level
from workbench.recipes.geometry import Size

FORMATS = {".keras": "keras", ".tflite": "tflite", "": "savedmodel"}
ANY_SIZE = (240, 320)  # height, width of the frames a model of any frame size is checked on
FRAMES = 4
CHANCE, SEED = 1e-3, 0  # share of pixel values whose rounding may fall the other way in another order of summing


def export_with_model(recipe: Recipe, model: Any, out: str | Path, frame_size: Size | None) -> Path:
    """Write one model that eats frames (N, H, W, 3) uint8 BGR and answers as the model does with the recipe.

    Raises:
        InvalidValue: `out` or `frame_size` does not fit.
        InputMismatch: the recipe's tensors do not fit the model.
        ConversionError: no Keras model, no exact operations, or other answers; nothing is written then.
    """
    to = FORMATS.get(Path(out).suffix)
    if to is None:
        raise InvalidValue(f"{out}: name a .keras or .tflite file, or a folder without suffix for a SavedModel")
    path = expect_place(Path(out), Path(out).suffix)
    inner = load_original(model)
    if not isinstance(inner, KerasModel):
        raise ConversionError(
            f"{inner.name}: preprocessing goes inside Keras models only; give the .keras or .h5 "
            'file it was made from, or use export(recipe, "cv2") beside this one'
        )
    if len(inner.inputs) != 1:
        raise ConversionError(f"{inner.name} has {len(inner.inputs)} inputs; a recipe makes the tensor of one")
    size = _frame_size(frame_size)
    frames = _real_frames(size or ANY_SIZE)
    tensors = np.concatenate([recipe(frame) for frame in frames])
    expected = answers(inner, {inner.inputs[0].name: tensors})
    whole = joined(recipe, inner, size)
    limits = _limits(inner, tensors, expected, _level(recipe, frames))
    with workplace(path) as work:
        made = work / path.name
        if to == "keras":
            whole.keras.save(made)
        else:
            write(whole, to, made)
        _expect_same_answers(_open(made, to), np.ascontiguousarray(frames[..., ::-1]), expected, limits)
        put(made, path, inner.labels)
    if to != "keras":
        vouch(path, runtime_of(path))
    return path


def joined(recipe: Recipe, inner: KerasModel, frame_size: Size | None) -> KerasModel:
    """Return the Keras model with the recipe before it; names and structure of its outputs stay.

    Raises:
        ConversionError: without a frame size this recipe has no exact operations.
    """
    import_tensorflow()
    import keras

    shape = (*(frame_size or (None, None)), 3)
    inside = keras.Input(shape, dtype="uint8")
    before = keras.Model(inside, in_graph(recipe, inside), name=f"{inner.keras.name}_preprocessing")
    frames = keras.Input(shape, dtype="uint8", name="frames")
    made = inner.keras(before(frames), training=False)
    if not isinstance(made, dict):
        made = _named(made, inner, {"frames", before.name, inner.keras.name})
    return KerasModel(keras.Model(frames, made), name=inner.name, labels=inner.labels)


def _named(made: Any, inner: KerasModel, taken: set[str]) -> Any:
    """Return the outputs, a tensor or a list, under the names they have in the model itself, where those are free."""
    import keras

    names = [f"{spec.name}_output" if spec.name in taken else spec.name for spec in inner.outputs]
    tensors = keras.tree.flatten(made)
    named = [keras.layers.Identity(name=name)(tensor) for name, tensor in zip(names, tensors, strict=True)]
    return keras.tree.pack_sequence_as(made, named)


def _frame_size(value: Size | None) -> Size | None:
    if value is None:
        return None
    sides = tuple(value)
    if len(sides) != 2 or not all(isinstance(side, int | np.integer) and side > 0 for side in sides):
        raise InvalidValue(f"frame_size is (height, width) of the frames in pixels; got {value!r}")
    return int(sides[0]), int(sides[1])


def _real_frames(size: Size) -> np.ndarray:
    """Return real photos at the size of the frames: (N, H, W, 3) uint8 RGB."""
    photos = real_photos(FRAMES)
    return np.stack([cv2.resize(photo, size[::-1], interpolation=cv2.INTER_AREA) for photo in photos])


def _level(recipe: Recipe, frames: np.ndarray) -> float:
    """Return what one level of a pixel makes in the tensor, where an engine may round a pixel otherwise; else 0."""
    rounds = recipe.size is not None and recipe.rounding == "uint8" and recipe.order == "resize_first"
    return max(one_level(recipe, frame) for frame in frames) if rounds and recipe.dtype == "float32" else 0.0


def _limits(inner: Model, tensors: np.ndarray, expected: dict[str, np.ndarray], level: float) -> dict[str, float]:
    """Return how far each output may lie off: float noise, or what one level in few pixels makes of it.

    Kernels that sum floats round a pixel the other way where the sum lies at .5 within the last bit; that takes the
    sums of another engine, or of another processor, and no engine can be held to it.
    """
    name = inner.inputs[0].name
    noise = own_noise(inner, {name: tensors}, expected)
    chosen = np.random.default_rng(SEED).random(tensors.shape) < CHANCE
    moved = answers(inner, {name: tensors + (chosen * level).astype(tensors.dtype)})
    by_level = relative_differences(expected, moved)
    return {output: max(TOLERANCE, noise[output], by_level[output]) for output in expected}


def _open(path: Path, to: str) -> Model:
    if to == "keras":
        return open_keras(path, name=path.stem, labels=None, trust=False)
    return open_converted(path, to)


def _expect_same_answers(
    model: Model, frames: np.ndarray, expected: dict[str, np.ndarray], limits: dict[str, float]
) -> None:
    """Refuse a model that answers otherwise than the recipe and its model do.

    Raises:
        ConversionError: an output differs by more than its limit, in name or in shape.
    """
    try:
        got = answers(model, {model.inputs[0].name: frames})
    finally:
        model.close()
    for output, difference in relative_differences(expected, got).items():
        if not difference <= limits[output]:
            raise ConversionError(
                f"with the recipe inside, output {output!r} differs by {difference:.1e} of its largest value on real "
                f"frames, more than {limits[output]:.1e}; nothing was written: keep the recipe outside, by "
                'export(recipe, "cv2")'
            )
