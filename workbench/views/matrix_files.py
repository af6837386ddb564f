"""A matrix as files for a person, a paper and a program: a picture, a vector drawing, a table and plain values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from matplotlib import rc_context

from workbench.diagnose.matrix import Matrix
from workbench.errors import InvalidValue
from workbench.views.matrix_figure import figure_matrix

NAMES = ("matrix.csv", "matrix.json", "matrix.png", "matrix.svg")
SALT = "workbench"  # of the ids inside an SVG: the same matrix gives the same bytes


def expect_matrix_place(folder: str | Path) -> Path:
    """Return the absolute path of a folder that can take a matrix, which is tried before what takes minutes.

    Raises:
        InvalidValue: it is a file, holds something else than a matrix, there is no folder to make it in, or that takes
            no files.
    """
    path = Path(folder).expanduser().absolute()
    with _told(path):
        if not path.parent.is_dir():
            raise InvalidValue(f"{path}: there is no folder {path.parent}; make it first")
        if path.exists() and not path.is_dir():
            raise InvalidValue(f"{path}: this is a file; name a folder")
        others = sorted(each.name for each in path.iterdir() if each.name not in NAMES) if path.is_dir() else []
        if others:
            raise InvalidValue(f"{path} holds {others[0]!r}, which is no part of a matrix; name a new folder")
        with _workplace(path) as work:
            Path(work, path.name).mkdir()  # the name, too, may be one that cannot be
    return path


def save_matrix(matrix: Matrix, folder: str | Path, *, measure: str = "") -> Path:
    """Write matrix.csv, .json, .png and .svg into a folder, all or none, and return the folder.

    A matrix that is there already is replaced. The drawings have a clear background and letters that read on white
    and on black; the picture has 144 pixels an inch.

    Args:
        matrix: what `train_serve_matrix` gave.
        folder: a new folder, or one with a matrix.
        measure: what is drawn, as in `figure_matrix`.

    Raises:
        InvalidValue: nothing can be written there, or the measure needs true classes.
        UnknownName: there is no such measure.
    """
    path = expect_matrix_place(folder)
    figure = figure_matrix(matrix, measure=measure)
    with _told(path), _workplace(path) as work, rc_context({"svg.hashsalt": SALT}):
        fresh = Path(work, "fresh")
        fresh.mkdir()
        matrix.save(fresh / "matrix.csv")
        matrix.save(fresh / "matrix.json")
        figure.savefig(fresh / "matrix.png", transparent=True, metadata={"Software": None})
        figure.savefig(fresh / "matrix.svg", transparent=True, metadata={"Date": None, "Creator": None})
        if path.exists():
            path.rename(Path(work, "before"))  # a folder is not replaced by renaming
        fresh.rename(path)
    return path


def _workplace(path: Path) -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix=".matrix-", dir=path.parent)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say in one line that nothing can be written to a folder."""
    try:
        yield
    except OSError as error:
        raise InvalidValue(f"{path}: no matrix can be written there ({error.strerror}); name another place") from error
