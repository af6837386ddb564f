"""Port EfficientNet-Lite0 from PyTorch weights to a Keras model, every BatchNormalization kept as a layer.

The architecture is that of the PyPI package efficientnet-lite-pytorch 0.1.0 (`efficientnet_lite_pytorch/utils.py`,
block arguments of lite0): EfficientNet-B0 without squeeze-and-excitation, ReLU6 for swish, padding as TensorFlow's
"same", normalization with epsilon 1e-3. Layers are named as there: `blocks.3.bn1` is `_blocks.3._bn1`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.samples.keras_file import save
from workbench.samples.torch_state import read_state_dict

if TYPE_CHECKING:
    import keras

EPSILON = 1e-3
# repeats, kernel, stride of the first, expansion, filters
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


def port(weights: Path, out: Path) -> None:
    """Write the Keras model of the checkpoint `weights` to `out` (.keras); the same bytes each time.

    Input `image` (N, 224, 224, 3) float32 RGB, (x - 127) / 128; output `probabilities` (N, 1000) float32.
    """
    state = read_state_dict(weights)
    model = build()
    load_torch_weights(model, state)
    save(model, out)


def build() -> keras.Model:
    """Return EfficientNet-Lite0 with untrained weights."""
    import keras

    image = keras.Input((224, 224, 3), dtype="float32", name="image")
    x = _convolve(image, "conv_stem", "bn0", filters=32, kernel=3, stride=2)
    index = 0
    for repeats, kernel, stride, expansion, filters in STAGES:
        for repeat in range(repeats):
            x = _block(x, f"blocks.{index}", kernel, stride if repeat == 0 else 1, expansion, filters)
            index += 1
    x = _convolve(x, "conv_head", "bn1", filters=1280)
    x = keras.layers.GlobalAveragePooling2D(name="avg_pooling")(x)
    x = keras.layers.Dense(1000, name="fc")(x)
    return keras.Model(image, keras.layers.Softmax(name="probabilities")(x), name="efficientnet_lite0")


def load_torch_weights(model: keras.Model, state: dict[str, np.ndarray]) -> None:
    """Give every layer its tensors of `state`, turned to Keras' order of axes."""
    for layer in model.layers:
        if layer.weights:
            path = ".".join(part if part.isdigit() else f"_{part}" for part in layer.name.split("."))
            layer.set_weights(_weights(type(layer).__name__, path, state))


def _weights(kind: str, path: str, state: dict[str, np.ndarray]) -> list[np.ndarray]:
    weight = state[f"{path}.weight"]
    match kind:
        case "BatchNormalization":
            return [weight, *(state[f"{path}.{name}"] for name in ("bias", "running_mean", "running_var"))]
        case "DepthwiseConv2D":
            return [weight.transpose(2, 3, 0, 1)]  # (channel, 1, row, column) -> (row, column, channel, 1)
        case "Conv2D":
            return [weight.transpose(2, 3, 1, 0)]  # (out, in, row, column) -> (row, column, in, out)
        case _:
            return [weight.T, state[f"{path}.bias"]]  # Dense: (out, in) -> (in, out)


def _block(x: Any, name: str, kernel: int, stride: int, expansion: int, filters: int) -> Any:  # noqa: PLR0913,PLR0917
    """Inverted residual: expand, convolve each channel, project; add the input where the shapes agree."""
    import keras

    before, channels = x, x.shape[-1]
    if expansion != 1:
        x = _convolve(x, f"{name}.expand_conv", f"{name}.bn0", filters=channels * expansion)
    x = _convolve(x, f"{name}.depthwise_conv", f"{name}.bn1", kernel=kernel, stride=stride)
    x = _convolve(x, f"{name}.project_conv", f"{name}.bn2", filters=filters, activate=False)
    if stride == 1 and channels == filters:
        x = keras.layers.Add(name=f"{name}.add")([x, before])
    return x


def _convolve(  # noqa: PLR0913
    x: Any, name: str, norm: str, *, filters: int = 0, kernel: int = 1, stride: int = 1, activate: bool = True
) -> Any:
    """Convolution - of each channel alone where `filters` is 0 - then normalization and ReLU6."""
    import keras

    shape: dict[str, Any] = {"strides": stride, "padding": "same", "use_bias": False, "name": name}
    if filters:
        x = keras.layers.Conv2D(filters, kernel, **shape)(x)
    else:
        x = keras.layers.DepthwiseConv2D(kernel, **shape)(x)
    x = keras.layers.BatchNormalization(epsilon=EPSILON, name=norm)(x)
    return keras.layers.ReLU(6.0, name=f"{norm}.relu6")(x) if activate else x
