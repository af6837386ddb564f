"""The last slots: `dtype`, `layout`, and the small ones that only name a rule."""

from __future__ import annotations

import numpy as np

from workbench.recipes.catalogue import choice

Quantization = tuple[float, int]  # scale, zero point


@choice("dtype", "float32", source="the input of nearly every Keras model")
def float32(tensor: np.ndarray, quantization: Quantization | None) -> np.ndarray:
    """32-bit floats, unchanged."""
    del quantization
    return tensor


@choice("dtype", "float16", source="numpy.ndarray.astype(float16), IEEE 754 round to nearest")
def float16(tensor: np.ndarray, quantization: Quantization | None) -> np.ndarray:
    """16-bit floats, rounded to nearest."""
    del quantization
    return tensor.astype(np.float16)


@choice("dtype", "uint8", source="TensorFlow Lite quantization specification: real = (q - zero_point) * scale")
def uint8(tensor: np.ndarray, quantization: Quantization | None) -> np.ndarray:
    """0..255: rounded half to even and clipped; with `quantization`, x / scale + zero point first."""
    return _integers(tensor, np.uint8, quantization)


@choice("dtype", "int8", source="TensorFlow Lite quantization specification: real = (q - zero_point) * scale")
def int8(tensor: np.ndarray, quantization: Quantization | None) -> np.ndarray:
    """-128..127: rounded half to even and clipped; with `quantization`, x / scale + zero point first."""
    return _integers(tensor, np.int8, quantization)


def _integers(tensor: np.ndarray, dtype: type[np.integer], quantization: Quantization | None) -> np.ndarray:
    scale, zero_point = quantization or (1.0, 0)
    limits = np.iinfo(dtype)
    quantized = np.rint(tensor / np.float32(scale)) + np.float32(zero_point)
    return np.clip(quantized, limits.min, limits.max).astype(dtype)


@choice("layout", "nhwc", source="TensorFlow's and Keras' default data_format channels_last")
def nhwc(tensor: np.ndarray) -> np.ndarray:
    """Height, width, channels."""
    return tensor


@choice("layout", "nchw", source="cv2.dnn.blobFromImage, ONNX and PyTorch models")
def nchw(tensor: np.ndarray) -> np.ndarray:
    """Channels, height, width; by transposing, never by reshaping."""
    return np.ascontiguousarray(np.moveaxis(tensor, -1, -3))


@choice("rotate", "0", source="-")
def rotate_0(image: np.ndarray) -> np.ndarray:
    """As the picture comes."""
    return image


@choice("rotate", "90", source="cv2.rotate(ROTATE_90_CLOCKWISE)")
def rotate_90(image: np.ndarray) -> np.ndarray:
    """90 degrees clockwise."""
    return np.ascontiguousarray(np.rot90(image, -1))


@choice("rotate", "180", source="cv2.rotate(ROTATE_180)")
def rotate_180(image: np.ndarray) -> np.ndarray:
    """180 degrees."""
    return np.ascontiguousarray(np.rot90(image, 2))


@choice("rotate", "270", source="cv2.rotate(ROTATE_90_COUNTERCLOCKWISE)")
def rotate_270(image: np.ndarray) -> np.ndarray:
    """270 degrees clockwise, which is 90 counter-clockwise."""
    return np.ascontiguousarray(np.rot90(image, 1))


@choice("rounding", "uint8", source="cv2.resize and Pillow on uint8 pictures")
def round_to_uint8(image: np.ndarray) -> np.ndarray:
    """Resized pixels are whole levels 0..255 before the range."""
    return image


@choice("rounding", "float", source="tf.image.resize, cv2.resize on float32, Pillow's mode F")
def keep_float(image: np.ndarray) -> np.ndarray:
    """Resized pixels keep their fractions, and cubic kernels their overshoot."""
    return image.astype(np.float32)


@choice("order", "resize_first", source="-")
def resize_first() -> bool:
    """Resize, then bring into range."""
    return False


@choice("order", "range_first", source="-")
def range_first() -> bool:
    """Bring the full picture into range as float32, then resize; `rounding` has nothing left to round."""
    return True
