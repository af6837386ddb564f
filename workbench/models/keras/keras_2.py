"""Settings that Keras 2 wrote into every file and Keras 3 refuses, though they say nothing: read over."""

from __future__ import annotations

from typing import Any

# Layer -> what Keras 2.x stored for it by default, which is all that its Keras 3 namesake can do.
DEFAULTS: dict[str, dict[str, Any]] = {
    "DepthwiseConv2D": {"groups": 1},  # in Teachable Machine's files, for one
    "Conv2DTranspose": {"groups": 1},
    "LSTM": {"time_major": False},
    "GRU": {"time_major": False},
    "SimpleRNN": {"time_major": False},
    "RNN": {"time_major": False},
}


def readers() -> dict[str, type]:
    """Return the `custom_objects` for reading a file of Keras 2: they make Keras' own layers."""
    import keras

    return {name: _reader(getattr(keras.layers, name), defaults) for name, defaults in DEFAULTS.items()}


def _reader(layer: Any, defaults: dict[str, Any]) -> type:
    def from_config(config: dict[str, Any]) -> Any:
        kept = {key: value for key, value in config.items() if key not in defaults or value != defaults[key]}
        return layer.from_config(kept)

    return type(layer.__name__, (layer,), {"from_config": staticmethod(from_config)})
