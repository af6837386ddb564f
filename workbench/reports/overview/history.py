"""What a scenario's runs found, one after another: `<out>/<scenario>/history.jsonl`, a line for each run that ended.

A run takes the place of an earlier one of the same notebook, parameters and inputs; here both have their line, so that
a figure can be followed over weeks of the same run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.readable import one_line
from workbench.reports.manifest import state_of
from workbench.reports.pages.figures import is_number, numbers
from workbench.reports.pages.page import local_time
from workbench.reports.plain import finite, is_endless, read_json
from workbench.reports.recording import METRICS
from workbench.reports.store import index_lock

HISTORY = "history.jsonl"
FIELDS: dict[str, Any] = {  # of a line, which says all itself: what is added to ten thousand has to read none of them
    "run_id": str, "state": str, "started": str, "duration_s": (int, float), "notebook": str, "given": dict,
    "figures": dict, "versions": dict,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Past:
    """A run that ended, as the history of its scenario keeps it."""

    run_id: str
    state: str  # of `Run.state`
    started: str  # ISO 8601, UTC
    duration_s: float
    notebook: str  # the first 12 hex digits of its SHA-256
    given: Mapping[str, Any]  # the parameters that were asked for
    figures: Mapping[str, float]  # its key figures that are numbers, by the name of the metric
    versions: Mapping[str, str]  # of Python and of the packages that it ran with


def remember(out: Path, folder: Path) -> None:
    """Add the run that lies in `folder` to the history of its scenario; say so where that cannot be done.

    Args:
        out: the folder of all reports.
        folder: of the run, published: `<out>/<scenario>/<run id>`, or `...-failed`.
    """
    path = folder.parent / HISTORY
    try:
        with index_lock(out):
            if line := _line(folder):
                _append(path, line)
    except OSError as error:  # that the lock is held for long is one, too
        cause = error.strerror or error
        told = f"{path} lacks the run {folder.name}: {cause}; the report is whole, only the trends miss it"
        print(f"workbench: {one_line(told)}", file=sys.stderr)


def read_history(folder: Path) -> list[Past]:
    """Return the runs of the scenario whose folder this is, in the order they ended; lines that are none are left out.

    Raises:
        OSError: the file is there and may not be read.
    """
    return list(_past(folder / HISTORY))


def _past(path: Path) -> Iterator[Past]:
    if is_endless(path) or not path.exists():
        return
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    for line in dict.fromkeys(lines):  # a run that another process takes over, which has asked for it, too, is one
        if (found := _read(line)) is not None:
            yield Past(**{name: found[name] for name in FIELDS})


def _read(line: str) -> dict[str, Any] | None:
    """Return the fields of a line; None for one that a killed writer or another program left."""
    try:
        found = json.loads(line)
        local_time(found["started"])
    except (LookupError, TypeError, ValueError, OverflowError, RecursionError):
        return None
    if not all(isinstance(found.get(name), kind) for name, kind in FIELDS.items()):
        return None
    return found if all(map(is_number, found["figures"].values())) else None


def _line(folder: Path) -> str:
    """Return the line of a run; empty where its manifest, on a full disk, could not be written."""
    if not (run := read_json(folder / "manifest.json")):
        return ""
    told = {
        "run_id": run["run_id"],
        "state": state_of(run),
        "started": run["started"],
        "duration_s": run["duration_s"],
        "notebook": run["notebook"]["sha256"][:12],
        "given": {name: run["parameters"][name] for name in run["given"]},
        "figures": numbers(read_json(folder / METRICS)),
        "versions": run["versions"],
    }
    return json.dumps(finite(told), ensure_ascii=False, allow_nan=False) + "\n"


def _append(path: Path, line: str) -> None:
    """Add a line; where a writer was killed in the middle of its own, behind what is left of that."""
    if is_endless(path):
        raise OSError(f"{path.name} is no file")
    with path.open("ab+") as file:
        size = file.seek(0, 2)
        file.seek(max(size - 1, 0))
        torn = file.read(1) not in (b"", b"\n")
        file.write(b"\n" * torn + line.encode())
