"""Choices in the cache folder: one folder a model, named by its content, read only if all of it is still true."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from workbench.cache import cache_dir, file_digest
from workbench.models.engines.machine import machine, versions
from workbench.models.engines.record import Choice

RECORD = "choice.json"
WORK = ".making-"


def folder_of(key: str) -> Path:
    """Return the folder of a model's choice, which need not exist."""
    return cache_dir() / "engines" / key


def read(folder: Path) -> Choice | None:
    """Return the choice kept in a folder; None if there is none, or it is damaged or of another machine or version."""
    try:
        choice = Choice.from_dict(json.loads((folder / RECORD).read_text(encoding="utf-8")))
        trial = choice.trial
        whole = trial.file is None or file_digest(folder / trial.file) == trial.sha256
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration):
        return None
    return choice if whole and choice.machine == machine() and choice.versions == versions() else None


def forget(key: str) -> None:
    """Drop a choice, so that the next use makes it anew."""
    shutil.rmtree(folder_of(key), ignore_errors=True)


@contextmanager
def workplace(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside the one to be made, with no other process making the same."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    prefix = f"{WORK}{folder.name}-"
    with FileLock(folder.parent / f".{folder.name}.lock"):
        for leftover in folder.parent.glob(f"{prefix}*"):  # of a process that was killed
            shutil.rmtree(leftover, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=prefix, dir=folder.parent) as work:
            yield Path(work)


def put(choice: Choice, work: Path, folder: Path) -> None:
    """Keep the choice and the chosen file; what was in the folder before is dropped."""
    made = work / "made"
    made.mkdir()
    if choice.trial.file is not None:
        (work / choice.trial.file).rename(made / choice.trial.file)
    (made / RECORD).write_text(json.dumps(choice.to_dict(), indent=2) + "\n", encoding="utf-8")
    if folder.exists():
        folder.rename(work / "before")
    made.rename(folder)
