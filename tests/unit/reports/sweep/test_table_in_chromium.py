"""The table of a sweep in a browser: it sorts, filters, works by keyboard and without script, and runs no other."""

import pytest

from workbench.reports.sweep.row import Row
from workbench.reports.sweep.table import write_results

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
ROWS = "[...document.querySelectorAll('section tbody tr')].filter((row) => !row.hidden)"


class SweepPage:
    """The table of a sweep that is open."""

    def __init__(self, page):
        self.page = page
        self.table = page.locator("section table")

    def column(self, name):
        """Return the texts of a column, in the rows that are shown."""
        names = [text.split()[0] for text in self.table.locator("thead th").all_inner_texts()]
        return self.page.evaluate(f"(n) => {ROWS}.map((row) => row.cells[n].textContent.trim())", names.index(name))

    def heading(self, name):
        return self.table.locator("thead th", has_text=name).get_by_role("button")

    @property
    def count(self):
        return self.page.locator(".tools output").inner_text()


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Write a sweep of 300 jobs, a few of which failed with an evil error."""
    folder = tmp_path_factory.mktemp("out") / "sweeps" / "abc"
    rows = []
    for n in range(300):
        ok = n % 100 != 7
        metrics = {"accuracy": 0.5 + (n * 37 % 300) / 1000, "boxes": n} if ok else {}
        asked = {"clip": f"clip {n}", "color": ("rgb", "bgr")[n % 2]}
        state, error = ("ok", "") if ok else ("failed", EVIL)
        rows.append(Row(asked, f"{n:012x}", state, error, n / 2, metrics, f"../../count/{n:012x}/report.html"))
    write_results(folder, rows, title=EVIL, swept=["clip", "color"], state="failed")
    return folder / "sweep.html"


@pytest.fixture
def visit(browser, path):
    """Return a function that opens the page; at the end nothing was said on its console, and nothing ran or fetched."""
    contexts, said, asked = [], [], []

    def open_page(**options):
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options}))
        contexts[-1].set_default_timeout(300_000)
        page = contexts[-1].new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        return SweepPage(page)

    yield open_page
    titles = [page.title() for context in contexts for page in context.pages]
    for context in contexts:
        context.close()
    assert said == []
    assert {title.startswith("<img src=x") for title in titles} == {True}
    assert {url for url in asked if not url.startswith("data:")} == {path.as_uri()}


def test_a_click_on_a_heading_sorts_best_first_then_back(visit):
    sweep = visit()
    before = sweep.column("run")
    sweep.heading("accuracy").click()
    highest = sweep.column("accuracy")
    assert highest[:3] == ["0.799", "0.798", "0.797"]
    assert sweep.table.locator("thead [aria-sort=descending]").inner_text().startswith("accuracy")
    sweep.heading("accuracy").click()
    assert sweep.column("accuracy")[0] == "0.5"
    sweep.heading("accuracy").click()
    assert sweep.column("run") == before
    assert sweep.table.locator("thead [aria-sort]").count() == 0


def test_names_sort_as_people_count_and_empty_cells_come_last(visit):
    sweep = visit()
    sweep.heading("clip").click()
    assert sweep.column("clip")[:3] == ["clip 0", "clip 1", "clip 2"]
    sweep.page.get_by_role("button", name="more").click()
    sweep.heading("boxes").click()
    assert sweep.column("boxes")[0] == "0" and sweep.column("boxes")[-3:] == [""] * 3
    sweep.heading("boxes").click()
    assert sweep.column("boxes")[0] == "299" and sweep.column("boxes")[-3:] == [""] * 3


def test_typing_and_choosing_filter_together(visit):
    sweep = visit()
    assert sweep.count == "300 of 300 jobs"
    sweep.page.get_by_label("color").select_option("bgr")
    assert sweep.count == "150 of 300 jobs"
    sweep.page.get_by_label("Filter").fill("ONERROR 20")
    assert sweep.column("clip") == ["clip 207"]
    assert sweep.count == "1 of 300 jobs"
    sweep.page.get_by_role("button", name="Show all").click()
    assert sweep.count == "300 of 300 jobs"
    sweep.page.get_by_label("state").select_option("failed")
    assert sweep.column("clip") == ["clip 7", "clip 107", "clip 207"]


def test_it_works_by_keyboard(visit):
    sweep = visit()
    sweep.page.get_by_label("Filter").focus()
    sweep.page.keyboard.type("rgb")
    for _ in range(20):
        sweep.page.keyboard.press("Tab")
        if sweep.page.evaluate("document.activeElement.textContent").startswith("boxes"):
            break
    sweep.page.keyboard.press("Enter")
    sweep.page.keyboard.press("Enter")
    assert sweep.column("clip")[:2] == ["clip 298", "clip 296"]


def test_two_hundred_rows_are_laid_out_at_first(visit):
    sweep = visit()
    assert len(sweep.column("run")) == 200
    sweep.page.get_by_role("button", name="Show 100 more").click()
    assert len(sweep.column("run")) == 300


def test_without_script_the_whole_table_is_there(visit):
    sweep = visit(java_script_enabled=False)
    assert sweep.table.locator("tbody tr").count() == 300
    assert sweep.table.locator("tbody tr").last.is_visible()
    assert not sweep.page.locator(".tools").is_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_it_never_scrolls_sideways(visit, width):
    sweep = visit(viewport={"width": width, "height": 800})
    assert sweep.page.evaluate("document.documentElement.scrollWidth") == width
