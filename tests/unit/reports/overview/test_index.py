"""The index shows every run, newest first, and nothing that is no run."""

import json
import re

import pytest

from workbench.reports import write_index
from workbench.reports.overview.history import remember
from workbench.reports.store import sweep_lock
from workbench.reports.sweep.row import Row
from workbench.reports.sweep.table import write_results

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def add(tmp_path, manifest_of):
    """Return a function that puts a run that never was into the folder of reports."""

    def put(run_id="0123456789ab", *, metrics=None, thumbnail=True, report=True, folder="", **changes):
        path = tmp_path / "count" / (folder or run_id)
        path.mkdir(parents=True)
        (path / "manifest.json").write_text(json.dumps(manifest_of(run_id=run_id, **changes)))
        (path / "metrics.json").write_text(json.dumps(metrics or {}))
        if report:
            (path / "report.html").write_text("report")
        if thumbnail:
            (path / "thumbnail.png").write_bytes(b"png")

    return put


@pytest.fixture
def index(tmp_path):
    return lambda: write_index(tmp_path).read_text(encoding="utf-8")


def test_a_run_is_shown_with_thumbnail_figures_status_and_link(add, index):
    add(metrics={"top1_right": 18, "predict_ms": 21.34}, given=["number"], parameters={"number": 9})
    page = index()
    assert 'href="count/0123456789ab/report.html"' in page
    assert 'src="count/0123456789ab/thumbnail.png"' in page
    for words in ("Count to a number", "finished", "41 s", "top1 right", "18", "21.3", "number=9"):
        assert words in page


def test_the_newest_comes_first(add, index):
    add("aaaaaaaaaaaa", started="2026-11-20T10:00:00+00:00")
    add("cccccccccccc", started="2026-11-22T10:00:00+00:00")
    add("bbbbbbbbbbbb", started="2026-11-21T10:00:00+00:00")
    assert re.findall(r"count/(\w{12})/report", index()) == ["c" * 12, "b" * 12, "a" * 12]


@pytest.mark.parametrize("status", ["failed", "killed", "interrupted", "timeout", "disk full"])
def test_a_run_that_did_not_finish_says_so_and_why(add, index, status):
    add(status=status, error="the reason why", folder="0123456789ab-failed")
    page = index()
    assert re.search(rf'<span class="pill (bad|stopped)">{status}</span>', page)
    assert "the reason why" in page
    assert 'href="count/0123456789ab-failed/report.html"' in page


def test_a_run_over_a_part_of_a_clip_is_partial_and_says_which(add, index):
    add(partial=["clip.avi is damaged: <46> of 90 frames are there"])
    page = index()
    assert '<span class="pill stopped">partial</span> 1' in page
    assert "clip.avi is damaged: &lt;46&gt; of 90 frames are there" in page
    assert "finished" not in page


def test_a_failed_run_over_a_part_of_a_clip_is_failed(add, index):
    add(partial=["clip.avi is damaged"], status="failed", error="why", folder="0123456789ab-failed")
    assert re.findall(r'<span class="pill \w+">(\w+)</span>', index()) == ["failed", "failed"]


def test_a_run_without_thumbnail_or_report_is_listed(add, index):
    add(thumbnail=False, report=False)
    page = index()
    assert "Count to a number" in page
    assert "thumbnail.png" not in page
    assert "report.html" not in page


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{", id="torn"),
        pytest.param("{}", id="empty"),
        pytest.param("[]", id="list"),
        pytest.param('{"scenario": 1}', id="other"),
        pytest.param("[" * 100_000, id="brackets without end"),
        pytest.param(None, id="a year that no clock has"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_said_to_be(add, index, tmp_path, manifest_of, text):
    add()
    other = tmp_path / "count" / "bbbbbbbbbbbb"
    other.mkdir()
    (other / "manifest.json").write_text(text or json.dumps(manifest_of(started="0001-01-01T00:00:00+14:00")))
    page = index()
    assert page.count('<li class="run">') == 2
    assert page.count("manifest.json cannot be read; run it again") == 1


def test_a_link_is_a_link_whatever_the_folder_is_called(add, index, tmp_path):
    add()
    (tmp_path / "count").rename(tmp_path / "javascript:alert(1)#?%")
    assert 'href="javascript%3Aalert%281%29%23%3F%25/0123456789ab/report.html"' in index()


def test_drafts_are_left_out(add, index):
    add(folder=".draft-0123456789ab-x")
    assert '<li class="run">' not in index()


def test_evil_in_a_run_stays_text(add, index):
    add(title=EVIL, question=EVIL, scenario=EVIL, given=["number"], parameters={"number": EVIL}, metrics={EVIL: EVIL})
    page = index()
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_it_forbids_scripts_and_foreign_requests(index):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', index())
    assert policy is not None
    assert "default-src &#39;none&#39;" in policy[1]
    assert "http" not in policy[1]


def test_an_empty_index_says_what_to_type(index):
    assert "workbench report" in index()


def test_the_question_is_shown_without_its_markdown(add, index):
    add(question="Is `bgr` *so* bad, as [here](https://x.org)?")
    assert "Is bgr so bad, as here?" in index()


def test_earlier_runs_of_a_scenario_lie_folded_under_its_newest(add, index):
    for day in range(1, 9):
        add(f"{day:012x}", started=f"2026-11-0{day}T10:00:00+00:00", status="ok" if day > 1 else "failed")
    page = index()
    assert page.count('<li class="group card">') == 1
    assert page.count("<h2>") == 1
    folded = page.split('<details class="earlier"><summary>7 earlier runs')[1]
    assert folded.count('<li class="run">') == 7
    assert re.findall(r'<span class="pill \w+">(\w+)</span> (\d)', folded)[:2] == [("finished", "6"), ("failed", "1")]


def test_a_figure_has_its_trend_and_what_changed(add, index, tmp_path):
    for right, version in ((15, "1"), (18, "2")):
        for path in tmp_path.glob("count/*/*"):
            path.unlink()
        for path in tmp_path.glob("count/*/"):
            path.rmdir()
        add(metrics={"right": right, "frames": 20}, versions={"keras": version})
        remember(tmp_path, tmp_path / "count" / "0123456789ab")
    page = index()
    assert page.count('<svg viewBox="0 0 120 28"') == 1  # what never changes has none
    assert '<small class="change good">+3</small>' in page
    assert "2 runs with these parameters" in page
    assert "<code>keras 1 → 2</code>" in page


@pytest.fixture
def swept(add, tmp_path):
    """Put a sweep of 20 runs into the folder of reports."""
    rows = []
    for number in range(20):
        add(f"{number:012x}", given=["number"], parameters={"number": number}, status="ok" if number else "failed")
        metrics = {"accuracy": number / 20}
        rows.append(Row({"number": number}, f"{number:012x}", "ok" if number else "failed", metrics=metrics))
    folder = tmp_path / "sweeps" / "abc"
    write_results(folder, rows, title=f"Count {EVIL}", swept=["number"], state="failed")
    return folder


def test_a_sweep_is_one_entry_and_its_runs_are_in_no_other(add, index, swept):
    add("a" * 12)
    page = index()
    assert page.count('<li class="run">') == 1
    assert 'href="sweeps/abc/sweep.html"' in page
    assert "20 jobs over <code>number</code>" in page
    assert re.findall(r'pill \w+">(\w+)</span> (\d+)', page) == [("finished", "20"), ("failed", "1"),
                                                                  ("finished", "19"), ("failed", "1")]  # fmt: skip
    assert "<dt>best accuracy</dt><dd>0.95</dd>" in page
    assert "<code>number=19</code>" in page
    assert "<script" not in page


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"best": [{"label": 1}]}, id="a figure without a value"),
        pytest.param({"states": []}, id="states that are a list"),
        pytest.param({"updated": "once"}, id="a time that is none"),
        pytest.param({"runs": None}, id="no runs"),
        pytest.param({"jobs": "many"}, id="a number that is a word"),
    ],
)
def test_a_sweep_whose_summary_is_damaged_hides_no_run(index, swept, change):
    path = swept / "summary.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    page = index()
    assert page.count('<li class="run">') == 20
    assert "sweeps/abc" not in page


def test_a_sweep_that_says_it_runs_is_interrupted_where_nobody_runs_it(index, swept, tmp_path):
    path = swept / "summary.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"state": "running"}))
    assert ">running<" in index()  # on a bucket there are no locks to ask
    with sweep_lock(tmp_path, "abc"):
        assert ">running<" in index()
    page = index()
    assert ">interrupted<" in page
    assert ">running<" not in page
