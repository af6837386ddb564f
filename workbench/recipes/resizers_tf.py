"""The `resize` slot by TensorFlow, today's and TF1's legacy kernels. TensorFlow is imported on first use."""

from __future__ import annotations

import numpy as np

from workbench.quiet_tensorflow import import_tensorflow
from workbench.recipes.catalogue import choice
from workbench.recipes.geometry import Size
from workbench.recipes.resizers import Resizer

ROUNDED = "bit-exact with rounding=float; with rounding=uint8 TensorFlow's floats are rounded half to even and clipped"

TF = {
    "tf.bilinear": ("bilinear", False, "Four neighbours, no antialias; the default, also of keras.layers.Resizing."),
    "tf.bilinear_aa": ("bilinear", True, "Triangle kernel as wide as the reduction: antialiased, as Pillow."),
    "tf.bicubic": ("bicubic", False, "Keys cubic, a = -0.5, no antialias."),
    "tf.bicubic_aa": ("bicubic", True, "Keys cubic, a = -0.5, kernel as wide as the reduction: antialiased."),
    "tf.nearest": ("nearest", False, "The source pixel at floor((x + 0.5) * scale)."),
    "tf.area": ("area", False, "The mean of the covered source area, with TensorFlow's own edges."),
    "tf.lanczos3": ("lanczos3", False, "Lanczos of three lobes, no antialias."),
    "tf.lanczos3_aa": ("lanczos3", True, "Lanczos of three lobes, kernel as wide as the reduction: antialiased."),
}  # fmt: skip

TF1 = {
    "tf1.bilinear": (False, "TF1's bilinear: no half-pixel centres, the picture shifted up and left."),
    "tf1.bilinear_corners": (
        True,
        "TF1's bilinear with align_corners=True: corner pixels meet corner pixels.",
    ),
}


def as_dtype(pixels: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return float32 pixels as `dtype`: uint8 by rounding half to even and clipping to 0..255."""
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8) if dtype == np.uint8 else pixels


def tf_resizer(method: str, antialias: bool) -> Resizer:
    """Return `tf.image.resize` with one method."""

    def resize(image: np.ndarray, size: Size) -> np.ndarray:
        tf = import_tensorflow()
        resized = tf.image.resize(image.astype(np.float32), size, method=method, antialias=antialias)
        return as_dtype(resized.numpy(), image.dtype)

    return resize


def tf1_resizer(align_corners: bool) -> Resizer:
    """Return what `tf.compat.v1.image.resize_bilinear` calls, without its warning: bilinear from pixels' corners."""

    def resize(image: np.ndarray, size: Size) -> np.ndarray:
        tf = import_tensorflow()
        batch = image.astype(np.float32)[None]
        resized = tf.raw_ops.ResizeBilinear(images=batch, size=size, align_corners=align_corners)
        return as_dtype(resized.numpy()[0], image.dtype)

    return resize


for _name, (_method, _antialias, _definition) in TF.items():
    _resize = tf_resizer(_method, _antialias)
    _resize.__doc__ = _definition
    _source = f"tf.image.resize(method={_method!r}, antialias={_antialias}), TensorFlow 2.21"
    choice("resize", _name, source=_source, tolerance=ROUNDED)(_resize)

for _name, (_corners, _definition) in TF1.items():
    _resize = tf1_resizer(_corners)
    _resize.__doc__ = _definition
    _source = f"tf.compat.v1.image.resize_bilinear(align_corners={_corners}), TensorFlow 2.21"
    choice("resize", _name, source=_source, tolerance=ROUNDED)(_resize)
