"""Notebooks that are torn, ambiguous, in another language, no notebooks, or called like an attack."""

import json
import os

import pytest

from tests.faults.runs.notebooks import write_notebook
from workbench.reports import run_scenario


def cell(**changes):
    return {"cell_type": "code", "source": "1", "metadata": {}, "outputs": [], "execution_count": None, **changes}


def notebook(*cells, **changes):
    """Return the text of a notebook, in order but for what is said."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **changes})


DECLARED = cell(source="number: int = 3", metadata={"tags": ["parameters"]}, id="declared")
INJECTED = cell(source="number = 9", metadata={"tags": ["injected-parameters"]}, id="injected")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "no Jupyter notebook", id="an empty file for a notebook"),
        pytest.param(notebook(DECLARED)[:90], "no Jupyter notebook", id="a notebook cut short"),
        pytest.param("<!DOCTYPE html><html>", "no Jupyter notebook", id="a page for a notebook"),
        pytest.param("[1, 2]", "no Jupyter notebook", id="a list for a notebook"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "no Jupyter notebook", id="a picture for a notebook"),
        pytest.param(notebook(DECLARED, nbformat=99), "version 99", id="a notebook of a format to come"),
        pytest.param(notebook(cell(metadata=None)), "no Jupyter notebook", id="a cell without metadata"),
        pytest.param(notebook(cell(source=5)), "no Jupyter notebook", id="a number for a cell's text"),
        pytest.param(notebook(cell(metadata={"tags": "a"})), "keep to the format", id="text for a cell's tags"),
        pytest.param(notebook(cells={}), "keep to the format", id="a mapping for the cells"),
        pytest.param(notebook(metadata={"kernelspec": "a"}), "keep to the format", id="text for a kernel"),
        pytest.param("[" * 100_000, "nested too deep", id="a notebook of 100,000 brackets"),
        pytest.param(notebook(DECLARED, DECLARED | {"id": "b"}), "2 cells tagged", id="two parameters cells"),
        pytest.param(notebook(DECLARED, INJECTED), "earlier run", id="a notebook that papermill has written"),
        pytest.param(notebook(cell(), metadata={"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}),
                     "written in R", id="a notebook in R"),
        pytest.param(notebook(cell(source="number: int = 2 * 3", metadata={"tags": ["parameters"]})),
                     "must read", id="a parameters cell that computes"),
        pytest.param(notebook(cell(source="import os", metadata={"tags": ["parameters"]})),
                     "must read", id="a parameters cell that imports"),
        pytest.param(notebook(cell(source="%pip install x", metadata={"tags": ["parameters"]})),
                     "is no Python", id="a parameters cell with a command"),
        pytest.param(notebook(cell(source="number: int = 'x'", metadata={"tags": ["parameters"]})),
                     "takes int, and its default is", id="a parameters cell whose default has another type"),
    ],
)  # fmt: skip
def test_files(text, message, folder, refused):
    (folder / "count.ipynb").write_bytes(text if isinstance(text, bytes) else text.encode())
    refused("report", "count.ipynb", message=message)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(lambda path: None, "no notebook at", id="a notebook that is not there"),
        pytest.param(lambda path: path.mkdir(), "is no file", id="a folder called like a notebook"),
        pytest.param(os.mkfifo, "is no file", id="a pipe that nobody writes to, called like a notebook"),
        pytest.param(lambda path: path.symlink_to("/dev/zero"), "is no file", id="/dev/zero called like a notebook"),
        pytest.param(lambda path: path.symlink_to(path), "cannot read", id="a link to itself called like a notebook"),
    ],
)
def test_no_files(make, message, folder, refused):
    make(folder / "count.ipynb")
    refused("report", "count.ipynb", message=message)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("../../etc/passwd", id="a scenario's name that leads elsewhere"),
        pytest.param("clasify_video", id="a scenario's name with a typing error"),
        pytest.param("classify_video;id", id="a scenario's name with a command"),
        pytest.param("", id="no name for a scenario"),
        pytest.param("🙂", id="an emoji for a scenario's name"),
    ],
)
def test_names(name, refused):
    refused("report", name, message="no scenario named")


def test_a_notebook_of_a_name_with_300_characters(refused):
    refused("report", "x" * 300 + ".ipynb", message="File name too long")


def test_a_NUL_in_a_notebook_s_name(folder, raised):
    raised(lambda: run_scenario("count\0.ipynb", out=folder / "out"), message="no Jupyter notebook")


NASTY = '\'"""; import os #\\\0\x1b[31m{{ 7 * 7 }}</script>🙂\u202e' + "x" * 300


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """Return the run of a notebook with an odd name, an odd kernel and an odd parameter value, and the value it had."""
    folder = tmp_path_factory.mktemp("odd")
    kernel = {"name": "conda-env-gone-py", "display_name": "Gone", "language": "python"}
    cell = "from workbench.reports import record\nrecord({'hex': name.encode().hex()})"
    path = write_notebook(folder / "🙂 ..; rm -rf ~.ipynb", cell, kernelspec=kernel)
    return run_scenario(path, {"name": NASTY}, out=folder / "out", progress=False)


@pytest.mark.slow
def test_a_notebook_whose_kernel_is_not_installed(odd, told):
    assert odd.ok
    told("harmless", "run by the Python that Workbench runs in")


@pytest.mark.slow
def test_emoji_and_a_command_in_a_notebook_s_name(odd, told):
    assert odd.ok
    told("harmless", f"its reports lie in {odd.folder.parent.name}/")


@pytest.mark.slow
def test_quotes_NUL_escapes_and_300_characters_in_a_value(odd, told):
    assert bytes.fromhex(odd.metrics["hex"]).decode() == NASTY
    assert "\x1b" not in odd.html.read_text(encoding="utf-8")
    told("harmless", "the cell has the value to the last character; the report shows it as text")
