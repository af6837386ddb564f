"""A report is one file that runs nothing, loads nothing and says how its run ended."""

import base64
import re
import shlex

import pytest
from nbformat.v4 import new_output

from workbench.reports.pages.html import command, report_html
from workbench.reports.parameters import read_parameters

PARAMETERS = read_parameters("number: int = 3  # how <far>\nname: str = 'a'", where="a")
EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)><a href='javascript:alert(1)'>x</a>"
HOLES = ("<script", "onerror=", "javascript:", 'http-equiv="refresh', "<iframe")
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()


def page(notebook, run, metrics=None, parameters=PARAMETERS):
    return report_html(notebook, run, metrics=metrics or {}, parameters=parameters)


def fetched(html):
    """Return every address that a browser would load by itself."""
    in_tags = re.findall(r"<(?:img|link|script|iframe|source|video)\b[^>]*?(?:src|href)=[\"']?([^\"'\s>]+)", html)
    return [address for address in in_tags + re.findall(r"url\(([^)]*)\)", html) if not address.startswith("data:")]


@pytest.fixture
def plain_page(executed, manifest_of):
    return page(executed(new_output("stream", text="hello")), manifest_of())


def test_it_says_title_question_status_and_parameters(executed, manifest_of):
    html = page(executed(), manifest_of(parameters={"number": 9, "name": "a"}, given=["number"]))
    assert "<h1>Count to a number</h1>" in html
    assert "How far does it get?" in html
    assert "finished" in html
    assert "took" in html and "41 s" in html
    assert "<code>number=9</code>" in html
    assert "how &lt;far&gt;" in html


def test_it_forbids_scripts_and_requests(plain_page):
    policy = re.search(
        r'Content-Security-Policy"\s+content="([^"]*)"|content="([^"]*)"\s+http-equiv="Content-S', plain_page
    )
    assert policy is not None
    rules = (policy[1] or policy[2]).split("; ")
    assert "default-src 'none'" in rules
    assert not any(rule.startswith("script-src") for rule in rules)


def test_it_holds_no_script_and_asks_for_nothing(plain_page):
    assert "<script" not in plain_page
    assert fetched(plain_page) == []


def test_it_follows_the_reader_into_the_dark(plain_page):
    assert "prefers-color-scheme: dark" in plain_page


@pytest.mark.parametrize(
    "place",
    ["html", "markdown output", "markdown cell", "plain", "stream", "stderr", "error", "svg", "javascript", "latex"],
)
def test_evil_in_a_notebook_stays_text(executed, manifest_of, display, place):
    outputs = {
        "html": [display("text/html", EVIL)],
        "markdown output": [display("text/markdown", EVIL)],
        "plain": [display("text/plain", EVIL)],
        "stream": [new_output("stream", name="stdout", text=EVIL)],
        "stderr": [new_output("stream", name="stderr", text=EVIL)],
        "error": [new_output("error", ename=EVIL, evalue=EVIL, traceback=[EVIL])],
        "svg": [display("image/svg+xml", f"<svg onload='alert(1)'>{EVIL}</svg>")],
        "javascript": [display("application/javascript", "alert(1)")],
        "latex": [display("text/latex", EVIL)],
    }
    html = page(
        executed(*outputs.get(place, []), markdown=[EVIL, f"[x](javascript:alert(1)) ## {EVIL}"]), manifest_of()
    )
    assert not any(hole in tag for hole in HOLES for tag in re.findall(r"<[^>]*>", html))
    assert fetched(html) == []


@pytest.mark.parametrize("field", ["title", "question", "error", "scenario"])
def test_evil_in_a_manifest_stays_text(executed, manifest_of, field):
    html = page(executed(), manifest_of(status="failed", **{"error": "e", field: EVIL}))
    assert not any(hole in tag for hole in HOLES for tag in re.findall(r"<[^>]*>", html))


def test_evil_in_parameters_metrics_and_code_stays_text(executed, manifest_of):
    parameters = read_parameters(f'name: str = """{EVIL}"""  # {EVIL}', where="a")
    run = manifest_of(parameters={"name": EVIL + "!"}, given=["name"], inputs=[
        {"parameter": "name", "origin": EVIL, "sha256": "0", "bytes": 1, "files": 1}])  # fmt: skip
    html = page(executed(source=f"# {EVIL}"), run, metrics={"x" + EVIL: EVIL[:40]}, parameters=parameters)
    assert not any(hole in tag for hole in HOLES for tag in re.findall(r"<[^>]*>", html))


@pytest.mark.parametrize("kind", ["image/png", "image/jpeg"])
def test_pictures_lie_inside_the_file(executed, manifest_of, display, kind):
    assert f"data:{kind};base64,{PNG}" in page(executed(display(kind, PNG)), manifest_of())


def test_an_svg_lies_inside_the_file_as_a_picture(executed, manifest_of, display):
    html = page(executed(display("image/svg+xml", "<svg><path d='M0 0'/></svg>")), manifest_of())
    assert '<img alt="Picture made by the notebook" src="data:image/svg+xml;base64,' in html


def test_code_is_folded_with_its_first_line_to_see(executed, manifest_of):
    html = page(executed(source="frames = open_frames(source)\nframes[0]"), manifest_of())
    fold = re.search(r'<details class="input">\s*<summary>.*?</summary>', html, re.DOTALL)
    assert fold is not None
    assert "frames = open_frames(source)" in fold[0]


def test_stderr_is_folded(executed, manifest_of):
    html = page(executed(new_output("stream", name="stderr", text="one\ntwo\n")), manifest_of())
    assert "Log, 2 lines" in html


def test_a_failed_run_leads_to_the_cell_where_it_stopped(executed, manifest_of):
    notebook = executed(new_output("error", ename="ValueError", evalue="no such thing", traceback=["tb"]))
    notebook.cells[-1].metadata["tags"] = ["failed"]
    cells = {"code": 3, "completed": 1}
    html = page(notebook, manifest_of(status="failed", error="ValueError: no such thing", cells=cells))
    assert 'href="#failed-cell"' in html
    assert 'id="failed-cell"' in html
    assert "1 of 3 code cells ran to their end" in html
    assert re.search(r'<details class="input" open', html)


def test_sections_are_listed_from_three_on(executed, manifest_of):
    three = page(executed(markdown=["## A", "## B", "## C"]), manifest_of())
    two = page(executed(markdown=["## A", "## B"]), manifest_of())
    assert 'href="#section-3"' in three and 'id="section-3"' in three
    assert 'href="#section' not in two


def test_the_command_that_makes_it_again_survives_the_shell(manifest_of):
    run = manifest_of(parameters={"number": 9, "name": "a b'; rm"}, given=["name", "number"])
    assert shlex.split(command(run)) == ["workbench", "report", "count", "-p", "name=a b'; rm", "-p", "number=9"]


def test_a_notebook_of_ones_own_is_named_by_its_file(manifest_of):
    run = manifest_of(notebook={"file": "count.ipynb", "shipped": False, "sha256": "0"})
    assert command(run) == "workbench report count.ipynb"
