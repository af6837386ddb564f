"""`load_model`: from a path, a sample, a `keras-applications:` name or a Keras model in memory to a Model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from workbench.errors import InvalidValue, ModelLoadError, unknown
from workbench.models.labels import Labels, read_labels
from workbench.models.model import Model
from workbench.models.opening.file_kind import SAVED_MODEL_FILES, expect_for_opencv, runtime_of
from workbench.models.opening.vetting import vet
from workbench.samples import resolve

APPLICATIONS = "keras-applications:"
IN_OPENCV = "cv2:"
Engine = Literal["original", "fast"]
WITH_SIGNATURES = ("savedmodel", "tflite")
ENGINES = ("original", "fast")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One model file, and how it is wanted."""

    path: Path
    name: str
    labels: tuple[str, ...] | None
    signature: str | None
    trust: bool


def load_model(
    origin: Any,
    *,
    labels: Labels = None,
    signature: str | None = None,
    trust: bool = False,
    engine: Engine = "original",
) -> Model:
    """Load a model.

    Args:
        origin: path of a `.keras`, `.h5` or `.hdf5` file (Keras 2 files too), a SavedModel folder, a frozen `.pb`, a
            `.tflite` or `.onnx` file; `cv2:FILE` runs one of these in OpenCV DNN; `sample:NAME`,
            `keras-applications:NAME` (fetches the ImageNet weights), or a Keras model in memory.
        labels: class names in class order, or a text file with one name a line. By default the file
            `NAME.labels.txt` beside `NAME.keras` (or beside the folder `NAME`), where there is one.
        signature: which signature of a SavedModel or `.tflite`; by default `serving_default`, or the only one.
        trust: run what the file carries: Python code (Lambda layers), a graph that reads or writes files. Only for
            files you know; others are tried in a process of their own before their first use here.
        engine: "fast" takes the quickest engine of this machine that gives the same answers; `cv2:FILE` names its
            engine and keeps it.

    Raises:
        ModelLoadError: the file cannot be loaded; the text names the cause and the way round.
        UnreadableSource: there is no such file, or no such labels file.
        UnknownName: it has no such signature; there is no such sample, application or engine.
        InvalidValue: a signature of a model that has none, or labels of one that is loaded already.
    """
    if engine not in ENGINES:
        raise unknown("engine", engine, ENGINES)
    if signature is not None and not _is_file(origin):
        raise InvalidValue(f"only a SavedModel or .tflite has signatures; leave signature={signature!r} out")
    if not isinstance(origin, str | Path):
        return _quick(_in_memory(origin, labels), engine)
    if str(origin).startswith(APPLICATIONS):
        return _quick(_application(str(origin).removeprefix(APPLICATIONS), labels), engine)
    in_opencv, path = _located(origin)
    if in_opencv:
        expect_for_opencv(path)
    runtime = "cv2" if in_opencv else runtime_of(path)
    if signature is not None and runtime not in WITH_SIGNATURES:
        raise InvalidValue(f"{path}: only a SavedModel or .tflite has signatures; leave signature={signature!r} out")
    wanted = Wanted(path, _name(origin, path), read_labels(labels, path), signature, trust)
    sample = str(origin).removeprefix(IN_OPENCV).startswith("sample:")  # held against the catalogue when fetched
    if not (trust or sample or runtime == "keras"):  # Keras' own safe mode keeps code in its files from running
        vet(path, runtime, signature=signature)
    if engine == "fast" and not in_opencv:
        return _fast(path, replace(wanted, trust=trust or sample))
    return OPENERS[runtime](wanted)


def _is_file(origin: Any) -> bool:
    return isinstance(origin, str | Path) and not str(origin).startswith(APPLICATIONS)


def _located(origin: str | Path) -> tuple[bool, Path]:
    """Return whether OpenCV is asked for, and the path: a SavedModel's folder for its saved_model.pb."""
    text = str(origin)
    path = Path(resolve(text.removeprefix(IN_OPENCV)))
    in_opencv = text.startswith(IN_OPENCV)
    folder = path.name in SAVED_MODEL_FILES and not in_opencv
    return in_opencv, path.parent if folder else path


def _keras(wanted: Wanted) -> Model:
    from workbench.models.keras.file import open_keras

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


def _quick(model: Model, engine: Engine) -> Model:
    return model if engine == "original" else _fast(model, Wanted(Path(), model.name, model.labels, None, True))


def _fast(origin: Model | Path, wanted: Wanted) -> Model:
    from workbench.models.engines import fast_model

    return fast_model(origin, labels=wanted.labels, name=wanted.name, signature=wanted.signature, trust=wanted.trust)


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
