"""Scenarios run as reports: parametrized notebooks, executed, kept whole, and shown in one offline page each.

Nothing here loads papermill, nbconvert or a kernel before a run starts.
"""

from workbench.reports.batch import run_scenarios
from workbench.reports.normalise import normalised
from workbench.reports.overview.index import write_index
from workbench.reports.parameters import Parameter, from_assignments, from_yaml
from workbench.reports.recording import record
from workbench.reports.run import run_scenario
from workbench.reports.scenarios import Scenario, find_scenario, scenarios
from workbench.reports.value import Run, RunInterrupted

__all__ = [
    "Parameter",
    "Run",
    "RunInterrupted",
    "Scenario",
    "find_scenario",
    "from_assignments",
    "from_yaml",
    "normalised",
    "record",
    "run_scenario",
    "run_scenarios",
    "scenarios",
    "write_index",
]
