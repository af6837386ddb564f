"""Runs that are laid down as a worker leaves them, without a kernel."""

import json
from pathlib import Path

import pytest

from workbench.reports.run import Run
from workbench.reports.seal import seal


@pytest.fixture
def lay_run(manifest_of):
    """Return a function that lays a run down in a folder of reports, and returns it."""

    def lay(out: Path, run_id: str, *, scenario="count", metrics=None, **changes) -> Run:
        manifest = manifest_of(run_id=run_id, scenario=scenario, **changes)
        status = manifest["status"]
        folder = out / scenario / (run_id if status == "ok" else f"{run_id}-failed")
        folder.mkdir(parents=True)
        files = {"manifest.json": manifest, "metrics.json": metrics or {"total": 3}, "report.html": "<html>"}
        for name, content in files.items():
            (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
        seal(folder)
        return Run(scenario, run_id, status, manifest["error"], folder, manifest["duration_s"])

    return lay
