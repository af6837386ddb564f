"""1080p and 720p BGR frames to 224 x 224 float32: the compiled recipe beside what people write.

Run: `python benchmarks/preprocess.py`. One thread for every case (OpenCV, TensorFlow and Pillow alike).
"cold" goes round 64 frames, more than the caches hold; "hot" takes one frame again and again.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from collections.abc import Callable

import cv2
import numpy as np
from measure import interleaved, machine, median, print_table
from PIL import Image

from workbench import Recipe, open_frames

SIDE = 224
MEANS = (104, 117, 123)  # the tutorial's, in the order it applies them
Function = Callable[[np.ndarray], np.ndarray]


def tutorial_unit(frame: np.ndarray) -> np.ndarray:
    """Convert all, resize, divide in float64, add an axis, cast: the usual way to [0, 1]."""
    rgb = cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
    resized = cv2.resize(rgb, (SIDE, SIDE))
    return np.expand_dims(resized / 255.0, axis=0).astype(np.float32)


def tutorial_means(frame: np.ndarray) -> np.ndarray:
    """Convert all, resize, cast, subtract channel by channel: the usual way to centre on means."""
    pixels = cv2.resize(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), (SIDE, SIDE)).astype(np.float32)
    for channel, mean in enumerate(MEANS):
        pixels[:, :, channel] -= mean
    return np.expand_dims(pixels, axis=0)


def blob(frame: np.ndarray) -> np.ndarray:
    """OpenCV's own helper, put back into NHWC."""
    return cv2.dnn.blobFromImage(frame, 1 / 255.0, (SIDE, SIDE), swapRB=True).transpose(0, 2, 3, 1).copy()


def tensorflow(frame: np.ndarray) -> np.ndarray:
    """tf.image.resize on the reversed channels."""
    import tensorflow as tf

    return (tf.image.resize(frame[..., ::-1], (SIDE, SIDE)) / 255.0).numpy()[None]


def pillow(frame: np.ndarray) -> np.ndarray:
    """Pillow's bilinear, which is antialiased."""
    picture = Image.fromarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
    resized = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BILINEAR))
    return (resized / np.float32(255))[None]


def floor() -> Function:
    """cv2.resize of the uint8 frame plus a copy of the output: less work cannot give a float32 tensor."""
    pixels = np.empty((SIDE, SIDE, 3), np.uint8)
    tensor, slot = np.zeros((2, SIDE, SIDE, 3), np.float32)

    def run(frame: np.ndarray) -> np.ndarray:
        cv2.resize(frame, (SIDE, SIDE), dst=pixels)
        np.copyto(slot, tensor)
        return slot

    return run


def into_slot(recipe: Recipe) -> Function:
    """Compile the recipe for BGR frames, writing into one slot of a batch."""
    compiled = recipe.compile("bgr")
    slot = np.empty((1, *compiled.shape), compiled.dtype)
    return lambda frame: compiled(frame, slot[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--frames", type=int, default=64, help="frames in the cold round trip")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    unit = Recipe(size=(SIDE, SIDE), range="unit")
    means = Recipe(size=(SIDE, SIDE), range=f"affine(mean={list(map(float, MEANS))}, std=1.0)")
    cases: dict[str, Function] = {
        "floor: resize + copy": floor(),
        "workbench unit": into_slot(unit),
        "workbench means": into_slot(means),
        "workbench uint8": into_slot(Recipe(size=(SIDE, SIDE), dtype="uint8")),
        "tutorial unit": tutorial_unit,
        "tutorial means": tutorial_means,
        "cv2.dnn.blobFromImage": blob,
        "tf.image.resize": tensorflow,
        "Pillow bilinear": pillow,
    }
    baseline = {"workbench means": "tutorial means", "tutorial means": "tutorial means"}
    print(f"Measured on {machine()}; one thread; medians over {arguments.rounds} interleaved rounds.")
    clip = open_frames("sample:bikes/bigbuckbunny.mp4")
    for name, (width, height) in {"1080p": (1920, 1080), "720p": (1280, 720)}.items():
        source = [image for image, _ in zip(clip.arrays(), range(arguments.frames), strict=False)]
        frames = [cv2.resize(image, (width, height)) for image in source]
        check_equal(frames[0], unit, means)
        for state, inputs in {"cold": frames, "hot": frames[:1] * 64}.items():
            taken = {k: median(v) for k, v in interleaved(cases, inputs, rounds=arguments.rounds).items()}
            rows = [
                (k, s * 1e3, taken[baseline.get(k, "tutorial unit")] / s, s / taken["floor: resize + copy"])
                for k, s in taken.items()
            ]
            print_table(
                f"{name}, {state}",
                ["case", "ms a frame", "times faster than the tutorial's", "of the floor"],
                rows,
            )


def check_equal(frame: np.ndarray, unit: Recipe, means: Recipe) -> None:
    """Stop unless the compiled recipes give the tutorial's values bit by bit."""
    np.testing.assert_array_equal(into_slot(unit)(frame), tutorial_unit(frame)[0])
    np.testing.assert_array_equal(into_slot(means)(frame), tutorial_means(frame)[0])


if __name__ == "__main__":
    main()
