"""What is kept of a run names no password, and its pictures stay as they are."""

import json

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from workbench.reports.masking import mask_for

ADDRESS = "rtsp://me:wonder@cam/1?token=abcdef"
PARAMETERS = {"source": ADDRESS, "more": [{"url": "http://cam/x?pwd=p%40ss"}], "size": [224, 224]}


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        pytest.param(ADDRESS, "rtsp://***@cam/1?token=***", id="the address itself"),
        pytest.param("401: user 'me', password 'wonder'", "401: user 'me', password '***'", id="the password alone"),
        pytest.param("p@ss or p%40ss", "*** or ***", id="as it is meant"),
        pytest.param({"a": [{"b": ADDRESS}]}, {"a": [{"b": "rtsp://***@cam/1?token=***"}]}, id="deep in a value"),
        pytest.param({ADDRESS: 1}, {"rtsp://***@cam/1?token=***": 1}, id="as a key"),
        pytest.param("http://other:secret@b", "http://***@b", id="an address that was not given"),
        pytest.param("caf\udce9.jpg", r"caf\udce9.jpg", id="what no file can hold"),
        pytest.param("wonderful", "wonderful", id="a word that begins alike"),
        pytest.param([1, 2.5, None, True], [1, 2.5, None, True], id="no text"),
    ],
)
def test_what_is_kept(value, kept):
    assert mask_for(PARAMETERS)(value) == kept


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"image/png": "AAAA//u:p@key="}, id="picture"),
        pytest.param({"text/html": '<img src="data:image/png;base64,//aa/akey=">'}, id="picture in a page"),
        pytest.param({"encoding": "base64", "data": "//aa/akey="}, id="pixels of a widget"),
    ],
)
def test_pictures_stay_as_they_are(value):
    assert mask_for({})(value) == value


def test_a_notebook_is_masked_in_its_cells_outputs_and_metadata():
    cell = new_code_cell(f'source = "{ADDRESS}"', outputs=[new_output("stream", text="wonder\n")])
    notebook = new_notebook(cells=[cell], metadata={"papermill": {"parameters": PARAMETERS}})
    kept = mask_for(PARAMETERS)(notebook)
    assert kept.cells[0].source == 'source = "rtsp://***@cam/1?token=***"'
    assert "wonder" not in json.dumps(kept)
    assert "wonder" in json.dumps(notebook)
