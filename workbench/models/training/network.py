"""The small network: three convolutional blocks, a few seconds to train on two cores."""

from __future__ import annotations

from typing import Any

from workbench.quiet_tensorflow import import_tensorflow

WIDTHS = (16, 32, 64)  # channels of the blocks; each halves height and width
MOMENTUM = 0.9  # of the moving averages: Keras' 0.99 does not settle in a few hundred steps


def small_cnn(shape: tuple[int, ...], classes: int, *, seed: int) -> Any:
    """Return an untrained Keras model for inputs of `shape` (H, W, C), with a softmax over the classes.

    A block is a 3 x 3 convolution, batch normalization, ReLU and 2 x 2 max pooling; then come the mean over the
    places and a dense layer. Normalization behind the first convolution makes it indifferent to the scale of the
    input, so that no range of a recipe is easier to learn under. Every weight starts from `seed` alone (He et al.,
    Delving deep into rectifiers, 2015), whatever the global random state of Python, NumPy and Keras.
    """
    import_tensorflow()
    import keras

    inputs = x = keras.Input(shape)
    for place, width in enumerate(WIDTHS):
        start = keras.initializers.HeNormal(seed=seed * (len(WIDTHS) + 1) + place)
        x = keras.layers.Conv2D(width, 3, padding="same", use_bias=False, kernel_initializer=start)(x)
        x = keras.layers.BatchNormalization(momentum=MOMENTUM)(x)
        x = keras.layers.ReLU()(x)
        x = keras.layers.MaxPooling2D(2)(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    start = keras.initializers.GlorotUniform(seed=seed * (len(WIDTHS) + 1) + len(WIDTHS))
    outputs = keras.layers.Dense(classes, activation="softmax", kernel_initializer=start)(x)
    return keras.Model(inputs, outputs, name="small-cnn")
