"""Scenarios are found by name, read without being run, and named safely."""

import json
import subprocess
import sys

import pytest

from workbench.errors import InvalidValue, UnknownName, UnreadableSource
from workbench.reports.scenarios import find_scenario, notebook_folder, opening, read_scenario, safe_name, scenarios


def test_a_notebook_is_read_as_a_scenario(write_notebook):
    scenario = read_scenario(write_notebook("raise SystemExit"))
    assert (scenario.name, scenario.title) == ("count", "Count to a number")
    assert scenario.question == "How far does it get, and is that `far`?"
    assert [p.name for p in scenario.parameters] == ["number", "name", "seed"]
    assert scenario.parameters[0].help == "how far to count"
    assert not scenario.shipped


def test_a_path_finds_any_notebook(write_notebook):
    assert find_scenario(str(write_notebook(name="my own.ipynb"))).name == "my_own"


def test_every_notebook_of_the_folder_is_a_scenario():
    assert [s.path for s in scenarios()] == sorted(notebook_folder().resolve().glob("*.ipynb"))


def test_an_unknown_scenario_is_refused():
    with pytest.raises(UnknownName, match="no scenario named 'clasify'"):
        find_scenario("clasify")


@pytest.mark.parametrize(
    ("content", "part"),
    [
        pytest.param("{", "is no Jupyter notebook", id="torn JSON"),
        pytest.param("{}", "is no Jupyter notebook", id="empty object"),
        pytest.param("", "is no Jupyter notebook", id="empty file"),
        pytest.param("[1, 2]", "is no Jupyter notebook", id="list"),
        pytest.param(
            '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{}]}',
            "is no Jupyter notebook",
            id="cells without a kind",
        ),
    ],
)
def test_a_damaged_notebook_is_refused_in_one_line(tmp_path, content, part):
    (tmp_path / "a.ipynb").write_text(content)
    with pytest.raises(UnreadableSource) as refusal:
        find_scenario(tmp_path / "a.ipynb")
    assert part in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_an_old_notebook_is_upgraded(tmp_path):
    cell = {"cell_type": "code", "language": "python", "input": "1", "outputs": [], "metadata": {}}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [cell]}]}
    (tmp_path / "old.ipynb").write_text(json.dumps(old))
    assert find_scenario(tmp_path / "old.ipynb").title == "Old"


def test_scenarios_are_listed_without_loading_what_runs_them(write_notebook):
    code = f"""import sys
from pathlib import Path
from workbench.reports.scenarios import read_scenario, scenarios
scenarios(), read_scenario(Path({str(write_notebook("1"))!r}))
print([name for name in ("nbformat", "papermill", "nbconvert", "matplotlib", "tensorflow") if name in sys.modules])"""
    listed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert listed.stdout == "[]\n"


def test_a_missing_notebook_is_refused(tmp_path):
    with pytest.raises(UnreadableSource, match="workbench scenarios"):
        find_scenario(tmp_path / "none.ipynb")


def test_a_parameters_cell_that_computes_is_refused_with_the_notebook_named(write_notebook):
    with pytest.raises(InvalidValue, match=r"count\.ipynb"):
        read_scenario(write_notebook(parameters="size: int = 2 * 112"))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("# T\nQ?\n\nmore\n\nend", ("T", "Q?", "more\n\nend"), id="title, question, rest"),
        pytest.param("# T\n\nA question\nover two lines?\n\nrest", ("T", "A question over two lines?", "rest"),
                     id="a question over two lines"),
        pytest.param("Q?", ("", "Q?", ""), id="no title"),
        pytest.param("# T", ("T", "", ""), id="no question"),
        pytest.param("", ("", "", ""), id="nothing"),
    ],
)  # fmt: skip
def test_an_opening_is_taken_apart(source, expected):
    parts = opening(source)
    assert (parts.title, parts.question, parts.rest) == expected


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        pytest.param("classify_video", "classify_video", id="plain"),
        pytest.param("..", "notebook", id="parent"),
        pytest.param("../../etc/passwd", "etc_passwd", id="path"),
        pytest.param("a b/c\\d:e\n", "a_b_c_d_e", id="separators"),
        pytest.param(".hidden", "hidden", id="hidden"),
        pytest.param("ä", "notebook", id="nothing left"),
        pytest.param("x" * 300, "x" * 100, id="too long"),
    ],
)
def test_a_name_is_safe_as_a_folder(stem, expected):
    assert safe_name(stem) == expected
