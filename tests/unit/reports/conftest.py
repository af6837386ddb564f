"""Small notebooks, written here and run for real."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

OPENING = "# Count to a number\nHow far does it get, and is that `far`?\n\nMore about it."
PARAMETERS = """number: int = 3  # how far to count
name: str = "a"  # of the one who counts
seed: int = 7  # of everything drawn at random"""


def tagged(source, tag):
    return new_code_cell(source, metadata={"tags": [tag]})


@pytest.fixture
def write_notebook(tmp_path):
    """Return a function that writes a notebook of these code cells and returns its path."""

    def write(*cells: str, name="count.ipynb", opening=OPENING, parameters=PARAMETERS, folder=tmp_path) -> Path:
        body = [new_markdown_cell(opening), tagged(parameters, "parameters"), *map(new_code_cell, cells)]
        notebook = new_notebook(cells=body, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
        nbformat.write(notebook, folder / name)
        return folder / name

    return write


@pytest.fixture
def executed():
    """Return a function that makes an executed notebook without a kernel: one code cell with these outputs."""

    def make(*outputs, source="1 + 1", markdown=(), status="completed"):
        cell = new_code_cell(source, execution_count=1, outputs=list(outputs))
        cells = [new_markdown_cell(OPENING), *map(new_markdown_cell, markdown), cell]
        for each in cells:
            each.metadata["papermill"] = {"status": status}
        return new_notebook(cells=cells, metadata={"papermill": {}})

    return make


@pytest.fixture
def display():
    """Return a function that makes a display_data output of one MIME type."""
    return lambda kind, data, **more: new_output("display_data", {kind: data, **more})


@pytest.fixture
def manifest_of():
    """Return a function that makes the manifest of a run that never was."""

    def make(**changes):
        return {
            "format": 1, "scenario": "count", "title": "Count to a number", "question": "How far does it get?",
            "run_id": "0123456789ab", "status": "ok", "error": "", "started": "2026-11-21T14:03:00+00:00",
            "duration_s": 41.2, "cells": {"code": 3, "completed": 3}, "parameters": {"number": 3, "name": "a"},
            "given": [], "seed": 0, "inputs": [], "notebook": {"file": "count.ipynb", "shipped": True, "sha256": "0f"},
            "recipes": {}, "versions": {"workbench": "0.1.0"}, "codecs": {}, "machine": {}, "git": None, **changes,
        }  # fmt: skip

    return make
