"""Run `make report`, as the README has it: every scenario on its default data, once for all tests here."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from workbench.reports.run import Run

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 1500  # seconds, on a busy machine


@pytest.fixture(scope="session")
def report_of():
    """Return a function that gives the run of a scenario that `make report` has just made."""
    began = time.time()
    done = subprocess.run(
        ["make", "report"], cwd=ROOT, env=os.environ, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=LONGEST, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr

    def find(scenario):
        manifests = (ROOT / "reports" / scenario).glob("*/manifest.json")
        [made] = [path for path in manifests if path.stat().st_mtime >= began]
        return Run(scenario, made.parent.name, "ok", "", made.parent, 0.0).check()

    return find
