"""Turn `sample:NAME` into a path."""

from __future__ import annotations

import glob
from pathlib import Path, PurePosixPath

from workbench.errors import InvalidValue, SampleError, unknown
from workbench.samples.catalogue import catalogue
from workbench.samples.store import data_dir, read_record, status

PREFIX = "sample:"


def sample_path(name: str) -> Path:
    """Return the file or folder of a fetched sample.

    Args:
        name: a name of `workbench samples list`, with or without `sample:` before it; `NAME/file` is one file of
            it, `NAME/*.png` a pattern of files, `NAME/` its folder.

    Raises:
        UnknownName: no sample has this name, or the sample has no such file.
        SampleError: the sample is not fetched, or damaged.
    """
    sample, slash, inside = name.removeprefix(PREFIX).partition("/")
    entry = catalogue()[sample]
    folder = data_dir() / sample
    state = status(folder, entry)
    if state != "fetched":
        raise SampleError(f"sample {sample!r} is {state} in {data_dir()}; run: workbench samples fetch {sample}")
    if inside:
        return _inside(folder, inside)
    return folder if slash else folder / entry.main


def resolve(origin: str | Path) -> str | Path:
    """Return the path behind `sample:NAME`, `sample:NAME/file` or `~/file`; hand anything else through."""
    if str(origin).startswith(PREFIX):
        return sample_path(str(origin))
    return Path(origin).expanduser() if str(origin).startswith("~") else origin


def portable(path: Path) -> str:
    """Return the path as text; a file of a sample by its sample's name, which is the same on every machine."""
    folder = data_dir()
    return f"{PREFIX}{path.relative_to(folder).as_posix()}" if path.is_relative_to(folder) else str(path)


def _inside(folder: Path, inside: str) -> Path:
    """Return a file, a folder or a pattern of files of the sample in `folder`."""
    if ".." in PurePosixPath(inside).parts:
        raise InvalidValue(f"{inside!r} leads out of sample {folder.name!r}")
    files = (read_record(folder) or {"files": {}})["files"]
    folders = {str(parent) for name in files for parent in PurePosixPath(name).parents}
    if inside.rstrip("/") not in {*files, *folders} and not glob.has_magic(inside):
        raise unknown(f"file in sample {folder.name!r}", inside, files)
    return folder / inside
