"""Pixel levels into a network's range, in the many ways that people write it."""

from __future__ import annotations

import ast

import numpy as np

MEAN, STD = np.array((0.485, 0.456, 0.406)), np.array((0.229, 0.224, 0.225))  # ImageNet, for red, green, blue
VGG = np.array((123.68, 116.779, 103.939))
LINEAR = {  # range -> mean and std in levels, for red, green, blue
    "raw": (0, 1), "unit": (0, 255), "symmetric": (127.5, 127.5), "centered": (127, 128),
    "torch": (255 * MEAN, 255 * STD), "caffe": (VGG, 1), "torch_swapped": (255 * MEAN[::-1], 255 * STD[::-1]),
    "caffe_swapped": (VGG[::-1], 1), "unit256": (0, 256), "double_unit": (0, 255 * 255),
}  # fmt: skip
MODES = {"symmetric": "tf", "torch": "torch", "caffe": "caffe"}  # of keras.applications' preprocess_input
ALWAYS = ("divide", "multiply", "float64", "inplace")
WAYS = (*ALWAYS, "table", "library")


def constants(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and std (3,) of a range that is linear, for red, green, blue."""
    if name.startswith("affine"):
        call = ast.parse(name, mode="eval").body
        assert isinstance(call, ast.Call)
        given = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
        mean, std = given["mean"], given.get("std", 1.0)
    else:
        mean, std = LINEAR[name]
    return np.broadcast_to(np.float64(mean), 3), np.broadcast_to(np.float64(std), 3)


def level_of(name: str) -> float:
    """Return by how much one pixel level moves the tensor, at the least; per_image: of a usual photo."""
    return 1 / 64 if name == "per_image" else float((1 / np.abs(constants(name)[1])).min())


def scaled(pixels: np.ndarray, name: str, color: str, way: str) -> np.ndarray:
    """Return (H, W, C) pixels in the range `name`; float64 where it is computed so.

    way: "divide", "multiply" (by the reciprocal), "float64", "inplace", "table" (256 values looked up), or
    "library" (`preprocess_input`, `tf.image.per_image_standardization`).
    """
    if name == "raw":
        return pixels.astype(np.float64 if way == "float64" else np.float32)
    if name == "per_image":
        return _standardized(pixels, way)
    mean, std = constants(name)
    if color == "bgr":
        mean, std = mean[::-1], std[::-1]
    elif color.startswith("gray") and color != "gray3":
        mean, std = mean[:1], std[:1]
    if way == "table" and pixels.dtype == np.uint8:
        table = ((np.arange(256)[:, None] - mean) / std).astype(np.float32)
        return np.stack([table[pixels[..., c], c] for c in range(pixels.shape[2])], axis=-1)
    if way == "library" and name in MODES and color in ("rgb", "bgr"):
        return _by_keras(pixels, MODES[name], color)
    return _computed(pixels, mean, std, way)


def _computed(pixels: np.ndarray, mean: np.ndarray, std: np.ndarray, way: str) -> np.ndarray:
    if way == "float64":
        return (pixels.astype(np.float64) - mean) / std
    small = pixels.astype(np.float32)
    if way == "multiply":
        return (small - mean.astype(np.float32)) * (1 / std).astype(np.float32)
    if way == "inplace":
        small -= mean.astype(np.float32)
        small /= std.astype(np.float32)
        return small
    return (small - mean.astype(np.float32)) / std.astype(np.float32)


def _by_keras(pixels: np.ndarray, mode: str, color: str) -> np.ndarray:
    """Return Keras' own result in the channel order `color`; it takes RGB, and caffe hands out BGR."""
    from keras.applications.imagenet_utils import preprocess_input

    rgb = pixels[..., ::-1] if color == "bgr" else pixels
    done = preprocess_input(rgb.astype(np.float32), mode=mode)
    gives = "bgr" if mode == "caffe" else "rgb"
    return done if gives == color else done[..., ::-1]


def _standardized(pixels: np.ndarray, way: str) -> np.ndarray:
    if way == "library":
        import tensorflow as tf

        return tf.image.per_image_standardization(pixels.astype(np.float32)).numpy()
    values = pixels.astype(np.float64)
    done = (values - values.mean()) / max(values.std(), 1 / np.sqrt(values.size))
    return done if way == "float64" else done.astype(np.float32)
