"""The class names of a model: given, or in a text file beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.checksums import expect_recorded
from workbench.errors import UnreadableSource
from workbench.samples import resolve

Labels = Sequence[str] | str | Path | None  # names in class order, or a text file with one name a line


def read_labels(labels: Labels, model: Path | None = None) -> tuple[str, ...] | None:
    """Return class names in class order.

    Args:
        labels: the names, or a text file with one name a line.
        model: where no labels are given, `NAME.labels.txt` beside this `NAME.SUFFIX` is read, if it is there.

    Raises:
        UnreadableSource: the text file cannot be read, or is not what a `SHA256SUMS` beside it says.
    """
    if labels is None:
        beside = model.with_name(f"{model.name if model.is_dir() else model.stem}.labels.txt") if model else None
        return _lines(beside) if beside and beside.is_file() else None
    if isinstance(labels, str | Path):
        return _lines(Path(resolve(labels)))
    return tuple(map(str, labels))


def _lines(path: Path) -> tuple[str, ...]:
    expect_recorded(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableSource(
            f"{path}: cannot read the labels ({error}); give a text file, one name a line"
        ) from error
    return tuple(line.strip() for line in text.rstrip().splitlines())  # an empty line in between is a class, too
