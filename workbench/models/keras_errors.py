"""Why Keras could not load a file, in one line with the way round."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.errors import ModelLoadError

# Pieces of Keras 3.15's own messages -> cause and cure. First match wins.
CAUSES = (
    (
        r"Lambda|safe_mode|unsafe deserialization|allow_.*unsafe",
        "it holds a Lambda layer, which is Python code that runs on loading, and is blocked; if you know where the "
        "file comes from, give trust=True, else ask its author for a file without Lambda",
    ),
    (
        r"Could not locate class '?(?P<name>[\w>]+)'?|Unknown layer: '?(?P<other>[\w>]+)'?",
        "it uses the custom class {name}, which is not known here; import the module that registers it with "
        "@keras.saving.register_keras_serializable() before loading",
    ),
    (
        r"TFSMLayer",
        "it wraps a TensorFlow SavedModel (TFSMLayer); load that SavedModel itself",
    ),
    (
        r"Unrecognized keyword arguments passed to (?P<name>\w+)|Error when deserializing class '(?P<other>\w+)'",
        "the configuration of its layer {name} is of another Keras version; load it in the version that saved it and "
        "save it again with model.save('NAME.keras')",
    ),
    (
        r"truncated file|bad object header|Unable to .*open|wrong fixed address|unable to read|CRC|Bad magic|"
        r"Error -\d while decompressing|not a zip",
        "the file is cut off or damaged; copy or save it again",
    ),
    (
        r"No model config found",
        "it holds weights only; build the model in code and call model.load_weights(...), then give the model",
    ),
)


def load_error(path: Path, error: Exception) -> ModelLoadError:
    """Make the one-line error for a model file that Keras refused."""
    text = " ".join(str(error).split())
    for pattern, cause in CAUSES:
        match = re.search(pattern, text)
        if match:
            names = [value for value in match.groupdict().values() if value]
            return ModelLoadError(f"{path}: " + cause.format(name=names[0] if names else "?"))
    return ModelLoadError(f"{path}: Keras could not load it ({type(error).__name__}: {text[:200]})")
