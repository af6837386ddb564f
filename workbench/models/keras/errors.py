"""Why Keras could not load a file, in one line with the way round."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbench.errors import ModelLoadError
from workbench.models.causes import cause_of
from workbench.models.opening.keras_config import LAMBDA, TFSM

# Pieces of Keras 3.15's own messages -> cause and cure. First match wins.
IN_KERAS_2 = (
    "open it where it was made (Keras 2: TensorFlow 2.15 or older), export it there with "
    "tf.saved_model.save(model, FOLDER), and load that folder"
)
CAUSES = (
    (r"TFSMLayer", TFSM),
    (
        r"Unknown layer: '(?P<name>TFOpLambda|SlicingOpLambda|ClassMethod|InstanceMethod|InstanceProperty)'",
        f"it is of Keras 2 and holds a TensorFlow operation stored by name ({{name}}), which Keras 3 cannot rebuild; "
        f"{IN_KERAS_2}",
    ),
    (
        r"Unknown layer: '(?P<name>KerasLayer)'",
        f"it holds a layer of tensorflow_hub ({{name}}), which works in Keras 2 only; {IN_KERAS_2}",
    ),
    (
        r"Unknown layer: '(?P<name>SyncBatchNormalization|CuDNNLSTM|CuDNNGRU|ThresholdedReLU|LocallyConnected[12]D|"
        r"RandomFourierFeatures|SequenceFeatures|DenseFeatures)'",
        f"it is of Keras 2 and holds its layer {{name}}, which Keras 3 has no more; {IN_KERAS_2}",
    ),
    (
        r"cannot contain character `/`.{0,40}name=(?P<name>\S+)",
        f"its layer {{name}} has a slash in its name, which Keras 3 does not take; {IN_KERAS_2}",
    ),
    (r"Lambda|safe_mode|unsafe deserialization|allow_.*unsafe", LAMBDA),
    (
        r"Could not locate function '?(?P<name>[\w>]+)'?|"
        r"Could not interpret \w+ identifier: \{[^}]*'config': '(?P<other>\w+)'",
        "it calls for the function {name}, which is not known here; import the module that registers it with "
        "@keras.saving.register_keras_serializable() before loading",
    ),
    (
        r"Unknown layer: '(?P<name>TrueDivide|FloorDivide|GetItem|ExpandDims|Negative)'",
        "it holds Keras' operation {name} outside of a layer, which Keras writes into an .h5 and cannot read "
        "back; save the model with model.save('NAME.keras') where it was made",
    ),
    (
        r"Could not locate class '?(?P<name>[\w>]+)'?|Unknown layer: '?(?P<other>[\w>]+)'?",
        "it uses the custom class {name}, which is not known here; import the module that registers it with "
        "@keras.saving.register_keras_serializable() before loading",
    ),
    (
        r"Unrecognized keyword arguments passed to (?P<name>\w+: \{[^}]*\})",
        f"its layer has a setting that this Keras does not know ({{name}}), so it is of another version; {IN_KERAS_2}",
    ),
    (
        r"Error when deserializing class '(?P<name>\w+)'",
        "the configuration of its layer {name} is of another Keras version; load it in the version that saved it and "
        "save it again with model.save('NAME.keras')",
    ),
    (
        r"expected \d+ variables, but received|shape of the target variable|objects could not be loaded|"
        r"mismatch in layer|Layer count mismatch|Weight count mismatch",
        "its weights do not fit its configuration, so it is damaged or was changed by hand; copy or save it again",
    ),
    (
        r"is incompatible with the layer: expected|Dimensions must be equal",
        "its layers do not fit each other, so it is damaged or was changed by hand; copy or save it again",
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
    if isinstance(error, ModelLoadError):
        return error
    text = " ".join(" ".join(str(cause) for cause in _chain(error)).split())
    if cause := cause_of(text, CAUSES):
        return ModelLoadError(f"{path}: {cause}")
    *_, root = _chain(error)
    if isinstance(root, KeyError):
        return ModelLoadError(
            f"{path}: it lacks {root}, so it is damaged or was changed by hand; copy or save it again"
        )
    said = " ".join(str(root).split())[:200]
    return ModelLoadError(f"{path}: Keras could not load it ({type(root).__name__}: {said}); copy or save it again")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it came of: Keras hides the reason behind a page of configuration."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
