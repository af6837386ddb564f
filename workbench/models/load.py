"""`load_model`: from a path, a sample, a `keras-applications:` name or a Keras model in memory to a Model."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.errors import ModelLoadError, UnreadableSource, unknown
from workbench.models.keras_errors import load_error
from workbench.models.keras_model import KerasModel
from workbench.models.model import Model
from workbench.models.tensorflow_runtime import import_tensorflow
from workbench.samples import resolve

APPLICATIONS = "keras-applications:"
HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"  # HDF5 File Format Specification, superblock signature
READABLE = (".keras", ".h5", ".hdf5")


def load_model(origin: Any, *, labels: Sequence[str] | str | Path | None = None, trust: bool = False) -> Model:
    """Load a model.

    Args:
        origin: path of a `.keras`, `.h5` or `.hdf5` file (Keras 2 files too), `sample:NAME`,
            `keras-applications:NAME` (fetches the ImageNet weights), or a Keras model in memory.
        labels: class names in class order, or a text file with one name a line. By default the file
            `NAME.labels.txt` beside `NAME.keras`, where there is one.
        trust: run Python code that the file carries (Lambda layers). Only for files you know.

    Raises:
        ModelLoadError: the file cannot be loaded; the text names the cause and the way round.
        UnreadableSource: there is no such file, or no such labels file.
    """
    if not isinstance(origin, str | Path):
        return _in_memory(origin, labels)
    if str(origin).startswith(APPLICATIONS):
        return _application(str(origin).removeprefix(APPLICATIONS), labels)
    path = Path(resolve(origin))
    _check_file(path)
    import_tensorflow()
    import keras

    try:
        with warnings.catch_warnings():  # how a Keras 2 file spells its input shape is no one's to mend
            warnings.filterwarnings("ignore", message="Do not pass an `input_shape`")
            model = keras.saving.load_model(path, compile=False, safe_mode=not trust)
    except Exception as error:
        raise load_error(path, error) from error
    beside = path.with_name(f"{path.stem}.labels.txt")
    known = _labels(labels if labels is not None else beside if beside.is_file() else None)
    return KerasModel(model, name=_name(origin, path), labels=known, path=path)


def _in_memory(model: Any, labels: Sequence[str] | str | Path | None) -> Model:
    if isinstance(model, Model):
        return model
    import_tensorflow()
    import keras

    if not isinstance(model, keras.Model):
        raise ModelLoadError(
            f"a model is a path, sample:NAME, keras-applications:NAME or a keras.Model; got {type(model).__name__}"
        )
    return KerasModel(model, labels=_labels(labels))


def _application(name: str, labels: Sequence[str] | str | Path | None) -> Model:
    import_tensorflow()
    import keras

    constructors = [n for n in dir(keras.applications) if n[:1].isupper()]
    if name not in constructors:
        raise unknown("keras-applications model", name, constructors)
    try:
        model = getattr(keras.applications, name)(weights="imagenet")
    except Exception as error:
        raise ModelLoadError(
            f"{APPLICATIONS}{name}: its ImageNet weights could not be fetched ({_first_line(error)}); connect to the "
            f"network, or build keras.applications.{name}(weights='FILE') and give that model"
        ) from error
    return KerasModel(model, name=name, labels=_labels(labels))


def _check_file(path: Path) -> None:
    """Tell a missing, empty, foreign or cut-off file apart before Keras gives them all one message."""
    if not path.exists():
        raise UnreadableSource(f"{path}: no such file; give the path of a .keras or .h5 file, or sample:NAME")
    if path.is_dir() or path.suffix not in READABLE:
        raise ModelLoadError(f"{path}: not a {', '.join(READABLE)} file; save the model with model.save('NAME.keras')")
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise ModelLoadError(f"{path}: the file is empty; copy or save it again")
    if path.suffix == ".keras" and not zipfile.is_zipfile(path) and start != HDF5_MAGIC:
        cut = start.startswith(b"PK")
        cause = (
            "the file is cut off: it starts as a Keras archive and has no end" if cut else "this is no Keras archive"
        )
        raise ModelLoadError(f"{path}: {cause}; copy or save it again")
    if path.suffix != ".keras" and start != HDF5_MAGIC:
        raise ModelLoadError(f"{path}: this is no HDF5 file; copy or save it again")


def _labels(labels: Sequence[str] | str | Path | None) -> tuple[str, ...] | None:
    if labels is None:
        return None
    if not isinstance(labels, str | Path):
        return tuple(map(str, labels))
    path = Path(resolve(labels))
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableSource(
            f"{path}: cannot read the labels ({error}); give a text file, one name a line"
        ) from error
    return tuple(line.strip() for line in text.rstrip().splitlines())  # an empty line in between is a class, too


def _name(origin: str | Path, path: Path) -> str:
    text = str(origin)
    return text.removeprefix("sample:") if text.startswith("sample:") else path.stem


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0][:160] if str(error).strip() else type(error).__name__
