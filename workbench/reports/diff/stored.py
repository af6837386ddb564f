"""A run as it lies in its folder: found by path or id, read, and refused in one line where it is none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import InvalidValue, UnreadableSource
from workbench.reports.details import DETAILS
from workbench.reports.diff.change import shown
from workbench.reports.manifest import state_of
from workbench.reports.overview.groups import SWEEPS
from workbench.reports.plain import is_endless, read_json
from workbench.reports.predictions import PREDICTIONS, kept_predictions
from workbench.reports.recording import METRICS
from workbench.reports.seal import altered
from workbench.reports.store import FAILED, MANIFEST, NOTEBOOK, REPORT, run_folders
from workbench.results import Prediction

READ = (MANIFEST, METRICS, DETAILS, NOTEBOOK, PREDICTIONS)  # what a diff is made of
NEEDED: dict[str, type] = {
    "scenario": str, "title": str, "run_id": str, "status": str, "started": str, "parameters": dict, "given": list,
    "inputs": list, "notebook": dict, "recipes": dict, "versions": dict, "codecs": dict, "machine": dict,
}  # fmt: skip
MARKS = {"failed", "not-run"}  # tags that say how a cell ended, and not what it is
SHORTEST = 3  # characters of the beginning of a run id


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a notebook as it was run."""

    kind: str  # code, markdown or raw
    source: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class StoredRun:
    """What is kept of a run."""

    folder: Path  # gone again where it was brought from elsewhere
    origin: str  # the same, or its address there
    manifest: dict[str, Any]
    metrics: dict[str, Any]
    details: dict[str, Any]  # empty for a run that was made before these were kept
    cells: tuple[Cell, ...]  # empty where the notebook is gone
    altered: tuple[str, ...]  # a line for each file that something has written to since

    @property
    def name(self) -> str:
        """Return scenario and id."""
        return f"{self.manifest['scenario']} {self.folder.name}"

    @property
    def state(self) -> str:
        """Return how it ended; `altered` where it went well and something has written to it since."""
        ended = state_of(self.manifest)
        return "altered" if self.altered and ended in ("ok", "partial") else ended

    @property
    def report(self) -> Path | None:
        """Return the path of its report, where there is one."""
        return self.folder / REPORT if (self.folder / REPORT).is_file() else None

    def predictions(self) -> dict[str, tuple[Prediction, np.ndarray | None]]:
        """Return what its models answered, by name, with the true classes where they are known.

        Raises:
            UnreadableSource: that file is damaged.
        """
        return kept_predictions(self.folder)


def find_run(run: str | Path, reports: str | Path = "reports") -> Path:
    """Return the folder of a run.

    Args:
        run: its folder, a file in it such as its report, its id, or a beginning of that which no other run has.
        reports: the folder of reports that an id is looked for in.

    Raises:
        UnreadableSource: there is no such run.
        InvalidValue: more than one run is meant.
    """
    path = Path(run).expanduser()
    if folder := _folder(path):
        return folder
    if _is_there(path):
        raise UnreadableSource(f"{path} is no run: it has no {MANIFEST}; give a run's folder, report.html or id")
    return _by_id(str(run), Path(reports))


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # too long for a name, or a NUL in it
        return False


def _folder(path: Path) -> Path | None:
    """Return the folder of the run that `path` is, or lies in; None for an id, and for what is no path at all."""
    try:
        places = (path, path.parent) if path.is_file() else (path,)
        return next((place for place in places if (place / MANIFEST).is_file()), None)
    except (OSError, ValueError):  # too long for a name, or a NUL in it
        return None


def read_run(folder: Path) -> StoredRun:
    """Read a run.

    Raises:
        UnreadableSource: its manifest is missing, damaged, or of another program.
    """
    manifest = read_json(folder / MANIFEST)
    wrong = [name for name, kind in NEEDED.items() if not isinstance(manifest.get(name), kind)]
    if wrong or not all(isinstance(each, dict) for each in manifest["inputs"]):
        what = "holds no manifest of a run" if not manifest else f"lacks {', '.join(wrong) or 'inputs'}"
        raise UnreadableSource(f"{folder / MANIFEST} {what}; run it again, or give another run")
    return StoredRun(
        folder=folder,
        origin=str(folder),
        manifest=manifest,
        metrics=read_json(folder / METRICS),
        details=read_json(folder / DETAILS),
        cells=_cells(folder / NOTEBOOK),
        altered=tuple(altered(folder, READ)),
    )


def _by_id(text: str, reports: Path) -> Path:
    """Return the one run whose id is, or begins with, `text`; a finished one before a failed one of the same id."""
    scenario, _, start = text.rpartition("/")
    folders = [folder for folder in run_folders(reports) if not scenario or folder.parent.name == scenario]
    meant = [folder for folder in folders if folder.name == start]
    if not meant and len(start) >= SHORTEST:
        meant = [folder for folder in folders if folder.name.startswith(start)]
    finished = {folder.name for folder in meant if not folder.name.endswith(FAILED)}
    meant = [folder for folder in meant if folder.name.removesuffix(FAILED) not in finished or folder.name in finished]
    if len(meant) == 1:
        return meant[0]
    if not meant:
        if start and (reports / SWEEPS / start).is_dir():
            raise UnreadableSource(f"{start} in {reports} is a sweep; give the id of a run, which its page names")
        known = f"it holds {len(folders)} runs" if folders else "there is no run in it"
        raise UnreadableSource(
            f"no run {shown(text)!r} in {reports}, {known}; give a run's folder, its report.html, or --reports FOLDER"
        )
    named = ", ".join(sorted(f"{folder.parent.name}/{folder.name}" for folder in meant)[:5])
    raise InvalidValue(f"{text!r} names {len(meant)} runs in {reports}: {named}; give more of the id, or the folder")


def _cells(path: Path) -> tuple[Cell, ...]:
    """Return the cells that the notebook's author wrote; none where the file is gone or is no notebook."""
    if is_endless(path):
        return ()
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        found = [(cell["cell_type"], cell["source"], cell.get("metadata", {}).get("tags", [])) for cell in cells]
        return tuple(
            Cell(str(kind), "".join(source), tuple(sorted(set(map(str, tags)) - MARKS)))
            for kind, source, tags in found
            if "injected-parameters" not in tags
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ()
