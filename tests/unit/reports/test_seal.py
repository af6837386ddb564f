"""A report that something has written to since its run ended is told from one that is as it was made."""

import os

import pytest

from workbench.reports.plain import read_json
from workbench.reports.seal import SEAL, altered, seal

NAMES = ("report.html", "metrics.json")


@pytest.fixture
def report(tmp_path):
    for name in NAMES:
        (tmp_path / name).write_text("{}")
    seal(tmp_path)
    return tmp_path


def other_words(path):
    path.write_text("[]")


def other_words_of_the_same_time(path):
    facts = path.stat()
    path.write_text("[]")
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def a_pipe(path):
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("change", [other_words, other_words_of_the_same_time, a_pipe, os.unlink])
def test_a_file_that_is_another_is_named(report, change):
    assert altered(report, NAMES) == []
    change(report / "metrics.json")
    for _ in range(2):  # found each time
        assert altered(report, NAMES) == ["metrics.json is not what it was when the run ended; run it again"]


def test_files_are_read_once_and_not_for_each_index(report, monkeypatch):
    monkeypatch.setattr("workbench.reports.seal.is_settled", lambda facts: True)  # files of long ago
    assert altered(report, NAMES) == []
    monkeypatch.setattr("workbench.reports.seal.known_sha256", lambda path: pytest.fail(f"{path} is read again"))
    assert altered(report, NAMES) == []


def test_only_what_is_asked_for_is_looked_at(report):
    (report / "report.html").write_text("")
    assert altered(report, ["metrics.json"]) == []


def test_without_a_seal_nothing_is_said_and_a_torn_one_is_named(report):
    (report / SEAL).write_text("torn")
    [line] = altered(report, NAMES)
    assert line.startswith("SHA256SUMS cannot be read")
    (report / SEAL).unlink()
    assert altered(report, NAMES) == []


def test_a_pipe_in_the_place_of_figures_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "metrics.json")
    assert read_json(tmp_path / "metrics.json") == {}
