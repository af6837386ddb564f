"""Make a model with one number for a picture out of EfficientNet-Lite0: the probability that it shows a dog.

It is the sum of the probabilities of ImageNet's 118 breeds of dog, as a layer after the classifier's own last one.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from workbench.samples.efficientnet_lite import build, load_torch_weights
from workbench.samples.keras_file import save
from workbench.samples.torch_state import read_state_dict

DOGS = slice(151, 269)  # ILSVRC 2012 classes, Chihuahua to Mexican hairless: all under WordNet's dog (n02084071)


def make(weights: Path, out: Path) -> None:
    """Write the Keras model (.keras) of the checkpoint `weights` to `out`; the same bytes each time.

    Input `image` (N, 224, 224, 3) float32 RGB, (x - 127) / 128; output `dog` (N, 1) float32 in 0..1.
    """
    import keras

    classifier = build()
    load_torch_weights(classifier, read_state_dict(weights))
    dog = keras.layers.Dense(1, use_bias=False, name="dog")
    model = keras.Model(classifier.inputs, dog(classifier.outputs[0]), name="dog_score")
    breeds = np.zeros((1000, 1), np.float32)
    breeds[DOGS] = 1
    dog.set_weights([breeds])
    save(model, out)
