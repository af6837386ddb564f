"""Notebooks run in kernels that are forked for real."""

import pytest

from workbench.reports.kernels.forking import ForkServer
from workbench.reports.scenarios import load_notebook


@pytest.fixture(scope="session")
def light():
    """Yield a fork server that has imported NumPy alone, which takes a second."""
    with ForkServer(["numpy"]) as server:
        yield server


@pytest.fixture
def run(write_notebook, light):
    """Return a function that runs cells in a forked kernel."""
    from workbench.reports.kernels.execute import Terms, execute

    def start(*cells, server=light, environment=None, **terms):
        fixed = {"PYTHONHASHSEED": "0", **(environment or {})}
        return execute(
            load_notebook(write_notebook(*cells)), {}, terms=Terms(server=server, environment=fixed, **terms)
        )

    return start


@pytest.fixture
def said():
    """Return a function that gives what the last cell of a run printed."""

    def find(done):
        assert (done.status, done.error) == ("ok", "")
        return "".join(output.get("text", "") for output in done.notebook.cells[-1].outputs).strip()

    return find
