"""Build and fit one small Keras network."""

from __future__ import annotations

from typing import Any

import numpy as np

from .draws import Config


def build(config: Config, shape: tuple[int, int, int], classes: int) -> Any:
    """Return an untrained Keras model for inputs of `shape`, with a softmax over the classes."""
    import keras

    inputs = keras.Input(shape)
    x = keras.layers.BatchNormalization(momentum=config.momentum)(inputs) if config.norm == "input" else inputs
    if config.nested:
        inner = keras.Input(x.shape[1:])
        x = keras.Model(inner, _blocks(inner, config), name="backbone")(x)
    else:
        x = _blocks(x, config)
    x = keras.layers.Flatten()(x) if config.head == "flatten" else keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dropout(config.dropout)(x)
    return keras.Model(inputs, keras.layers.Dense(classes, activation="softmax")(x))


def _blocks(x: Any, config: Config) -> Any:
    from keras import layers

    for index, width in enumerate(config.widths):
        convolution = layers.SeparableConv2D if config.separable and index else layers.Conv2D
        stride = 2 if config.pooling == "stride" else 1
        has_norm = config.norm != "none"
        kernel = config.kernel if index == 0 else 3
        x = convolution(width, kernel, stride, padding="same", use_bias=not has_norm or config.norm == "after")(x)
        steps = [layers.Activation(config.activation)]
        if has_norm:
            steps.insert(config.norm == "after", layers.BatchNormalization(momentum=config.momentum))
        if config.pooling != "stride":
            steps.append(layers.MaxPooling2D(2) if config.pooling == "max" else layers.AveragePooling2D(2))
        for step in steps:
            x = step(x)
    return x


def fit(model: Any, config: Config, tensors: np.ndarray, truth: np.ndarray) -> None:
    """Train it, with a learning rate that falls to nothing."""
    import keras

    steps = config.epochs * -(-len(tensors) // config.batch)
    rate = keras.optimizers.schedules.CosineDecay(config.rate, steps)
    model.compile(keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy")
    model.fit(tensors, truth, batch_size=config.batch, epochs=config.epochs, verbose=0)
