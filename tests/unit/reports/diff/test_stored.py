"""A run is found by its folder, its report or its id; what is none, or is damaged, is told in a line."""

import pytest

from tests.unit.reports.diff.conftest import answer
from workbench.errors import InvalidValue, UnreadableSource
from workbench.reports.diff import diff_runs
from workbench.reports.diff.stored import find_run

SURE = [[0.8, 0.1, 0.1]]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param("{folder}", id="folder"),
        pytest.param("{folder}/report.html", id="report"),
        pytest.param("0123456789ab", id="id"),
        pytest.param("0123", id="beginning"),
        pytest.param("count/0123", id="scenario and beginning"),
    ],
)
def test_a_run_is_found(write_run, tmp_path, given):
    folder = write_run("a")
    write_run("a", run_id="ffff56789abc")
    assert find_run(given.format(folder=folder), tmp_path / "a") == folder


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        pytest.param("01", UnreadableSource, "no run '01' in", id="too short"),
        pytest.param("abc", UnreadableSource, "it holds 2 runs", id="no such id"),
        pytest.param("0123", InvalidValue, "names 2 runs", id="two of that beginning"),
        pytest.param("{tmp}", UnreadableSource, "has no manifest.json", id="another folder"),
        pytest.param("{tmp}/a/count/0123456789ab/../notes.txt", UnreadableSource, "has no manifest.json", id="a file"),
        pytest.param("77", UnreadableSource, "is a sweep; give the id of a run", id="a sweep"),
        pytest.param("a\0b", UnreadableSource, "no run", id="no name of a file"),
    ],
)
def test_what_is_no_run_is_refused_in_one_line(write_run, tmp_path, given, error, text):
    write_run("a")
    write_run("a", run_id="0123ffffffff")
    (tmp_path / "a" / "sweeps" / "77").mkdir(parents=True)
    (tmp_path / "a" / "count" / "notes.txt").touch()
    with pytest.raises(error, match=text) as caught:
        find_run(given.format(tmp=tmp_path), tmp_path / "a")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param("{", id="torn"),
        pytest.param("{}", id="empty"),
        pytest.param('{"scenario": 3}', id="of another program"),
    ],
)
def test_a_damaged_manifest_is_refused(write_run, manifest):
    one, two = write_run("a"), write_run("b")
    (two / "manifest.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(UnreadableSource, match="run it again"):
        diff_runs(one, two)


def test_altered_failed_and_partial_runs_are_told(write_run):
    altered, failed = write_run("a", partial=["half a clip"]), write_run("b", status="failed", error="a cell broke")
    (altered / "metrics.json").write_text('{"number": 5}', encoding="utf-8")
    found = diff_runs(altered, failed)
    assert found.a.state == "altered"
    assert any("metrics.json is not what it was" in note for note in found.notes)
    assert any("B failed: a cell broke" in note for note in found.notes)
    assert any("A is partial: half a clip" in note for note in found.notes)
    assert not found.same


def test_damaged_answers_are_a_note_and_the_rest_is_compared(write_run):
    one, two = (write_run(where, predictions={"x": answer(SURE)}) for where in "ab")
    (two / "predictions.npz").write_bytes(b"PK\x03\x04")
    found = diff_runs(one, two)
    assert any("predictions.npz is damaged" in note for note in found.notes)
    assert not found.answers


def test_a_run_is_read_from_an_address_and_leaves_nothing_here(write_run, tmp_path, monkeypatch):
    import fsspec

    here = tmp_path / "temporary"
    here.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(here))
    one, two = (write_run(where, predictions={"x": answer(SURE)}) for where in "ab")
    fsspec.filesystem("memory").put(str(two), "/diff/count/0123456789ab", recursive=True)
    found = diff_runs(one, "memory://diff/count/0123456789ab/report.html")
    assert found.same
    assert (found.b.folder.name, found.b.origin) == ("0123456789ab", "memory://diff/count/0123456789ab/report.html")
    assert list(here.iterdir()) == []
    with pytest.raises(UnreadableSource, match="memory://nowhere is no run"):
        diff_runs(one, "memory://nowhere")
    with pytest.raises(UnreadableSource, match="cannot be reached: Protocol not known"):
        diff_runs(one, "nothing://a/b")
