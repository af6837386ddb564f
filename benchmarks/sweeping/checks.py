"""What has to be true of a folder of reports after a sweep that was disturbed."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from workbench.checksums import recorded_in
from workbench.reports import normalised
from workbench.reports.seal import altered
from workbench.reports.store import DRAFT, FAILED, OLD, run_folders

COMPARED = ("report.html", "report.ipynb", "metrics.json")


def valid_runs(out: Path) -> dict[str, str]:
    """Return when each run was started, by its id, of those that are whole, unaltered and went well."""
    found = {}
    for folder in run_folders(out):
        run = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        sealed = recorded_in(folder)
        if run["status"] == "ok" and "manifest.json" in sealed and not altered(folder, tuple(sealed)):
            found[folder.name] = f"{run['started']} {sealed['manifest.json']}"
    return found


def done(out: Path) -> int:
    """Return how many runs lie there."""
    return len([folder for folder in run_folders(out) if not folder.name.endswith(FAILED)])


def wrong(out: Path, jobs: int) -> list[str]:
    """Return what is not as it should be when all jobs are done: one valid report a job, and nothing besides."""
    runs = valid_runs(out)
    numbers = Counter(json.loads((out / "square" / run / "metrics.json").read_text())["square"] for run in runs)
    found = [f"{len(runs)} valid reports for {jobs} jobs"] if len(runs) != jobs else []
    found += [f"{square} has {count} reports" for square, count in numbers.items() if count != 1]
    found += [f"no report of {n}" for n in range(jobs) if n * n not in numbers]
    left = [path.name for kind in (DRAFT, OLD) for path in out.glob(f"**/{kind}*")]
    failed = [path.name for path in out.glob(f"*/*{FAILED}")]
    return found + [f"left: {name}" for name in [*left, *failed]]


def differing(one: Path, other: Path) -> list[str]:
    """Return the files of the runs in two folders of reports that differ in more than time and place."""
    here, there = ({path.name for path in run_folders(out)} for out in (one, other))
    found = [f"only in one: {name}" for name in here ^ there]
    for run in here & there:
        for name in COMPARED:
            if normalised(one / "square" / run / name) != normalised(other / "square" / run / name):
                found.append(f"{run}/{name}")
    return found
