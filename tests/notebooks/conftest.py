"""Run a scenario for real: papermill, a kernel, the report; once for each set of parameters in a session."""

import pytest

from workbench.reports import run_scenario


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """Return a function that runs a scenario into one folder of reports and returns its finished run."""
    out = tmp_path_factory.mktemp("reports")
    runs = {}

    def start(name, parameters):
        key = name, repr(sorted(parameters.items()))
        if key not in runs:
            runs[key] = run_scenario(name, parameters, out=out, progress=False).check()
        return runs[key]

    return start
