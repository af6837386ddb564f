"""What a run in its folder says of itself: how it ended and what it found, and whether it need not be made again."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from workbench.checksums import recorded_in, sha256_of
from workbench.errors import UnreadableSource
from workbench.reports.manifest import state_of
from workbench.reports.plain import read_json
from workbench.reports.recording import METRICS, THUMBNAIL
from workbench.reports.seal import SEAL, altered
from workbench.reports.store import MANIFEST, REPORT

FILES = (REPORT, THUMBNAIL)  # that a table links


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that has ended; plain values, so that a worker can send it."""

    folder: str  # its name: the run id, or that with `-failed`
    state: str  # of `Run.state`
    error: str = ""  # one line; empty when it went well
    duration_s: float | None = None
    metrics: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[str, ...] = ()  # those of `report.html` and `thumbnail.png` that it has
    taken: bool = False  # another process has made it


def ended_in(folder: Path) -> Ended:
    """Return how the run ended that lies in `folder`.

    Raises:
        UnreadableSource: its manifest is missing or damaged.
    """
    run = read_json(folder / MANIFEST)
    try:
        state, error, duration_s = state_of(run), str(run["error"]), float(run["duration_s"])
    except (LookupError, TypeError, ValueError):
        raise UnreadableSource(f"{folder / MANIFEST} cannot be read; run it again") from None
    files = tuple(name for name in FILES if (folder / name).is_file())
    return Ended(folder.name, state, error, duration_s, read_json(folder / METRICS), files)


def kept_in(folder: Path, *, partial: bool, names: Set[str] | None = None) -> Ended | None:
    """Return how the run ended in `folder`, if nothing of it is to be done again: it went well, and is as it was then.

    Args:
        folder: of the run.
        partial: take one that went well on damaged sources, too.
        names: the files that the run has, where `folder` holds copies of some of them only.
    """
    if not (folder / MANIFEST).is_file():
        return None
    try:
        sealed = recorded_in(folder)
        run = ended_in(folder)
    except UnreadableSource:
        return None
    well = run.state == "ok" or (partial and run.state == "partial")
    if not well or MANIFEST not in sealed:
        return None
    if names is None:
        return None if altered(folder, tuple(sealed)) else run
    same = all(sha256_of(path) == sealed.get(path.name) for path in folder.iterdir() if path.name != SEAL)
    return replace(run, files=tuple(sorted(names & {*FILES}))) if same and sealed.keys() <= names else None
