"""Each payload as a label, a cell, a parameter, a metric, a title and an error of a report, and of the index."""

import pytest

from tests.faults.pages.payloads import PAYLOADS, WRITTEN
from workbench.readable import visible

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RAN = """[document.title,
  document.querySelectorAll("script, iframe, object, embed, form, input, base, link[href^=http]").length]"""
TOLD = 100  # characters of a row
TOO_LARGE = "What is shown here is too large for a page; it is in report.ipynb."


def words(text):
    return " ".join(text.split())


@pytest.fixture(scope="session")
def cells(report_page):
    """Return the text of each cell of the run's first table, as a reader sees it."""
    table = report_page.page.locator("table.dataframe").first
    return dict(zip(WRITTEN, table.locator("tbody td").all_inner_texts(), strict=True))


@pytest.fixture(scope="session")
def entries(index_page):
    """Return what a reader sees of each hostile run in the index: its title, error and parameters."""
    found = {}
    for number, name in enumerate(PAYLOADS):
        entry = index_page.page.locator("li.run", has=index_page.page.locator(f'a[href^="hostile/{number:012x}/"]'))
        found[name] = [
            entry.locator(part).first.inner_text() for part in ("h2, h3", ".pill", ".error, .question", ".changed code")
        ]
    return found


@pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in PAYLOADS])
def test_a_text_is_shown_and_nothing_else(name, cells, entries, told):
    shown = words(visible(PAYLOADS[name]))
    if name in WRITTEN:  # what no file can hold is refused before a run starts
        assert words(cells[name]) == shown
    for part in entries[name]:
        assert shown in words(part)
    told("harmless", (shown if len(shown) <= TOLD else f"{shown[:TOLD]}…") or "an empty place")


def test_outputs_of_10_000_open_tags_or_60_000_cells_or_10_000_attributes_in_one(report_page, told):
    left_out = report_page.page.locator(".outputs .live-note").all_inner_texts()
    assert left_out == [TOO_LARGE] * 3
    told("flagged", TOO_LARGE)


@pytest.mark.parametrize("place", ["report", "index"])
def test_nothing_runs_or_is_fetched(place, report_page, index_page):
    watched = {"report": report_page, "index": index_page}[place]
    title = {
        "report": "Labels <script>document.title='owned'</script> - Workbench report",
        "index": "Workbench reports",
    }
    for trap in watched.page.get_by_text("click", exact=True).all() if place == "report" else ():
        trap.click()
    watched.page.mouse.move(400, 400)
    watched.page.wait_for_timeout(300)
    assert watched.page.evaluate(RAN) == [title[place], 0]
    assert (watched.console, watched.foreign(), watched.dialogs) == ([], [], [])


@pytest.mark.parametrize("place", ["report", "index"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_text_makes_a_page_wider_than_the_screen(place, width, report_page, index_page):
    page = {"report": report_page, "index": index_page}[place].page
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == width
