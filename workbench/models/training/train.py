"""`train`: the small network, trained on labelled pictures under a recipe or a mixture of recipes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import InvalidValue
from workbench.frames import open_frames
from workbench.frames.frame import FrameSequence, FrameStream
from workbench.models.keras.model import KerasModel
from workbench.models.model import Model
from workbench.models.training.network import WIDTHS, small_cnn
from workbench.recipes import Recipe

EPOCHS, BATCH, RATE = 16, 32, 2e-3  # passes over the pictures; pictures a step; Adam's learning rate at the start
SMALLEST = 2 ** len(WIDTHS)  # pixels a side that the poolings leave something of
Pictures = FrameSequence | str | Path | np.ndarray | list[Any]


def train(  # noqa: PLR0913 - the pictures, how they are fed, and three options by name
    frames: Pictures,
    truth: Sequence[int] | np.ndarray,
    recipe: Recipe | Sequence[Recipe],
    *,
    seed: int,
    labels: Sequence[str] | None = None,
    epochs: int = EPOCHS,
) -> Model:
    """Train the small network on labelled pictures, under one recipe or several mixed.

    With several recipes each picture is, in each epoch, under one of them drawn at random. The same arguments give
    the same weights on the same machine. Adam, with a learning rate that falls to nothing along a cosine.

    Args:
        frames: labelled pictures, an opened sequence or anything `open_frames` takes.
        truth: (N,) the class index of each, from 0.
        recipe: the recipe of training, or several.
        seed: of the weights, the order of the pictures and the draws of a mixture.
        labels: class names in class order; by default "class 0" and so on.
        epochs: passes over the pictures.

    Raises:
        InvalidValue: not one class for each picture, fewer than two classes, no recipe, recipes whose tensors
            differ in shape, or a recipe the network cannot be trained under.
    """
    recipes = [recipe] if isinstance(recipe, Recipe) else list(recipe)
    shape = _shape(recipes)
    pictures = frames if isinstance(frames, FrameSequence) else _opened(frames)
    try:
        classes = _checked(np.asarray(truth), len(pictures), labels)
        tensors = [each.batch(pictures.decoded_by(each.decode, each.exif)) for each in recipes]
    finally:
        if pictures is not frames:
            pictures.close()
    network = small_cnn(shape, classes, seed=seed)
    _fit(network, tensors, np.asarray(truth), seed=seed, epochs=epochs)
    return KerasModel(network, labels=None if labels is None else tuple(labels))


def _fit(network: Any, tensors: list[np.ndarray], truth: np.ndarray, *, seed: int, epochs: int) -> None:
    """Fit it epoch by epoch, so that each draws anew which recipe a picture is under, and the order of the pictures."""
    import keras

    steps = epochs * -(-len(truth) // BATCH)
    adam = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, steps))
    adam.build(network.trainable_variables)  # else the first step makes variables, and is traced twice for that
    network.compile(adam, loss="sparse_categorical_crossentropy")
    rng = np.random.default_rng(seed)
    shown = np.empty_like(tensors[0])
    for _ in range(epochs):
        order, drawn = rng.permutation(len(truth)), rng.integers(len(tensors), size=len(truth))
        for place, (picture, which) in enumerate(zip(order, drawn, strict=True)):
            shown[place] = tensors[which][picture]
        network.fit(shown, truth[order], batch_size=BATCH, shuffle=False, verbose=0)


def _shape(recipes: Sequence[Recipe]) -> tuple[int, ...]:
    """Return the shape of one tensor, which all recipes share."""
    if not recipes:
        raise InvalidValue("recipe: train needs a recipe, or several to mix; got none")
    for each in recipes:
        if each.size is None or min(each.size) < SMALLEST or (each.dtype, each.layout) != ("float32", "nhwc"):
            raise InvalidValue(
                f"recipe: the small network takes float32 NHWC tensors of {SMALLEST} pixels a side or more; got "
                f"size={each.size}, dtype={each.dtype!r}, layout={each.layout!r}; change these slots"
            )
    shapes = {each.compile().shape for each in recipes}
    if len(shapes) > 1:
        raise InvalidValue(f"recipe: recipes that are mixed make tensors of one shape; got {sorted(map(str, shapes))}")
    return tuple(shapes.pop() or ())


def _opened(frames: Any) -> FrameSequence:
    source: FrameStream = open_frames(frames)
    if isinstance(source, FrameSequence):
        return source
    source.close()
    raise InvalidValue(f"{source.origin}: a stream comes once; keep some frames with take(source, limit=...)")


def _checked(truth: np.ndarray, count: int, labels: Sequence[str] | None) -> int:
    """Return the number of classes."""
    if truth.shape != (count,) or truth.dtype.kind not in "iu" or not count or truth.min() < 0:
        raise InvalidValue(
            f"truth: expected one class index from 0 for each of {count} pictures; got {truth.shape} {truth.dtype}"
        )
    classes = int(truth.max()) + 1 if labels is None else len(labels)
    if classes < 2 or truth.max() >= classes:
        raise InvalidValue(f"truth: {int(truth.max()) + 1} classes for {classes} labels; two or more are needed")
    return classes
