"""Run `make report`, as the README has it: every scenario on its default data, once for all tests here."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from workbench.reports.run import Run

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 3000  # seconds, on a machine that is busy or stands still at times


@pytest.fixture(scope="session")
def report_of():
    """Return a function that gives the run of a scenario that `make report` has just made."""
    done = subprocess.run(
        ["make", "report"], cwd=ROOT, env=os.environ, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=LONGEST, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    said = dict(re.findall(r"reports/(\w+)/(\w+)/report\.html$", done.stdout, flags=re.MULTILINE))

    def find(scenario):
        run_id = said[scenario]
        return Run(scenario, run_id, "ok", "", ROOT / "reports" / scenario / run_id, 0.0).check()

    return find
