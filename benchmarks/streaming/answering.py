"""The model that every case runs, as the tutorials run it and as ours: BGR picture in, most probable class out."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from workbench import Recipe, load_model, sample_path
from workbench.models.engines.find import fast_model

MODEL = "sample:efficientnet-lite0"
RECIPE = Recipe(size=(224, 224), range="centered")  # what the tutorials' lines do, with the model's own range
Answer = Callable[[np.ndarray], int]  # (H, W, 3) uint8 BGR -> class


def tutorial() -> Answer:
    """Resize, convert, scale, add an axis, make a tensor, `model.predict`; the progress bar is left out."""
    from workbench.models.tensorflow.runtime import import_tensorflow

    tf = import_tensorflow()
    model = tf.keras.models.load_model(sample_path(MODEL), compile=False)

    def answer(image: np.ndarray) -> int:
        pixels = (cv2.cvtColor(cv2.resize(image, (224, 224)), cv2.COLOR_BGR2RGB) - 127.0) / 128.0
        return int(np.argmax(model.predict(tf.convert_to_tensor(pixels[None, ...]), verbose=0)))

    return answer


def fast(threads: int | None = None) -> Answer:
    """Return the compiled recipe and the quickest engine, with one thread a core or as many as are asked for."""
    model = load_model(MODEL, engine="fast") if threads is None else fast_model(sample_path(MODEL), threads=threads)
    compiled = RECIPE.compile("bgr")
    slot = np.empty((1, *compiled.shape), compiled.dtype)

    def answer(image: np.ndarray) -> int:
        compiled(image, slot[0])
        return int(np.argmax(next(iter(model.predict(slot).values()))))

    return answer


def warm(engine: str) -> Answer:
    """Load `keras` or `fast`, and run it until it is warm."""
    answer = tutorial() if engine == "keras" else fast()
    for _ in range(3):
        answer(np.zeros((720, 1280, 3), np.uint8))
    return answer
