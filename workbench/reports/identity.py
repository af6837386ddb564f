"""What a run is: a hash of its notebook, its parameters and the bytes of its inputs.

The same three give the same run id on any machine and day; outputs saved in the notebook do not count.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.checksums import known_sha256
from workbench.errors import InvalidValue, UnreadableSource, WorkbenchError
from workbench.reports.masking import mask_for
from workbench.reports.plain import Plain, texts_in
from workbench.reports.store import LOCKS

if TYPE_CHECKING:
    from nbformat import NotebookNode

OPENCV = "cv2:"  # before a model file: the runtime that it is loaded with
MOST_FILES = 100_000  # of one input; a folder of more, such as /, is a slip
ID_LENGTH = 12  # hex digits: a clash needs millions of runs of one scenario


@dataclass(frozen=True, slots=True)
class Input:
    """A file or folder that a parameter names."""

    parameter: str
    origin: str  # as it was given
    sha256: str
    bytes: int
    files: int
    stamp: tuple[tuple[str, int, int, int], ...] = ()  # of each file: path, inode, bytes, time of the last change

    def to_dict(self) -> dict[str, Plain]:
        """Return it for a manifest."""
        return {name: value for name, value in asdict(self).items() if name != "stamp"}


def find_inputs(parameters: Mapping[str, Plain], *, seen: dict[str, Input | None] | None = None) -> tuple[Input, ...]:
    """Return the inputs among parameter values: text that names a sample, a file, a folder, or files by a pattern.

    Args:
        parameters: by name.
        seen: what texts have been found to name; many runs that share one read each of their inputs once.

    Raises:
        SampleError: a sample that is not fetched yet.
        UnreadableSource: a file that may not be read.
    """
    seen = {} if seen is None else seen
    pairs = ((name, origin) for name, value in parameters.items() for origin in dict.fromkeys(texts_in(value)))
    try:
        found = [(name, _looked_at(name, origin, seen)) for name, origin in pairs]
    except WorkbenchError:
        raise
    except OSError as error:
        raise UnreadableSource(f"cannot read {error.filename}: {error.strerror}") from error
    return tuple(replace(each, parameter=name) for name, each in found if each)


def expect_whole_inputs(inputs: Iterable[Input]) -> None:
    """Refuse a damaged clip or picture among the inputs before a kernel is started for it; folders are not looked into.

    Raises:
        UnreadableSource: it is damaged, or text under the name of a clip or picture.
        InvalidValue: it is over the limit of pixels.
    """
    from workbench.frames.whole import expect_whole

    for each in inputs:
        if each.files == 1:
            expect_whole(Path(each.stamp[0][0]))


def changed_inputs(inputs: Iterable[Input]) -> list[str]:
    """Return the origins whose files are no longer those that were hashed: others, or written to since."""
    return [each.origin for each in inputs if each.stamp != _stamp(_files(each.origin))]


def run_id(notebook: NotebookNode, parameters: Mapping[str, Plain], inputs: Iterable[Input]) -> str:
    """Return the identity of a run: 12 hex digits; a password is no part of it, and cannot be guessed from it."""
    parts = {
        "notebook": notebook_hash(notebook),
        "parameters": mask_for(parameters)(dict(parameters)),
        "inputs": [[each.parameter, each.sha256] for each in inputs],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:ID_LENGTH]


def notebook_hash(notebook: NotebookNode) -> str:
    """Return the SHA-256 of what a notebook says and does: the kind, text and tags of its cells."""
    cells = [[cell.cell_type, cell.source, cell.metadata.get("tags", [])] for cell in notebook.cells]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def _looked_at(name: str, origin: str, seen: dict[str, Input | None]) -> Input | None:
    if origin not in seen:
        files = _files(origin)
        seen[origin] = _input(name, origin, files) if files else None
    return seen[origin]


def _files(origin: str) -> list[Path]:
    """Return the files that `origin` names, sorted; none for a camera, an address, or text that names nothing."""
    from workbench.recipes.functions import file_of
    from workbench.samples import resolve

    if not origin.strip():
        return []
    path = Path(resolve(file_of(origin.removeprefix(OPENCV))))
    try:
        if path.is_file():
            return [path, *_labels(path)]
        if path.is_dir():
            return [*sorted(islice(_below(path), MOST_FILES + 1)), *_labels(path)]
        return sorted(file for file in Path(path.anchor).glob(_pattern(path)) if file.is_file())
    except (OSError, ValueError):  # too long for a file name, or a NUL in it: text, not a path
        return []


def _below(folder: Path) -> Iterable[Path]:
    """Yield the files in a folder and in those below it; what may not be looked into is passed over.

    So are reports: pictures in the current folder would else be others with each run that is written beside them.
    """
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not Path(place, name, LOCKS).is_dir()]
        for file in (Path(place, name) for name in names):
            with suppress(PermissionError):
                if file.is_file():
                    yield file


def _pattern(path: Path) -> str:
    return str(path.relative_to(path.anchor))


def _labels(model: Path) -> list[Path]:
    """Return the label file that lies beside a model's file or folder: other names make another report."""
    beside = model.parent / f"{model.stem}.labels.txt"
    return [beside] if beside.is_file() else []


def _input(parameter: str, origin: str, files: list[Path]) -> Input:
    """Hash `files` with their names, so that two photos that trade names make other inputs."""
    if len(files) > MOST_FILES:
        raise InvalidValue(f"parameter {parameter!r} names {origin}, which holds more than {MOST_FILES} files; "
                           "give the folder that is meant")  # fmt: skip
    whole, stamp = hashlib.sha256(), _stamp(files)
    for file in files:
        digest = known_sha256(file)
        if len(files) == 1:
            return Input(parameter, origin, digest, file.stat().st_size, 1, stamp)
        whole.update(f"{file.name}\0{digest}\n".encode())
    return Input(parameter, origin, whole.hexdigest(), sum(file.stat().st_size for file in files), len(files), stamp)


def _stamp(files: Iterable[Path]) -> tuple[tuple[str, int, int, int], ...]:
    """Return what tells, without reading them, that files are no longer what they were."""
    stats = ((file, file.stat()) for file in files)
    return tuple((str(file), stat.st_ino, stat.st_size, stat.st_mtime_ns) for file, stat in stats)
