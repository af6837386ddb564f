"""The page of a sweep says what came of each job; foreign text on it is text, and no script runs but its own."""

import base64
import hashlib
import html
import re

import pytest

from workbench.reports.sweep.charts import draw, layout_of
from workbench.reports.sweep.columns import columns_of
from workbench.reports.sweep.page import MOST_METRICS, results_page
from workbench.reports.sweep.row import Row
from workbench.reports.sweep.summary import summary_of

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture
def page():
    """Return a function that makes the page of these jobs."""

    def made(*rows, swept=("n",), title="Count", state="ok"):
        return results_page(rows, columns_of(rows, swept=swept), title=title, state=state)

    return made


def bodies(page):
    return re.findall(r"<tr>(.*?)</tr>", page.split("<tbody>")[1].split("</tbody>")[0], re.DOTALL)


def test_each_job_is_a_row_with_its_parameters_figures_and_link(page):
    ended = Row({"n": 1}, "a" * 12, "ok", "", 3.0, {"right": 18}, "../../count/a/report.html", "../../count/a/t.png")
    made = page(ended, Row({"n": 2}, metrics={"right": 9}))
    first, second = bodies(made)
    assert 'href="../../count/a/report.html"' in first and 'src="../../count/a/t.png"' in first
    assert '<td class="number" data-order="3.0">3.0 s</td>' in first
    assert "★" not in made and '<td class="best" data-order="18">18</td>' in first
    assert "job 2" in second and "<a " not in second and ">waiting<" in second


def test_a_page_that_says_running_says_when_that_was(page):
    pattern = r"As it stood on \d+ \w+ \d{4}, \d\d:\d\d; .* the same command goes on from here"
    assert [bool(re.search(pattern, page(Row({"n": 1}), state=state))) for state in ("running", "ok")] == [True, False]


def test_a_job_that_failed_is_told_above_with_its_error(page):
    made = page(Row({"n": 1}, "a" * 12, "ok"), Row({"n": 2}, "b" * 12, "failed", "ValueError: no such clip"))
    told = made.split('<div class="failure">')[1].split("</div>")[0]
    assert "1 of 2 jobs did not end well" in told
    assert "<code>n=2</code>: ValueError: no such clip" in told


def test_jobs_that_failed_alike_are_told_once(page):
    failed = [Row({"n": n}, f"{n:012x}", "failed", "E: no such clip", report="r.html") for n in range(30)]
    told = page(Row({"n": 99}, "f" * 12, "killed"), *failed).split('<div class="failure">')[1].split("</div>")[0]
    first, second = re.findall(r"<li>(.*?)</li>", told, re.DOTALL)
    assert first.startswith("30 jobs: E: no such clip<br>") and first.endswith(", ...") and first.count("<a href") == 20
    assert second == f"{'f' * 12} <code>n=99</code>: killed"


def test_what_a_run_recorded_before_it_failed_is_never_the_best(page):
    rows = [Row({"n": n}, state="ok", metrics={"accuracy": n / 10}) for n in (1, 2)]
    rows.append(Row({"n": 3}, state="failed", error="E", metrics={"accuracy": 0.9}))
    columns = columns_of(rows, swept=["n"])
    assert re.findall(r'class="best"[^>]*>(.*?)</td>', page(*rows)) == ["0.2"]
    assert [mark.value for mark in draw("accuracy", columns, layout_of(columns.swept)).marks] == ["0.2"]
    assert [best["value"] for best in summary_of(rows, columns, title="", state="failed")["best"]] == ["0.2"]
    assert columns.to_frame()["accuracy"].tolist() == [0.1, 0.2, 0.9]


def test_what_every_run_shares_is_told_once(page):
    made = page(*(Row({"n": n, "size": 9}, metrics={"frames": 20, "right": n}) for n in range(3)))
    shared = made.split('<details class="same">')[1]
    assert "2 values that every run shares" in shared
    assert re.findall(r"<code>(\w+)</code></th><td><code>(\w+)</code>", shared) == [("size", "9"), ("frames", "20")]
    assert "size" not in made.split("<thead>")[1].split("</thead>")[0]


def test_a_table_of_a_hundred_figures_keeps_to_the_first(page):
    rows = [Row({"n": n}, metrics={f"figure_{k}": n * k for k in range(1, 101)}) for n in range(2)]
    made = page(*rows)
    assert made.count('<th scope="col"') == 4 + MOST_METRICS  # run, n, state and took
    assert "88 more figures that differ from run to run are in" in made


def test_evil_everywhere_stays_text(page):
    row = Row({EVIL: EVIL, "n": EVIL}, EVIL, "failed", EVIL, 1.0, {EVIL: EVIL, f"{EVIL}_ms": 1}, EVIL, EVIL)
    made = page(row, Row({EVIL: 2, "n": 2}, metrics={f"{EVIL}_ms": 2}), swept=(EVIL, "n"), title=EVIL, state=EVIL)
    assert made.count("<script>") == made.count("</script>") == 1
    assert "<img src=x" not in made


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://evil.invalid/", "//evil.invalid/", "data:text/html,x"])
def test_a_link_that_leads_elsewhere_is_none(page, url):
    made = page(Row({"n": 1}, "a" * 12, "ok", report=url, thumbnail=url))
    assert url not in made


def test_the_policy_lets_the_one_script_run_and_nothing_be_fetched(page):
    made = page(Row({"n": 1}))
    [script] = re.findall(r"<script>(.*?)</script>", made, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', made)[1])
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy and "http" not in policy


def test_a_sweep_without_jobs_is_a_page(page):
    assert "0 jobs over" in page()
