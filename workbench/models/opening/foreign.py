"""What a file or folder is that is no model here, and what to do with it."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Collection
from pathlib import Path

from workbench.models.opening.wire import VARINT, CutOff, top_fields

STARTS = (  # first bytes -> what it is and the cure; first match wins
    (b"version https://git-lfs", "this is a Git LFS pointer, not the file it points to; run: git lfs pull"),
    (b"\x80\x02", "this is a Python pickle, most likely a PyTorch file; export that model to ONNX"),
    (b"\x1f\x8b", "this is a gzip archive; unpack it and give the model inside"),
    (b"<", "this is a web page, not a model; download the file itself"),
    (b"node {", "this is a TensorFlow graph as text; save it in binary as .pb"),
)
TFJS = (
    "this is a TensorFlow.js model, which does not run here; ask for the SavedModel or .keras it was made from, or "
    "convert it with tensorflowjs_converter"
)


def foreign_file(path: Path, expected: str | None, readable: str) -> str:
    """Return cause and cure for a file that is none of the models.

    Args:
        path: the file.
        expected: what its suffix says it is, if anything.
        readable: what would be taken.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if not start:
        return "the file is empty; copy or save it again"
    if start.startswith(b"PK"):
        return _archive(path, expected)
    if start.lstrip().startswith(b"{") and (b'"modelTopology"' in start or b'"format"' in start):
        known: str | None = TFJS
    elif is_saved_model(path):
        known = "this is the graph of a SavedModel; give the whole folder, with saved_model.pb and variables/ in it"
    else:
        known = next((cause for magic, cause in STARTS if start.startswith(magic)), None)
    if expected:
        return f"this is not {expected}: {known}" if known else f"this is not {expected}; copy or save it again"
    return known or f"not a {readable}; save the model with model.save('NAME.keras')"


def foreign_folder(path: Path, suffixes: Collection[str]) -> str:
    """Return cause and cure for a folder without saved_model.pb; `suffixes` are those of model files."""
    names = {file.name for file in path.iterdir()}
    inside = sorted(file.parent.relative_to(path).as_posix() for file in path.glob("*/saved_model.pb"))
    if inside:
        return f"no SavedModel itself, but there is one inside; give {path / inside[-1]}"
    if any(name.startswith("variables.data") for name in names) and (path.parent / "saved_model.pb").is_file():
        return f"these are the variables of a SavedModel; give its folder, {path.parent}"
    if models := sorted(name for name in names if Path(name).suffix.lower() in suffixes):
        return f"a folder of models, {', '.join(models[:5])}{', ...' if len(models) > 5 else ''}; give one of them"
    if "model.json" in names:
        return TFJS
    if "checkpoint" in names or any(name.endswith(".index") for name in names):
        return (
            "a TensorFlow checkpoint, which holds weights only; build the model in code, load the weights and give "
            "the model, or export it with model.export(FOLDER)"
        )
    return "no saved_model.pb in this folder, so no SavedModel; give the folder that model.export(FOLDER) wrote"


def _archive(path: Path, expected: str | None) -> str:
    if not zipfile.is_zipfile(path):
        return "the file is cut off: it starts as a zip archive and has no end; copy or save it again"
    names = archive_names(path)
    if not names:
        return "the file is damaged: it ends as a zip archive, and its table of contents cannot be read; copy it again"
    if any(name.endswith("data.pkl") for name in names):
        return "this is a PyTorch file, which does not run here; export that model to ONNX with torch.onnx.export"
    if any(name.endswith("saved_model.pb") for name in names):
        return "this is a zip of a SavedModel; unpack it and give the folder with saved_model.pb"
    return f"this is a zip archive without a model's config.json, so not {expected or 'a model'}; copy or save it again"


def archive_names(path: Path) -> list[str]:
    """Return the names in a zip archive; none where its table of contents is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError):
        return []


def is_saved_model(path: Path) -> bool:
    """Tell a SavedModel message (saved_model.proto: schema version 1, meta graphs) by its fields."""
    try:
        fields = top_fields(path)
    except (ValueError, CutOff):
        return False
    return fields.get(1) == VARINT and set(fields) == {1, 2}
