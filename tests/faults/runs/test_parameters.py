"""Parameters that are code, bombs, pipes or slips: no kernel starts."""

import os

import pytest

from tests.faults.runs.notebooks import write_notebook
from workbench.reports import run_scenario

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.fixture(autouse=True)
def notebook(folder):
    return write_notebook(folder / "count.ipynb", "open('it ran', 'w')")


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        pytest.param("number;import os=5", "no parameter named", id="a parameter's name that is code"),
        pytest.param("number=1; import os", "takes int", id="a parameter's value that is code"),
        pytest.param("numbr=5", "did you mean 'number'", id="a parameter's name with a typing error"),
        pytest.param("number=five", "takes int, such as 3; got 'five'", id="a word for a number"),
        pytest.param("number=1.5", "takes int", id="a broken number for a whole one"),
        pytest.param("number=", "takes int", id="nothing for a number"),
        pytest.param("number=" + "9" * 5000, "takes int", id="a number of 5,000 digits"),
        pytest.param("number", "write name=value", id="a parameter without a value"),
        pytest.param("notes=[[[[", "takes list", id="a list that is not closed"),
        pytest.param("notes=[" * 2000, "takes list", id="a list in a list, 2,000 times"),
        pytest.param("notes=[&a [1], *a]", "takes list", id="an alias in a list"),
        pytest.param("notes=[!!python/name:os.system x]", "takes list", id="a list that names a Python function"),
        pytest.param("name=caf\udce9.jpg", "no UTF-8 text", id="a file name that is no UTF-8"),
    ],
)
def test_assignments(assignment, message, refused):
    refused("report", "count.ipynb", "-p", assignment, message=message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("number; import os: 5\n", "no parameter named", id="a parameter file with code for a name"),
        pytest.param("a: !!python/object/apply:os.system [echo]", "no plain YAML", id="a parameter file with a call"),
        pytest.param(BOMB, "an alias", id="a parameter file that is a YAML bomb"),
        pytest.param("notes: " + "[" * 2000, "nested too deep", id="a parameter file of 2,000 brackets"),
        pytest.param("number: 3\nnumber: 4\n", "given twice", id="a parameter file with a name twice"),
        pytest.param("number: [3\n", "no plain YAML", id="a parameter file that is torn"),
        pytest.param("- 3\n- 4\n", "must map names to values", id="a parameter file that is a list"),
        pytest.param("3: 4\n", "must map names to values", id="a parameter file with a number for a name"),
        pytest.param("number: '3'\n", "takes int", id="a parameter file with text for a number"),
        pytest.param("number: 010\n", "takes int", id="a parameter file with 010, which YAML 1.1 reads as 8"),
        pytest.param("number: 12:30", "takes int", id="a parameter file with 12:30, which YAML 1.1 reads as 750"),
        pytest.param("number: " + "9" * 5000, "thousands of digits", id="a parameter file with 5,000 digits"),
        pytest.param("name: \0\n", "no plain YAML", id="a parameter file with a NUL"),
        pytest.param("name: a\n".encode("utf-16"), "no UTF-8 text", id="a parameter file in UTF-16"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0", "no UTF-8 text", id="a picture for a parameter file"),
        pytest.param("# nothing\n" * 200_000, "more than 1 MB", id="a parameter file of 2 MB"),
    ],
)  # fmt: skip
def test_files(text, message, folder, refused):
    (folder / "p.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    refused("report", "count.ipynb", "--params", "p.yaml", message=message)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(lambda path: None, "check the path", id="a parameter file that is not there"),
        pytest.param(lambda path: path.mkdir(), "is no file", id="a folder for a parameter file"),
        pytest.param(os.mkfifo, "is no file", id="a pipe that nobody writes to for a parameter file"),
        pytest.param(lambda path: path.symlink_to("/dev/zero"), "is no file", id="/dev/zero for a parameter file"),
        pytest.param(lambda path: path.symlink_to(path), "check the path", id="a link to itself for a parameter file"),
    ],
)
def test_no_files(make, message, folder, refused):
    make(folder / "p.yaml")
    refused("report", "count.ipynb", "--params", "p.yaml", message=message)


def own_list():
    """Make a list that holds itself."""
    values = []
    values.append(values)
    return values


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        pytest.param({"number = 0\nimport os": 1}, "no parameter named", id="code for a parameter's name, from Python"),
        pytest.param({"notes": own_list()}, "takes list", id="a list that holds itself, from Python"),
        pytest.param({"number": 10**5000}, "thousands of digits", id="a number of 5,001 digits, from Python"),
        pytest.param({"notes": [{1: 2}]}, "keys are text", id="a number for a key, from Python"),
        pytest.param({"notes": {1, 2}}, "a set", id="a set, from Python"),
        pytest.param({"name": b"a"}, "a bytes", id="bytes for text, from Python"),
        pytest.param({"number": True}, "takes int", id="True for a number, from Python"),
    ],
)
def test_from_python(parameters, message, notebook, folder, raised):
    raised(lambda: run_scenario(notebook, parameters, out=folder / "out"), message=message)
    assert sorted(path.name for path in folder.iterdir()) == ["count.ipynb"]


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param("0", id="no time for a cell"),
        pytest.param("-5", id="less than no time for a cell"),
        pytest.param("nan", id="a time for a cell that is no number"),
        pytest.param("inf", id="an endless time for a cell"),
    ],
)
def test_time_limits(seconds, refused):
    refused("report", "count.ipynb", "--timeout", seconds, message="timeout is a number of seconds above 0")


def test_a_parameter_for_a_notebook_that_takes_none(folder, refused):
    write_notebook(folder / "plain.ipynb", "1", parameters="")
    refused("report", "plain.ipynb", "-p", "number=3", message="known: none")
