"""A cell that is given up ends the run, also where its reply came first."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from papermill.iorw import load_notebook_node

from workbench.reports.kernels.client import Client, GivenUp, Ledger

pytestmark = pytest.mark.slow


class Late(Client):
    """A client whose cells have their reply when they are given up."""

    def execute_cell(self, cell, index):
        del cell, index
        self._given_up = "too much"


def test_a_cell_that_is_given_up_behind_its_reply_ends_the_run():
    notebook = load_notebook_node(new_notebook(cells=[new_code_cell("1")]))
    ledger = Ledger(notebook, output_path=None, progress_bar=False)
    client = Late(ledger)
    client.on_cell = lambda done, total: None
    ledger.notebook_start()
    with pytest.raises(GivenUp, match="too much"):
        client.papermill_execute_cells()
    assert ledger.nb.cells[0].metadata.papermill["status"] == "failed"
