"""From a path, a sample, a `keras-applications:` name or a Keras model in memory to the Model in its own runtime."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import InvalidValue, ModelLoadError
from workbench.models.labels import Labels, read_labels
from workbench.models.model import Model
from workbench.models.opening.file_kind import SAVED_MODEL_FILES, expect_for_opencv, runtime_of
from workbench.models.opening.recorded import expect_recorded_model
from workbench.models.opening.trust import check_trust, is_trusted
from workbench.models.opening.vetting import vet
from workbench.samples import resolve

APPLICATIONS = "keras-applications:"
IN_OPENCV = "cv2:"
SAYING_ALL = ("tflite", "onnx")  # runtimes whose files name every input and output
WITH_SIGNATURES = ("savedmodel", "tflite")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One model file, and how it is wanted."""

    runtime: str
    path: Path
    name: str
    labels: tuple[str, ...] | None
    signature: str | None
    trust: bool


def found(
    origin: Any, *, labels: Labels = None, signature: str | None = None, trust: bool | str = False
) -> Model | Wanted:
    """Return a model that is in memory, or the file to open, which has been looked at and tried; see `load_model`."""
    if signature is not None and not is_file(origin):
        raise InvalidValue(f"only a SavedModel or .tflite has signatures; leave signature={signature!r} out")
    if check_trust(trust) and not is_file(origin):
        raise InvalidValue("only a file has a SHA-256 to trust; leave trust= out")
    if not isinstance(origin, str | Path):
        return _in_memory(origin, labels)
    if str(origin).startswith(APPLICATIONS):
        return _application(str(origin).removeprefix(APPLICATIONS), labels)
    runtime, path = located(origin)
    if signature is not None and runtime not in WITH_SIGNATURES:
        raise InvalidValue(f"{path}: only a SavedModel or .tflite has signatures; leave signature={signature!r} out")
    sample = str(origin).removeprefix(IN_OPENCV).startswith("sample:")  # held against the catalogue when fetched
    trusted = is_trusted(path, trust)
    if not (trusted or sample):
        vet(path, runtime, signature=signature)
    return Wanted(runtime, path, _name(origin, path), read_labels(labels, path), signature, trusted)


def load_original(
    origin: Any, *, labels: Labels = None, signature: str | None = None, trust: bool | str = False
) -> Model:
    """Load a model in the runtime that is its own; see `load_model`."""
    model = found(origin, labels=labels, signature=signature, trust=trust)
    return open_file(model) if isinstance(model, Wanted) else model


def open_file(wanted: Wanted) -> Model:
    """Open a file in its runtime, which is imported now.

    Raises:
        ModelLoadError: it cannot be opened, or has nothing to ask or to answer.
    """
    model = OPENERS[wanted.runtime](wanted)
    if wanted.runtime in SAYING_ALL and not (model.inputs and model.outputs):
        end = "output" if model.inputs else "input"
        raise ModelLoadError(f"{wanted.path}: its graph has no {end}; export it again, with its inputs and outputs")
    return model


def is_file(origin: Any) -> bool:
    """Tell whether a model is to be read from a file or folder."""
    return isinstance(origin, str | Path) and not str(origin).startswith(APPLICATIONS)


def located(origin: str | Path) -> tuple[str, Path]:
    """Return the runtime and the path of a model that is a file: a SavedModel's folder for its saved_model.pb.

    Raises:
        UnreadableSource: there is no such file, or it is not what a `SHA256SUMS` beside it says.
        ModelLoadError: it is no model, or none that this runtime reads.
    """
    text = str(origin)
    path = Path(resolve(text.removeprefix(IN_OPENCV)))
    if text.startswith(IN_OPENCV):
        expect_recorded_model(path)
        expect_for_opencv(path)
        return "cv2", path
    path = path.parent if path.name in SAVED_MODEL_FILES else path
    expect_recorded_model(path)
    return runtime_of(path), path


def _keras(wanted: Wanted) -> Model:
    from workbench.models.keras.file import open_keras
    from workbench.models.keras.size import hold_to_size

    if not wanted.trust:
        hold_to_size(wanted.path)
    return open_keras(wanted.path, name=wanted.name, labels=wanted.labels, trust=wanted.trust)


def _saved_model(wanted: Wanted) -> Model:
    from workbench.models.tensorflow.saved_model import SavedModel

    return SavedModel(wanted.path, name=wanted.name, labels=wanted.labels, signature=wanted.signature)


def _frozen_graph(wanted: Wanted) -> Model:
    from workbench.models.tensorflow.frozen_graph import FrozenGraph

    return FrozenGraph(wanted.path, name=wanted.name, labels=wanted.labels)


def _tflite(wanted: Wanted) -> Model:
    from workbench.models.tflite.model import TFLiteModel

    return TFLiteModel(wanted.path, name=wanted.name, labels=wanted.labels, signature=wanted.signature)


def _onnx(wanted: Wanted) -> Model:
    from workbench.models.onnx.model import OnnxModel

    return OnnxModel(wanted.path, name=wanted.name, labels=wanted.labels)


def _opencv(wanted: Wanted) -> Model:
    from workbench.models.opencv.model import OpenCVModel

    return OpenCVModel(wanted.path, name=wanted.name, labels=wanted.labels)


OPENERS: dict[str, Callable[[Wanted], Model]] = {
    "keras": _keras,
    "savedmodel": _saved_model,
    "frozen-graph": _frozen_graph,
    "tflite": _tflite,
    "onnx": _onnx,
    "cv2": _opencv,
}


def _in_memory(model: Any, labels: Labels) -> Model:
    if isinstance(model, Model):
        if labels is not None:
            raise InvalidValue(f"{model.name}: this model is loaded; give labels= where it is loaded")
        return model
    from workbench.models.keras.file import is_keras
    from workbench.models.keras.model import KerasModel

    if not is_keras(model):
        raise ModelLoadError(
            f"a model is a path, sample:NAME, keras-applications:NAME or a keras.Model; got {type(model).__name__}"
        )
    return KerasModel(model, labels=read_labels(labels))


def _application(name: str, labels: Labels) -> Model:
    from workbench.models.keras.file import build_application
    from workbench.models.keras.model import KerasModel

    return KerasModel(build_application(name), name=name, labels=read_labels(labels))


def _name(origin: str | Path, path: Path) -> str:
    text = str(origin).removeprefix(IN_OPENCV)
    if text.startswith("sample:"):
        return text.removeprefix("sample:")
    return path.name if path.is_dir() else path.stem
