"""Reports and index in a real browser: nothing runs or is fetched, and it fits dark rooms and small screens."""

import json

import numpy as np
import pytest
from nbformat.v4 import new_output
from PIL import Image

from workbench.reports import write_index
from workbench.reports.pages.html import report_html
from workbench.reports.parameters import read_parameters

pytestmark = pytest.mark.browser

EVIL = (
    "<script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">"
    "<svg onload=\"document.title = 'owned'\"></svg><a id=trap href=\"javascript:document.title = 'owned'\">trap</a>"
    '<img src="https://evil.invalid/p.png"><iframe src="https://evil.invalid"></iframe>'
)
PARAMETERS = read_parameters("number: int = 3  # how far\nname: str = 'a'  # of whom", where="a")


@pytest.fixture
def visit(browser):
    """Return a function that opens a file and returns the page, its console and the addresses it asked for."""
    pages = []

    def open_page(path, **options):
        page = browser.new_page(**options)
        page.set_default_timeout(300_000)
        pages.append(page)
        console, asked = [], []
        page.on("console", lambda message: console.append(message.text))
        page.on("requestfinished", lambda request: asked.append(request.url))
        page.on("requestfailed", lambda request: request.failure == "csp" or asked.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_load_state("networkidle")  # what was asked for has ended, and is noted
        return page, console, asked

    yield open_page
    for page in pages:
        page.close()


@pytest.fixture
def report(tmp_path, executed, manifest_of, display):
    """Write the report of a failed run that is full of evil and of wide things, and return its path."""
    outputs = [
        display("text/html", EVIL + "<table><tr>" + "<td>wide</td>" * 60 + "</tr></table>"),
        display("text/markdown", EVIL),
        new_output("stream", name="stdout", text=EVIL + "x" * 500),
        new_output("error", ename="ValueError", evalue=EVIL, traceback=[EVIL]),
    ]
    notebook = executed(*outputs, source="value = " + "x" * 300, markdown=[EVIL, "## One", "## Two", "## Three"])
    notebook.cells[-1].metadata["tags"] = ["failed"]
    run = manifest_of(status="failed", error=EVIL, parameters={"number": 3, "name": EVIL}, given=["name"])
    html = report_html(notebook, run, metrics={"right": 18, "worst": "bgr"}, parameters=PARAMETERS)
    path = tmp_path / "report.html"
    path.write_text(html, encoding="utf-8")
    return path


def background(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_nothing_in_a_report_runs_or_is_fetched(visit, report):
    page, console, asked = visit(report)
    for trap in page.locator("a", has_text="trap").all():
        trap.click()
    page.wait_for_timeout(300)
    assert page.title() == "Count to a number - Workbench report"
    assert [url for url in asked if not url.startswith("data:image/")] == [report.as_uri()]
    assert console == []


def test_a_script_would_not_run_even_if_one_got_in(visit, report):
    """The policy is the second wall, so it is tried without the first."""
    html = report.read_text(encoding="utf-8")
    report.write_text(html.replace("</main>", EVIL + "</main>"), encoding="utf-8")
    page, console, asked = visit(report)
    assert page.title() == "Count to a number - Workbench report"
    assert [url for url in asked if "evil" in url] == []
    assert any("Content Security Policy" in line for line in console)


def test_the_link_leads_to_the_failed_cell_and_folds_open(visit, report):
    page, _, _ = visit(report)
    page.get_by_text("Go to the cell where it stopped").click()
    page.wait_for_url("**#*")
    assert page.evaluate("document.querySelector(':target').id") == "failed-cell"
    hidden = page.locator(".failure pre").last
    assert not hidden.is_visible()
    page.locator(".outputs .failure summary").click()
    assert hidden.is_visible()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_a_report_never_scrolls_sideways(visit, report, width):
    page, _, _ = visit(report, viewport={"width": width, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_light_and_dark_follow_the_system(visit, report):
    light, _, _ = visit(report, color_scheme="light")
    dark, _, _ = visit(report, color_scheme="dark")
    assert background(light) == "rgb(250, 249, 247)"
    assert background(dark) == "rgb(20, 21, 25)"


def test_the_index_shows_its_thumbnails_from_a_file(visit, tmp_path, manifest_of):
    folder = tmp_path / "count" / "0123456789ab"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(manifest_of(title=EVIL, question=EVIL, scenario=EVIL)))
    (folder / "report.html").write_text("<title>the report</title>")
    Image.fromarray(np.full((400, 640, 3), 90, np.uint8)).save(folder / "thumbnail.png")
    page, console, asked = visit(write_index(tmp_path), viewport={"width": 360, "height": 800})
    assert page.evaluate("document.images[0].naturalWidth") == 640
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert [url.rsplit("/", 1)[1] for url in asked if url.startswith("file:")] == ["index.html", "thumbnail.png"]
    assert page.title() == "Workbench reports"
    assert console == []
    page.locator(".run").click()
    page.wait_for_url("**/report.html")
    assert page.title() == "the report"
