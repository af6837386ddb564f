"""The class names of a model: given, or in a text file beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.checksums import expect_recorded
from workbench.errors import InvalidValue, UnreadableSource
from workbench.samples import resolve

MOST = 2**22  # bytes; the names of a thousand classes take 20,000
Labels = Sequence[str] | str | Path | None  # names in class order, or a text file with one name a line


def read_labels(labels: Labels, model: Path | None = None) -> tuple[str, ...] | None:
    """Return class names in class order.

    Args:
        labels: the names, or a text file with one name a line.
        model: where no labels are given, `NAME.labels.txt` beside this `NAME.SUFFIX` is read, if it is there.

    Raises:
        InvalidValue: there is no name in them.
        UnreadableSource: the text file cannot be read, or is not what a `SHA256SUMS` beside it says.
    """
    if labels is None:
        beside = model.with_name(f"{model.name if model.is_dir() else model.stem}.labels.txt") if model else None
        return _lines(beside) if beside and beside.is_file() else None
    names = _lines(Path(resolve(labels))) if isinstance(labels, str | Path) else tuple(map(str, labels))
    if not names:
        raise InvalidValue(f"labels {str(labels)!r} hold no name; give one a class, in class order, or leave them out")
    return names


def _lines(path: Path) -> tuple[str, ...]:
    try:
        if path.exists() and not path.is_file():  # reading a pipe would wait for its other end
            raise ValueError("it is a folder, pipe or device")
        if path.stat().st_size > MOST:
            raise ValueError(f"it has more than {MOST >> 20} MB")
        expect_recorded(path)
        text = path.read_text(encoding="utf-8-sig")  # Windows marks UTF-8 with three bytes that are no letter
        if "\0" in text:
            raise ValueError("it holds a NUL, which no text does")
    except UnreadableSource:
        raise
    except (OSError, ValueError) as error:
        why: object = error.strerror if isinstance(error, OSError) else error
        why = "it is no text in UTF-8" if isinstance(error, UnicodeError) else why
        raise UnreadableSource(f"{path}: cannot read the labels ({why}); give a text file, one name a line") from error
    lines = text.rstrip().split("\n") if text.strip() else []  # str.splitlines would split names at U+2028 or U+0085
    return tuple(line.strip() for line in lines)  # an empty line in between is a class, too
