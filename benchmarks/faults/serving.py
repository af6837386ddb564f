"""A serving function composed stage by stage: what a user's own code does, with or without faults in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from faults import arithmetic, resizing
from faults.decoding import clip_frames, picture
from faults.photos import Shots
from faults.pixels import edited, in_color, turned
from faults.steps import CASTS, Serving

Medium = Literal["rgb", "bgr", "path", "saved"]  # what the function is given; saved: tensors are all there is


def tensor(image: np.ndarray, s: Serving, takes: str = "rgb") -> np.ndarray:
    """Return the tensor of one picture (H, W, 3) uint8 in channel order `takes`, without batch axis."""
    image = in_color(turned(edited(image, s, takes), s.rotate), takes, s.color)
    slips = frozenset(name for name in ("truncate", "wrap") if getattr(s, name))

    def resized(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        return resizing.resize(np.ascontiguousarray(pixels), size, s.resize, rounding=s.rounding, slips=slips)

    if s.way == "blob":
        done = _blob(image, s)
    elif s.order == "range_first":
        floats = arithmetic.scaled(image, s.range, s.color, s.way).astype(np.float32)
        pixels, place = resizing.fitted(floats, s.size, s.fit, s.crop_fraction, resized)
        done = pixels if place is None else resizing.padded(pixels, s.size, place, _pad_in_range(s, image))
    else:
        pixels, place = resizing.fitted(image, s.size, s.fit, s.crop_fraction, resized)
        if place is not None:
            pixels = resizing.padded(pixels, s.size, place, np.full(pixels.shape[2], s.pad))
        done = arithmetic.scaled(pixels, s.range, s.color, s.way)
    return _handed_over(done, s)


def _blob(image: np.ndarray, s: Serving) -> np.ndarray:
    """A stretched picture in a range with one std, (H, W, C), by OpenCV's own preprocessing."""
    mean, std = arithmetic.constants(s.range)
    mean = mean[::-1] if s.color == "bgr" else mean
    blob = cv2.dnn.blobFromImage(image, 1 / std[0], (s.size[1], s.size[0]), mean.tolist(), swapRB=False)
    return blob[0].transpose(1, 2, 0)


def _pad_in_range(s: Serving, image: np.ndarray) -> np.ndarray:
    """Return the pad level as the picture's own levels are scaled."""
    if s.range == "per_image":
        return (np.full(image.shape[2], s.pad) - image.mean()) / max(image.std(), image.size**-0.5)
    level = np.full((1, 1, image.shape[2]), s.pad, np.uint8)
    return arithmetic.scaled(level, s.range, s.color, "divide")[0, 0]


def _handed_over(done: np.ndarray, s: Serving) -> np.ndarray:
    """Bring the tensor into dtype and layout, with the slips that happen there."""
    if s.transpose:
        done = done.swapaxes(0, 1)
    if s.uint8_cast:
        with np.errstate(invalid="ignore"):
            done = done.astype(np.uint8)
        done = done.astype(np.float32) if s.uint8_cast == "back" else done
    elif s.dtype in CASTS:
        scale, zero = s.quantization or (1.0, 0)
        limits = np.iinfo(CASTS[s.dtype])
        done = np.clip(np.rint(done / scale) + zero, limits.min, limits.max).astype(CASTS[s.dtype])
    elif s.dtype == "float16":
        done = done.astype(np.float16)
    if s.layout == "nchw":
        height, width, channels = done.shape
        return done.reshape(channels, height, width) if s.reshape else done.transpose(2, 0, 1)
    return np.ascontiguousarray(done.transpose(2, 0, 1)).reshape(done.shape) if s.reshape else done


def decoded(s: Serving, shots: Shots) -> list[np.ndarray]:
    """Return the frames of a case, RGB, as this code reads them from their files."""
    if shots.clip is not None:
        indices = tuple(i + s.frame_index for i in shots.indices)
        full = "full" if s.video_range == "full" else ""
        return list(clip_frames(shots.clip, indices, "709" if s.matrix == "709" else "", full))
    return [picture(path, s.decode, s.exif, s.chroma, s.alpha) for path in shots.paths]


def tensors(s: Serving, shots: Shots, medium: Medium) -> np.ndarray:
    """Return the tensors (N, ...) of a case's frames, with every slip and no habit; float64 as float32."""
    given = given_frames(shots) if medium in ("rgb", "bgr") else decoded(s, shots)
    made = np.stack([tensor(_in_order(image, medium), s, _takes(medium)) for image in given])
    return made.astype(np.float32) if made.dtype == np.float64 else made


def given_frames(shots: Shots) -> list[np.ndarray]:
    """Return the frames as the functions that take arrays are given them: OpenCV's, upright, here as RGB."""
    if shots.clip is not None:
        return list(clip_frames(shots.clip, shots.indices))
    return [picture(path, "cv2", "apply") for path in shots.paths]


def _takes(medium: Medium) -> str:
    return "bgr" if medium == "bgr" else "rgb"


def _in_order(image: np.ndarray, medium: Medium) -> np.ndarray:
    return cv2.cvtColor(image, cv2.COLOR_RGB2BGR) if medium == "bgr" else image


def function(s: Serving, medium: Medium) -> Callable[[Any], np.ndarray]:
    """Return the serving function, with its habits: a picture in the order `medium` says, or a path, to a tensor."""
    rng = np.random.default_rng(0)

    def of_array(image: np.ndarray) -> np.ndarray:
        takes = _takes(medium)
        if s.mutates_input == "convert":  # the channels exchanged where they lie
            cv2.cvtColor(image, cv2.COLOR_BGR2RGB, dst=image)
            takes = "rgb" if takes == "bgr" else "bgr"
        done = _with_axes(tensor(_shaken(image, s, rng), s, takes), s)
        if s.mutates_input == "draw":
            cv2.rectangle(image, (4, 4), (60, 24), (0, 255, 0), -1)
        return done

    def of_path(path: str | Path) -> np.ndarray:
        image = picture(Path(path), s.decode, s.exif, s.chroma, s.alpha)
        return _with_axes(tensor(_shaken(image, s, rng), s), s)

    return of_path if medium == "path" else of_array


def _with_axes(done: np.ndarray, s: Serving) -> Any:
    if s.hands == "view":
        done = np.ascontiguousarray(done[:, ::-1])[:, ::-1]
    if s.hands == "tensor":
        import tensorflow as tf

        return tf.constant(done)[None]
    if s.batch_axis == "twice":
        return done[None, None]
    return done[None] if s.batched and s.batch_axis != "dropped" else done


def _shaken(image: np.ndarray, s: Serving, rng: np.random.Generator) -> np.ndarray:
    """Return the picture as training's augmentation, left in by mistake, changes it."""
    if s.not_deterministic == "noise":
        return np.clip(np.rint(image + rng.normal(0, 2, image.shape)), 0, 255).astype(np.uint8)
    if s.not_deterministic == "flip":
        return np.ascontiguousarray(image[:, ::-1]) if rng.random() < 0.5 else image
    if s.not_deterministic == "jitter":
        top, left = (int(n) for n in rng.integers(0, 9, 2))
        return np.ascontiguousarray(image[top : image.shape[0] - 8 + top, left : image.shape[1] - 8 + left])
    return image
