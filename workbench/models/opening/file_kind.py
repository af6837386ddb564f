"""Which runtime a model file is for: told by its content, held against its suffix."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

from workbench.errors import ModelLoadError, UnreadableSource
from workbench.models.opening.foreign import STARTS, archive_names, foreign_file, foreign_folder, is_saved_model
from workbench.models.opening.wire import LENGTH, VARINT, CutOff, top_fields

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"  # HDF5 File Format Specification, superblock signature
TFLITE_MAGIC = b"TFL3"  # file identifier of a FlatBuffer, at byte 4: tensorflow/lite/schema/schema.fbs
SUFFIXES = {
    ".keras": "a Keras archive",
    ".h5": "an HDF5 file",
    ".hdf5": "an HDF5 file",
    ".tflite": "a TFLite model",
    ".onnx": "an ONNX model",
    ".pb": "a frozen TensorFlow graph",
}
RUNTIMES = {
    "a Keras archive": "keras",
    "an HDF5 file": "keras",
    "a TFLite model": "tflite",
    "an ONNX model": "onnx",
    "a frozen TensorFlow graph": "frozen-graph",
}
READABLE = f"{', '.join(SUFFIXES)} file or SavedModel folder"
SAVED_MODEL_FILES = ("saved_model.pb", "saved_model.pbtxt")


def runtime_of(path: Path) -> str:
    """Return the runtime of a model file or folder: keras, savedmodel, frozen-graph, tflite or onnx.

    Raises:
        UnreadableSource: there is no such file, or it cannot be read.
        ModelLoadError: it is no model, is cut off, or is another kind of model than its suffix says.
    """
    if _is_folder(path, f"the path of a {READABLE}, or sample:NAME"):
        if any((path / name).is_file() for name in SAVED_MODEL_FILES):
            return "savedmodel"
        raise ModelLoadError(f"{path}: {foreign_folder(path, SUFFIXES)}")
    kind, expected = _content(path), SUFFIXES.get(path.suffix.lower())
    if kind is None:
        raise ModelLoadError(f"{path}: {foreign_file(path, expected, READABLE)}")
    if expected not in (None, kind):
        suffix = next(suffix for suffix, name in SUFFIXES.items() if name == kind)
        raise ModelLoadError(
            f"{path}: its name says {expected}, but this is {kind}; rename it to {path.with_suffix(suffix).name}"
        )
    if RUNTIMES[kind] == "keras" and path.suffix not in SUFFIXES:  # Keras reads files by their suffix, in small letters
        suffix = next(suffix for suffix, name in SUFFIXES.items() if name == kind)
        raise ModelLoadError(
            f"{path}: this is {kind}; rename it to {path.with_suffix(suffix).name}, so that Keras reads it"
        )
    return RUNTIMES[kind]


def expect_for_opencv(path: Path) -> None:
    """Refuse what OpenCV DNN has no reader for; its TensorFlow reader crashes on some of these.

    Raises:
        UnreadableSource: there is no such file, or it cannot be read.
        ModelLoadError: it is a SavedModel or a Keras file.
    """
    folder = _is_folder(path, "cv2: and the path of an .onnx, .tflite or frozen .pb file")
    kind = "a folder" if folder else _content(path)
    if kind is None and is_saved_model(path):
        kind = "the graph of a SavedModel"
    if kind in ("a folder", "the graph of a SavedModel", "a Keras archive", "an HDF5 file"):
        raise ModelLoadError(
            f"{path}: this is {kind}, which OpenCV DNN does not read (of TensorFlow it takes frozen graphs only); "
            "make an ONNX file of the model with convert(MODEL, 'onnx', 'FILE.onnx') and load cv2:FILE.onnx"
        )


def _is_folder(path: Path, readable: str) -> bool:
    """Tell a folder from a file.

    Raises:
        UnreadableSource: it is neither, or is not there.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            path.open("rb").close()
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in its name
        raise UnreadableSource(f"{path}: no such file; give {readable}") from None
    except OSError as error:
        raise UnreadableSource(f"{path}: cannot be read ({error.strerror}); give {readable}") from None
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):  # reading a pipe would wait for its other end
        raise UnreadableSource(f"{path}: a pipe, socket or device, not a file; give {readable}")
    return stat.S_ISDIR(mode)


def _content(path: Path) -> str | None:
    """Return what a file is by its bytes; None where it is none of the models."""
    with path.open("rb") as file:
        start = file.read(8)
    if start == HDF5_MAGIC:
        return "an HDF5 file"
    if start[4:8] == TFLITE_MAGIC:  # before zip: metadata are appended to a .tflite as a zip
        return "a TFLite model"
    if zipfile.is_zipfile(path):
        return "a Keras archive" if "config.json" in archive_names(path) else None
    known = any(start.startswith(magic) for magic, _ in STARTS)
    return _message(path) if start and not known else None


def _message(path: Path) -> str | None:
    """Tell the Protocol Buffers apart by the fields that onnx.proto and graph.proto number."""
    try:
        fields = top_fields(path)
    except ValueError:
        return None
    except CutOff as error:
        if path.suffix.lower() in (".onnx", ".pb"):
            raise ModelLoadError(f"{path}: the file is cut off ({error}); copy or save it again") from error
        return None
    if fields.get(1) == VARINT and fields.get(7) == LENGTH:  # ir_version, graph
        return "an ONNX model"
    if fields.get(1) == LENGTH and set(fields) <= {1, 2, 3, 4, 5}:  # node, library, version, versions, debug_info
        return "a frozen TensorFlow graph"
    return None
