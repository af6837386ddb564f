"""Make the three networks of the face detector MTCNN as Keras models.

The architectures are those of the PyPI package mtcnn 1.0.0 (`mtcnn/network/pnet.py`, `rnet.py`, `onet.py`), after
Zhang et al., "Joint Face Detection and Alignment using Multi-task Cascaded Convolutional Networks", 2016. Input is
(x - 127.5) / 128 RGB; outputs are `offsets` of the box's corners, and `probabilities` of (no face, face).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.samples.keras_file import save
from workbench.samples.lz4_arrays import read_arrays

if TYPE_CHECKING:
    import keras

Layers = tuple[tuple[int, int, tuple[int, int, str] | None], ...]  # filters, kernel, pooling: size, stride, padding
CONVOLUTIONS: dict[str, Layers] = {
    "pnet": ((10, 3, (2, 2, "same")), (16, 3, None), (32, 3, None)),
    "rnet": ((28, 3, (3, 2, "same")), (48, 3, (3, 2, "valid")), (64, 2, None)),
    "onet": ((32, 3, (3, 2, "same")), (64, 3, (3, 2, "valid")), (64, 3, (2, 2, "same")), (128, 2, None)),
}
SIDES = {"pnet": None, "rnet": 24, "onet": 48}  # pixels; the first network takes pictures of any size
DENSE = {"rnet": 128, "onet": 256}  # units
OUTPUTS = {
    "pnet": {"offsets": 4, "probabilities": 2},
    "rnet": {"offsets": 4, "probabilities": 2},
    "onet": {"offsets": 4, "landmarks": 10, "probabilities": 2},  # landmarks: x of 5 points, then y
}


def port(folder: Path, out: Path) -> None:
    """Write pnet.keras, rnet.keras and onet.keras into `out`, from the weights NAME.lz4 of the package in `folder`."""
    for name in CONVOLUTIONS:
        model = build(name)
        weights = _in_order(model)
        arrays = read_arrays((folder / f"{name}.lz4").read_bytes(), [tuple(weight.shape) for weight in weights])
        for weight, array in zip(weights, arrays, strict=True):
            weight.assign(array)
        save(model, out / f"{name}.keras")


def build(name: str) -> keras.Model:
    """Return the network `name` with untrained weights; its outputs are a dictionary."""
    import keras

    side = SIDES[name]
    x = image = keras.Input((side, side, 3), name="image")
    for number, (filters, kernel, pooling) in enumerate(CONVOLUTIONS[name], start=1):
        x = keras.layers.Conv2D(filters, kernel, name=f"conv{number}")(x)
        x = keras.layers.PReLU(shared_axes=[1, 2], name=f"prelu{number}")(x)
        if pooling:
            size, stride, padding = pooling
            x = keras.layers.MaxPooling2D(size, stride, padding, name=f"pool{number}")(x)
    if name in DENSE:
        x = keras.layers.Permute((2, 1, 3), name="permute")(x)  # the weights were trained with columns first
        x = keras.layers.Dense(DENSE[name], name="dense")(keras.layers.Flatten(name="flatten")(x))
        x = keras.layers.PReLU(name="prelu_dense")(x)
    return keras.Model(image, {key: _head(x, name, key) for key in OUTPUTS[name]}, name=name)


def _in_order(model: keras.Model) -> list[Any]:
    """Return the weights in the order of the package: layer by layer as they are built, then the outputs."""
    heads = OUTPUTS[model.name]
    layers = [layer for layer in model.layers if layer.name not in heads] + [model.get_layer(name) for name in heads]
    return [weight for layer in layers for weight in layer.weights]


def _head(x: Any, name: str, output: str) -> Any:
    import keras

    shape: dict[str, Any] = {"activation": "softmax" if output == "probabilities" else None, "name": output}
    units = OUTPUTS[name][output]
    return (keras.layers.Dense(units, **shape) if name in DENSE else keras.layers.Conv2D(units, 1, **shape))(x)
