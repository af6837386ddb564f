"""Where a converted model goes: checked before the work, put in place at its end by renaming."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import InvalidValue
from workbench.models.opening.file_kind import SAVED_MODEL_FILES


def expect_place(out: Path, suffix: str) -> Path:
    """Return the absolute path of what will be written.

    Raises:
        InvalidValue: it does not fit the format, its folder is missing, or something else than a model is there.
    """
    out = out.expanduser().absolute()
    if suffix and out.suffix != suffix:
        raise InvalidValue(f"{out}: this format is a {suffix} file; name it {out.with_suffix(suffix).name}")
    if not suffix and out.suffix in (".tflite", ".onnx", ".keras", ".h5", ".hdf5", ".pb"):
        raise InvalidValue(f"{out}: a SavedModel is a folder; name it {out.stem}")
    if not out.parent.is_dir():
        raise InvalidValue(f"{out}: there is no folder {out.parent}; make it first")
    if suffix and out.is_dir():
        raise InvalidValue(f"{out}: this is a folder; name another file")
    if not suffix and out.exists() and not _is_saved_model(out) and not _is_empty(out):
        raise InvalidValue(f"{out}: this is no SavedModel and would be replaced; name another folder")
    return out


@contextmanager
def workplace(out: Path) -> Iterator[Path]:
    """Give an empty folder beside what will be written, removed after.

    Raises:
        InvalidValue: that folder takes no files.
    """
    try:
        work = tempfile.TemporaryDirectory(prefix=".converting-", dir=out.parent)
    except OSError as error:
        raise InvalidValue(
            f"{out}: the folder {out.parent} takes no files ({error.strerror}); name another one"
        ) from error
    with work as name:
        yield Path(name)


def put(made: Path, out: Path, labels: Sequence[str] | None) -> None:
    """Rename what was made into place, with its labels beside it; `made` lies in a folder that is removed after."""
    if out.is_dir():  # a folder is not replaced by renaming
        out.rename(made.parent / "before")
    made.replace(out)
    beside = out.with_name(f"{out.name if out.is_dir() else out.stem}.labels.txt")
    if labels is not None:
        written = made.parent / "labels.txt"
        written.write_text("".join(f"{label}\n" for label in labels), encoding="utf-8")
        written.replace(beside)
    elif beside.exists():
        warnings.warn(
            f"{beside} was there before and now labels the new model, which has no labels of its own; remove the file "
            "if they are another model's",
            RuntimeWarning,
            stacklevel=3,
        )


def _is_saved_model(folder: Path) -> bool:
    return any((folder / name).is_file() for name in SAVED_MODEL_FILES)


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())
