"""The right answers that come with some pictures."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from workbench.checksums import expect_recorded
from workbench.errors import InvalidValue, UnreadableSource, WorkbenchError
from workbench.frames.frame import FrameSequence
from workbench.frames.listing import existing_file, resolved

COLUMNS = ("file", "label")


def read_labels(origin: str | Path, frames: FrameSequence) -> np.ndarray:
    """Return the class index of every frame: (N,) int64, in the order of `frames`.

    Args:
        origin: a CSV file with columns `file` (a file name) and `label` (class index, int), or a folder or
            sample with a `labels.csv` in it. Other columns are ignored; rows of files that are not in `frames` too.
        frames: pictures from files; matched by the name of their file.

    Raises:
        UnreadableSource: no such file, not what a `SHA256SUMS` beside it says, or a frame that has no label in it.
        InvalidValue: missing columns, a label that is no class index, one file with two labels.
    """
    path = resolved(origin)
    path = existing_file(path / "labels.csv" if path.is_dir() else path)
    expect_recorded(path)
    try:
        labels = _labels_by_name(path)
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableSource(f"{path} is no CSV file in UTF-8; save it as one") from error
    names = [Path(frames.origin_of(index)).name for index in range(len(frames))]
    without = [name for name in names if name not in labels]
    if without:
        raise UnreadableSource(
            f"{path} has no label for {without[0]!r} ({len(without)} of {len(names)} frames are without); "
            f"add a row 'FILE,LABEL' for each"
        )
    return np.array([labels[name] for name in names], np.int64)


def labels_beside(origin: str | Path, frames: FrameSequence) -> np.ndarray | None:
    """Return what `read_labels` reads of a folder or sample with a `labels.csv` in it; None where there is none.

    Raises:
        UnreadableSource: as `read_labels`.
        InvalidValue: as `read_labels`.
    """
    try:
        known = (resolved(origin) / "labels.csv").is_file()
    except (WorkbenchError, OSError, ValueError):  # an address, a pattern, no path at all
        known = False
    return read_labels(origin, frames) if known else None


def _labels_by_name(path: Path) -> dict[str, int]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        absent = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
        if absent:
            got = ", ".join(rows.fieldnames or ()) or "nothing"
            raise InvalidValue(f"{path} needs the columns file and label; {' and '.join(absent)} missing, got {got}")
        labels: dict[str, int] = {}
        for number, row in enumerate(rows, start=2):
            name, label = Path(row["file"] or "").name, _class_index(row["label"], path, number)
            if labels.setdefault(name, label) != label:
                both = f"{labels[name]} and {label}"
                raise InvalidValue(f"{path} line {number}: {name!r} has two labels, {both}; keep one")
    return labels


def _class_index(text: str | None, path: Path, line: int) -> int:
    if text is None or not text.strip().isdecimal():
        raise InvalidValue(f"{path} line {line}: the label {text!r} is no class index; labels are whole numbers from 0")
    return int(text)
