"""Make a classifier out of EfficientNet-Lite0 that takes what Keras' mode caffe makes: blue first, less the means.

The Caffe-trained networks of `keras.applications` come in no package. This one has their input and real answers: a
convolution of 1 x 1 before EfficientNet-Lite0 exchanges the channels and puts the levels into its range.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from workbench.samples.efficientnet_lite import build, load_torch_weights
from workbench.samples.keras_file import save
from workbench.samples.torch_state import read_state_dict

MEANS = (103.939, 116.779, 123.68)  # of blue, green, red: keras.applications, imagenet_utils.py, mode "caffe"
MIDDLE, SPREAD = 127.0, 128.0  # EfficientNet-Lite's (x - 127) / 128


def make(weights: Path, out: Path) -> None:
    """Write the Keras model (.keras) of the checkpoint `weights` to `out`; the same bytes each time.

    Input `image` (N, 224, 224, 3) float32 BGR, levels less MEANS; output `probabilities` (N, 1000) float32.
    """
    import keras

    classifier = build()
    load_torch_weights(classifier, read_state_dict(weights))
    image = keras.Input((224, 224, 3), name="image")
    point = keras.layers.Conv2D(3, 1, name="point")
    model = keras.Model(image, classifier(point(image)), name="efficientnet_lite0_caffe")
    exchanged = np.eye(3, dtype=np.float32)[::-1] / SPREAD  # (in: blue, green, red; out: red, green, blue)
    point.set_weights([exchanged[None, None], (np.array(MEANS[::-1], np.float32) - MIDDLE) / SPREAD])
    save(model, out)
