"""What changed between two runs, and what came of it: from parameters and inputs to answers and figures."""

from workbench.reports.diff.change import Change
from workbench.reports.diff.difference import RunDiff, diff_runs
from workbench.reports.diff.gates import Gate, check_gates

__all__ = ["Change", "Gate", "RunDiff", "check_gates", "diff_runs"]
