"""The page and the lines of a difference: all of it is told, and foreign text stays text."""

import re

import cv2
import numpy as np

from tests.unit.reports.diff.conftest import answer
from workbench.checksums import sha256_of
from workbench.reports.diff import diff_runs
from workbench.reports.diff.page import diff_html, write_page
from workbench.reports.diff.text import lines

SURE = [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]]
HOSTILE = "<script>alert(1)</script>"


def test_the_flip_is_shown_with_its_picture_where_its_bytes_are_still_those(write_run, tmp_path):
    paths = [tmp_path / "photos" / f"{name}.png" for name in "ab"]
    paths[0].parent.mkdir()
    for path in paths:
        cv2.imwrite(str(path), np.full((6, 8, 3), 90, np.uint8))
    files = {path.name: [sha256_of(path), path.stat().st_size] for path in paths}
    origins = [str(path) for path in paths]
    kept = {"inputs": [{"parameter": "source", "origin": "photos", "sha256": "s"}],
            "details": {"inputs": [{"parameter": "source", "origin": "photos", "files": files}]}}  # fmt: skip
    one = write_run("a", predictions={"x": answer(SURE, origins=origins)}, **kept)
    two = write_run("b", predictions={"x": answer(SURE[::-1], origins=origins)}, **kept)
    page = write_page(diff_runs(one, two), tmp_path / "diff.html").read_text(encoding="utf-8")
    assert page.count('src="data:image/jpeg') == 2
    paths[0].write_bytes(b"other")
    page = write_page(diff_runs(one, two), tmp_path / "diff.html").read_text(encoding="utf-8")
    assert page.count('src="data:image/jpeg') == 1
    assert "1 frame is not shown: its bytes are others now" in page


def test_foreign_text_is_text_and_the_page_runs_and_fetches_nothing(write_run, tmp_path):
    labels = (HOSTILE, "dog", "fox")
    one = write_run("a", predictions={HOSTILE: answer(SURE, labels=labels)}, metrics={HOSTILE: 1}, title=HOSTILE)
    two = write_run("b", predictions={HOSTILE: answer(SURE[::-1], labels=labels)}, metrics={HOSTILE: 2},
                    parameters={"number": HOSTILE, "name": "a"})  # fmt: skip
    page = write_page(diff_runs(one, two), tmp_path / "diff.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert page.count("&lt;script&gt;") > 4
    assert "default-src &#39;none&#39;" in page
    assert not re.search(r"(src|href)=\"(https?:)?//", page)


def test_the_lines_name_the_change_and_each_flip(write_run):
    one = write_run("a", predictions={"x": answer(SURE)})
    two = write_run("b", predictions={"x": answer([SURE[0], SURE[0]])}, parameters={"number": 4, "name": "a"})
    told = lines(diff_runs(one, two))
    assert "  parameter    number: 3 → 4 (the notebook's default)" in told
    assert "    1.jpg: dog 0.80 → cat 0.80" in told
    assert any(line.startswith("    flips 0.5 (95% ") for line in told)


def test_where_nothing_changed_that_is_said_with_what_was_compared(write_run, tmp_path):
    found = diff_runs(*(write_run(where, predictions={"x": answer(SURE)}) for where in "ab"))
    assert lines(found)[-1].startswith("Nothing changed: 2 parameters")
    assert "Nothing changed" in write_page(found, tmp_path / "diff.html").read_text(encoding="utf-8")


def test_many_changes_are_a_table_with_what_is_long_folded(write_run):
    after = {
        "codecs": {"cv2": {f"C{place}": "2" for place in range(9)}},
        "details": {"packages": {"numpy": "2.4.6"} | {f"p{n}": "1" for n in range(20)}},
    }
    page = diff_html(diff_runs(write_run("a"), write_run("b", **after)))
    assert page.count('<th scope="row"><small>codec</small>') == 9
    assert "<details><summary>20 lines</summary>" in page and "p0: – → 1" in page
