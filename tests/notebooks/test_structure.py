"""The rules of a scenario's notebook, held for each, and shown to catch what they are for."""

import ast
import io
import keyword
import sys
import tokenize
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from workbench.errors import WorkbenchError
from workbench.reports import scenarios
from workbench.reports.parameters import read_parameters
from workbench.reports.plain import texts_in
from workbench.reports.scenarios import notebook_folder, opening

NOTEBOOKS = sorted(notebook_folder().glob("*.ipynb"))
LONGEST_CELL = 10  # lines
WIDEST_LINE = 160
ALLOWED = {"workbench", "matplotlib", "numpy", "pandas", "IPython", *sys.stdlib_module_names}
FORBIDDEN = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.While, ast.Try, ast.Global)


# --- the rules: each returns what is wrong ------------------------------------------------------------------


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def parameter_cells(notebook):
    return [cell for cell in code_cells(notebook) if "parameters" in cell.metadata.get("tags", [])]


def has_no_outputs(notebook):
    return [
        f"cell {number} keeps outputs or a count"
        for number, cell in enumerate(code_cells(notebook), 1)
        if cell.outputs or cell.execution_count is not None
    ]


def has_no_widget_state(notebook):
    return ["widget state is saved"] if "widgets" in notebook.metadata else []


def holds_no_logic(notebook):
    return [
        f"line {node.lineno} of a cell: {type(node).__name__}"
        for cell in code_cells(notebook)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, FORBIDDEN)
    ]


def has_short_cells(notebook):
    return [
        f"cell {number} has {len(cell.source.splitlines())} lines"
        for number, cell in enumerate(code_cells(notebook), 1)
        if len(cell.source.splitlines()) > LONGEST_CELL
    ]


def has_no_wide_lines(notebook):
    return [
        f"{len(line)} characters: {line[:60]}..."
        for cell in code_cells(notebook)
        if cell not in parameter_cells(notebook)
        for line in cell.source.splitlines()
        if len(line) > WIDEST_LINE
    ]


def has_one_parameters_cell(notebook):
    count = len(parameter_cells(notebook))
    return [] if count == 1 else [f"{count} cells tagged parameters"]


def has_plain_parameters(notebook):
    """Each line is `name: type = literal  # help`, with one = so that papermill's own inspection reads it too."""
    found = []
    for cell in parameter_cells(notebook):
        try:
            parameters = read_parameters(cell.source, where="it")
        except WorkbenchError as error:
            return [str(error)]
        found += [f"{parameter.name} has no comment" for parameter in parameters if not parameter.help]
        found += [f"{parameter.name} is a keyword" for parameter in parameters if keyword.issoftkeyword(parameter.name)]
        for line in ast.parse(cell.source).body:
            if not isinstance(line, ast.AnnAssign):
                found.append(f"`{ast.unparse(line)}` has no type")
        found += [f"more than one = in `{line}`" for line in cell.source.splitlines() if _signs(line) != 1]
    return found


def _signs(line):
    tokens = tokenize.generate_tokens(io.StringIO(line).readline)
    return sum(token.string.count("=") for token in tokens if token.type in (tokenize.OP, tokenize.COMMENT))


def opens_with_title_and_question(notebook):
    first = notebook.cells[0]
    if first.cell_type != "markdown":
        return ["the first cell is no Markdown"]
    head = opening(first.source)
    found = [] if head.title else ["no title"]
    return found if head.question.endswith("?") else [*found, f"{head.question!r} is no question"]


def runs_on_python3(notebook):
    name = notebook.metadata.get("kernelspec", {}).get("name")
    return [] if name == "python3" else [f"its kernel is {name!r}"]


def imports_only_what_it_may(notebook):
    names = set()
    for cell in code_cells(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module or "")
    return [f"it imports {name}" for name in sorted(names) if name.split(".")[0] not in ALLOWED]


def records_metrics_and_a_thumbnail(notebook):
    calls = [
        node
        for cell in code_cells(notebook)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "record"
    ]
    pictured = any(keyword.arg == "thumbnail" for call in calls for keyword in call.keywords)
    return [] if pictured else ["no record(..., thumbnail=...)"]


def has_stable_cell_ids(notebook):
    ids = [cell.get("id", "") for cell in notebook.cells]
    return [] if all(ids) and len(set(ids)) == len(ids) else ["cells without an id of their own"]


RULES = [
    has_no_outputs, has_no_widget_state, holds_no_logic, has_short_cells, has_no_wide_lines, has_one_parameters_cell,
    has_plain_parameters, opens_with_title_and_question, runs_on_python3, imports_only_what_it_may,
    records_metrics_and_a_thumbnail, has_stable_cell_ids,
]  # fmt: skip


# --- the scenarios ------------------------------------------------------------------------------------------


def test_there_are_scenarios_and_every_file_is_one():
    assert [scenario.path for scenario in scenarios()] == [path.resolve() for path in NOTEBOOKS]
    assert {"classify_video", "explore_mismatch"} <= {scenario.name for scenario in scenarios()}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_scenario(rule, path):
    assert rule(nbformat.read(path, as_version=4)) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_scenario_is_a_valid_notebook(path):
    nbformat.validate(nbformat.read(path, as_version=4))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_scenario_names_no_place_of_one_machine(path):
    text = path.read_text(encoding="utf-8")
    assert str(Path.home()) not in text
    assert str(notebook_folder().parent) not in text


def test_no_default_happens_to_be_a_name_in_this_folder():
    """What names a file or a folder is an input, so a run would be another here than elsewhere."""
    given = {text for each in scenarios() for parameter in each.parameters for text in texts_in(parameter.default)}
    assert not given & {path.name for path in notebook_folder().parent.iterdir()}


# --- the rules themselves -----------------------------------------------------------------------------------


def made(*cells, opening="# T\n\nWhat is it?", parameters="a: int = 1  # how many", kernel="python3", **metadata):
    first = new_markdown_cell(opening)
    second = new_code_cell(parameters, metadata={"tags": ["parameters"]})
    rest = [cell if isinstance(cell, dict) else new_code_cell(cell) for cell in (*cells, "record({}, thumbnail=a)")]
    kernel = {"name": kernel, "display_name": "Python"}
    return new_notebook(cells=[first, second, *rest], metadata={"kernelspec": kernel, **metadata})


UNPICTURED = new_notebook(cells=[new_code_cell("record({})")])
UNNAMED = made()
for cell in UNNAMED.cells:
    cell.id = "same"


def test_a_notebook_in_order_passes_every_rule():
    fine = made(
        "import numpy as np\nfrom workbench import record", "[x + 1 for x in range(3)]", new_markdown_cell("## A")
    )
    assert [rule.__name__ for rule in RULES if rule(fine)] == []


@pytest.mark.parametrize(
    ("rule", "notebook"),
    [
        pytest.param(has_no_outputs, made(new_code_cell("1", outputs=[new_output("stream", text="1")])), id="output"),
        pytest.param(has_no_outputs, made(new_code_cell("1", execution_count=3)), id="execution count"),
        pytest.param(has_no_widget_state, made(widgets={}), id="widget state"),
        pytest.param(holds_no_logic, made("def f(): pass"), id="function"),
        pytest.param(holds_no_logic, made("class A: pass"), id="class"),
        pytest.param(holds_no_logic, made("f = lambda x: x"), id="lambda"),
        pytest.param(holds_no_logic, made("try:\n    a\nexcept ValueError:\n    pass"), id="try"),
        pytest.param(has_short_cells, made("1\n" * 11), id="eleven lines"),
        pytest.param(has_no_wide_lines, made("a = " + "1 + " * 50 + "1"), id="wide line"),
        pytest.param(has_one_parameters_cell, made(new_code_cell("b: int = 1", metadata={"tags": ["parameters"]})),
                     id="two parameter cells"),
        pytest.param(has_plain_parameters, made(parameters="a: int = len('x')  # no"), id="call as default"),
        pytest.param(has_plain_parameters, made(parameters="a: int = 1"), id="no comment"),
        pytest.param(has_plain_parameters, made(parameters="a = 1  # how many"), id="no type"),
        pytest.param(has_plain_parameters, made(parameters="a: int = 1  # b = 2"), id="two ="),
        pytest.param(opens_with_title_and_question, made(opening="# T\n\nIt is."), id="no question"),
        pytest.param(opens_with_title_and_question, made(opening="What is it?"), id="no title"),
        pytest.param(runs_on_python3, made(kernel="my-env"), id="other kernel"),
        pytest.param(imports_only_what_it_may, made("import cv2"), id="import cv2"),
        pytest.param(imports_only_what_it_may, made("from tensorflow import keras"), id="from tensorflow"),
        pytest.param(records_metrics_and_a_thumbnail, UNPICTURED, id="no thumbnail"),
        pytest.param(has_stable_cell_ids, UNNAMED, id="no cell id"),
    ],
)  # fmt: skip
def test_a_rule_catches_what_it_is_for(rule, notebook):
    assert rule(notebook)
