"""One real run whose report, index and notebook are full of payloads, and the browser pages that show them."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.faults.pages.payloads import JS, PAYLOADS, WRITTEN
from workbench.reports import run_scenario, write_index

CELLS = (
    """
import pandas as pd
from IPython.display import HTML, Markdown, display
from workbench.results import Classification
from workbench.views.charts import figure_topk
from workbench.views.tables import table
table(pd.DataFrame({"label": texts}), max_rows=len(texts), caption=texts[0])
""",
    "pd.DataFrame({text: [text] for text in texts})",
    "for text in texts: print(text)",
    """
import numpy as np
shares = np.full((1, len(texts)), 1 / len(texts), np.float32)
figure_topk({text: Classification(shares, tuple(texts)) for text in texts[:3]}, top=len(texts))
""",
    """
from workbench.reports import record
record({text: text for text in texts})
""",
    "for text in texts: display(Markdown(text), HTML(text))",
    "display(HTML('<div>' * 10_000), HTML('<table>' + '<tr><td>1<td>2' * 30_000), HTML('<p' + ' a' * 10_000 + '>'))",
    "raise ValueError(' '.join(texts))",
)


@pytest.fixture(scope="session")
def reports(tmp_path_factory, forking, light_server):
    """Return a folder of reports: one run, and a manifest for each payload as a hostile hand may put it there."""
    folder = tmp_path_factory.mktemp("payloads")
    texts = list(WRITTEN.values())
    opening = (
        f"# Labels {PAYLOADS['a script']}\nWhat of {PAYLOADS['onerror']} {PAYLOADS['a javascript link in Markdown']}?"
    )
    parameters = new_code_cell("texts: list = []  # <script>of whom</script>", metadata={"tags": ["parameters"]})
    cells = [new_markdown_cell(opening), parameters, *(new_code_cell(cell.strip()) for cell in CELLS)]
    for text, cell in zip(texts, cells[2:], strict=False):
        cell.metadata |= {"tags": [text], "name": text, "editable": text}
    evil = dict.fromkeys(("pygments_lexer", "mimetype", "version"), PAYLOADS["a script that ends an attribute"])
    evil["name"] = "python"  # another language is refused
    spec = {"kernelspec": {"name": "python3", "display_name": texts[0]}, "language_info": evil, "title": texts[0]}
    nbformat.write(new_notebook(cells=cells, metadata=spec), folder / "labels <b>.ipynb")
    with forking(light_server):
        run = run_scenario(folder / "labels <b>.ipynb", {"texts": texts}, out=folder / "out", progress=False)
    assert (run.status, run.error[:11]) == ("failed", "ValueError:")
    for number, text in enumerate(PAYLOADS.values()):
        _put(folder / "out" / "hostile" / f"{number:012x}", run.manifest, text)
    write_index(folder / "out")
    return run


def _put(place, manifest, text):
    """Write a manifest, metrics and a report beside those of real runs, with `text` wherever text is shown."""
    place.mkdir(parents=True)
    shown = dict.fromkeys(("title", "question", "scenario", "status", "error", "run_id"), text)
    given = {"parameters": {text: text}, "given": [text], "started": "2026-11-21T14:03:00+00:00"}
    (place / "manifest.json").write_text(json.dumps(manifest | shown | given))
    (place / "metrics.json").write_text(json.dumps({text: text}))
    (place / "report.html").write_text(f"<script>{JS}</script>")


class Watched:
    """A page of a browser, and what it said, asked for and was asked."""

    def __init__(self, page):
        self.page, self.console, self.asked, self.dialogs = page, [], [], []
        page.on("console", lambda message: self.console.append(message.text))
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))

    def foreign(self):
        return [url for url in self.asked if not url.startswith(("data:", "blob:", "file:"))]


@pytest.fixture(scope="session")
def opened(browser):
    """Return a function that opens a file in Chromium and watches it."""
    pages = []

    def open_file(path, **options):
        page = browser.new_page(**options)
        page.set_default_timeout(300_000)  # a fault alone waits so long
        pages.append(page)
        watched = Watched(page)
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        return watched

    yield open_file
    for page in pages:
        page.close()


@pytest.fixture(scope="session")
def report_page(reports, opened):
    """Return the report of the run in Chromium, everything folded open."""
    return opened(reports.html)


@pytest.fixture(scope="session")
def index_page(reports, opened):
    """Return the index in Chromium."""
    return opened(reports.folder.parents[1] / "index.html")
